"""The words of the product as data: intents, measures, queues, roles and departments.

This is the table of docs/taxonomy.md, with which every installation begins. Ops may add intents
and retire them: what is in force says `triage.intents`, and all that works with posts asks there.
Nothing here touches a database or a model.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Whose place a channel is."""

    PUBLIC = "public"
    COMMUNITY = "community"


class Queue(StrEnum):
    """Where an item can stand."""

    PROMO = "promo"
    SUPPORT = "support"
    REVIEW = "review"
    ARCHIVE = "archive"


SENTIMENTS = ("positive", "neutral", "negative")
"""What the author of a post can feel about what they speak of."""


class Act(StrEnum):
    """What a person can have done to a post on its platform."""

    REPLY = "reply"
    HIDE = "hide"
    UNHIDE = "unhide"
    LIKE = "like"
    UNLIKE = "unlike"
    DELETE = "delete"


class Team(StrEnum):
    """Who works with the product. A person may be in several."""

    SOCIAL = "social"
    COMMUNITY = "community"
    OPS = "ops"
    ADMIN = "admin"


ROLES: dict[Queue, str] = {
    Queue.PROMO: "social media manager",
    Queue.SUPPORT: "community manager",
    Queue.REVIEW: "ops",
    Queue.ARCHIVE: "nobody",
}

TEAM_OF_QUEUE: dict[Queue, Team] = {
    Queue.PROMO: Team.SOCIAL,
    Queue.SUPPORT: Team.COMMUNITY,
    Queue.REVIEW: Team.OPS,
    Queue.ARCHIVE: Team.OPS,
}

OTHER_TEAM: dict[Queue, Queue] = {Queue.PROMO: Queue.SUPPORT, Queue.SUPPORT: Queue.PROMO}


@dataclass(frozen=True, slots=True)
class Intent:
    """What an author wants, and the business measure that an answer would move.

    `examples` are posts as somebody made them up. One that is `retired` is not said any more; where
    it was merged, `successor` is the name that is read in its place.
    """

    name: str
    measure: str | None
    department: str | None
    public: Queue
    community: Queue
    guide: str
    examples: tuple[str, ...] = ()
    retired: bool = False
    successor: str = ""

    def queue(self, kind: str) -> Queue:
        """The queue of this intent on a channel of that kind (`public` or `community`)."""
        return self.community if kind == Kind.COMMUNITY else self.public


def _promo(name: str, measure: str, department: str, guide: str) -> Intent:
    return Intent(name, measure, department, Queue.PROMO, Queue.PROMO, guide)


def _support(name: str, measure: str, department: str, guide: str) -> Intent:
    return Intent(name, measure, department, Queue.SUPPORT, Queue.SUPPORT, guide)


NOISE = "noise"
"""The intent of what nobody need read. The archive stands on it, so it is always in force."""

INTENTS: dict[str, Intent] = {
    intent.name: intent
    for intent in (
        _promo("lead", "Drive leads", "Marketing", "Not a customer yet, weighing it."),
        _promo(
            "awareness",
            "Raise awareness of products or services",
            "Marketing",
            "Names the brand, its products or campaigns; nothing more particular.",
        ),
        _promo(
            "visibility",
            "Visibility of company, products, services or thought leaders",
            "Marketing",
            "About the company rather than a product: press, partners, jobs, policy.",
        ),
        _promo("sales", "Increase sales", "Sales", "Ready to buy, or buying."),
        Intent(
            "event",
            "Event attendance",
            "Marketing",
            Queue.PROMO,
            Queue.SUPPORT,
            "About attending, watching or finding an event.",
        ),
        _support(
            "question",
            "Customer questions about how to use a product or service",
            "Customer Service",
            "A customer needs an answer or something done.",
        ),
        _support(
            "feedback",
            "Learn from customers",
            "Product Management / R&D",
            "Something that a product team can use.",
        ),
        _support(
            "retention",
            "Customer retention / satisfaction",
            "Sales",
            "A customer tells how they feel; nothing particular to be done.",
        ),
        _support(
            "peer_help",
            "Call-centre reduction: customers get help from each other",
            "Customer Service",
            "Customers help one another, or ask each other for help.",
        ),
        _support(
            "utilization",
            "Increase utilization of the products",
            "Product Management",
            "What somebody does with the product, or wants to learn to do.",
        ),
        Intent(
            NOISE,
            None,
            None,
            Queue.ARCHIVE,
            Queue.ARCHIVE,
            "Spam, bots, not about the brand. Archived, searchable, never deleted.",
        ),
    )
}
"""The intents that the product comes with, by name."""


def routes() -> dict[str, dict[str, str]]:
    """Intent -> kind of channel -> queue, as shipped and in plain strings."""
    return {
        name: {kind.value: intent.queue(kind).value for kind in Kind}
        for name, intent in INTENTS.items()
    }


def queue_of(intent: str, kind: str) -> Queue:
    """The queue that owns a shipped intent. Raises KeyError for a word that is none."""
    return INTENTS[intent].queue(kind)


def label(word: str) -> str:
    """A word of the vocabulary as people read it: `peer_help` -> `peer help`."""
    return word.replace("_", " ")
