"""Acts: what the buttons of an item call, and what is said afterwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from triage import items
from triage.items import ActRefused
from triage.tables import Item, User
from triage.web.handoff import read_target
from triage.web.showing import queue_name

_SIMPLE: dict[str, Callable[[Item, User], Item]] = {
    "claim": items.claim,
    "release": items.release,
    "reopen": items.reopen,
}
_DONE = {
    "claim": "It is yours now.",
    "release": "Given back to {queue}.",
    "resolve": "Resolved.",
    "reopen": "Open again in {queue}.",
    "hand-off": "Handed off to {queue}.",
}
NAMES = tuple(_DONE)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person had typed when an act was sent; shown again when it is refused."""

    open: bool = False
    to: str = ""
    reason: str = ""
    seen: int | None = None

    @classmethod
    def read(cls, form: Mapping[str, str], name: str) -> "Typed":
        """What a form says. A version that is no number counts as not given."""
        seen = form.get("seen", "")
        return cls(
            open=name == "hand-off",
            to=form.get("to", "")[:64],
            reason=form.get("reason", "")[:500],
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None,
        )


def perform(name: str, item: Item, user: User, typed: Typed) -> Item:
    """Do one act. Raises ActRefused with one sentence for the person."""
    if name in _SIMPLE:
        return _SIMPLE[name](item, user)
    if name == "resolve":
        return items.resolve(item, user, seen=typed.seen)
    queue, intent = read_target(typed.to)
    if not queue:
        raise ActRefused("Choose where it belongs.")
    return items.hand_off(item, user, to=queue, reason=typed.reason, intent=intent, seen=typed.seen)


def done_words(name: str, item: Item) -> str:
    """What is said of an act that succeeded."""
    return _DONE[name].format(queue=queue_name(item.queue))
