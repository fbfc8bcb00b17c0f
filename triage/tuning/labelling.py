"""Labelling: in which order a reader asks what a post is, and the key of each answer. Pure.

The order is that of docs/taxonomy.md: who should act next, and on what? The first that fits counts.
"""

from collections.abc import Iterable, Mapping
from string import ascii_lowercase

from triage.intents import intents
from triage.vocabulary import INTENTS, Intent, label

TAKEN = frozenset("gzx?")
"""Keys of the review lane itself: guide, undo, skip, help."""

GUIDE: tuple[tuple[str, str], ...] = (
    ("noise", "Spam, scams, bots; the brand's name in another sense; nobody here reads it twice."),
    (
        "question",
        "A customer needs an answer, or something done about their own case, however angry they "
        "are. Trouble that still goes on counts, also when nothing is asked for.",
    ),
    ("peer_help", "Customers among themselves: answers, workarounds, “has anyone else…”."),
    ("event", "Attending, watching or finding an event. What was said there is something else."),
    ("lead", "Not a customer yet, weighing it: prices, plans, availability, is it worth it."),
    (
        "sales",
        "Buying, or ready to: where to buy, stock, codes, just ordered; the till in the way.",
    ),
    (
        "feedback",
        "Something that a product team can use: a fault told without asking for help, a wish, "
        "praise or blame of one named feature.",
    ),
    (
        "utilization",
        "What one does with the product, or wants to learn to do: uses, tips, lessons.",
    ),
    (
        "visibility",
        "The company rather than a product: press, awards, partners, people, jobs, money, policy.",
    ),
    (
        "retention",
        "A customer's feeling with nothing to be done: thanks, a rant over trouble that is over, "
        "leaving or staying.",
    ),
    ("awareness", "Everything else that names the brand, its products or campaigns."),
)
"""Intent and what it takes, in the order in which they are asked."""


def guide() -> list[tuple[str, str]]:
    """Every intent in force with what it takes: the known order, and before what takes all the
    rest those that ops have added. Words that ops have changed count before those of the product.
    """
    here = intents()
    known = dict(GUIDE)
    *first, rest = (name for name, _ in GUIDE)
    order = [*first, *(name for name in here if name not in known), rest]
    return [(name, _words(here[name], known)) for name in order if name in here]


def _words(intent: Intent, known: Mapping[str, str]) -> str:
    shipped = INTENTS.get(intent.name)
    return known[intent.name] if shipped and shipped.guide == intent.guide else intent.guide


def keys_of(names: Iterable[str]) -> dict[str, str]:
    """Intent -> its key: the first letter of its name that is still free, else a digit, else any
    letter. A key stays with its intent as long as none is put before it."""
    keys: dict[str, str] = {}
    for intent in names:
        letters = [letter for letter in label(intent).lower() if letter.isalpha()]
        wanted = [*letters, *"123456789", *ascii_lowercase]
        free = (key for key in wanted if key not in {*TAKEN, *keys.values()})
        keys[intent] = next(free, "")
    return keys
