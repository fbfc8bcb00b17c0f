"""Composing: what somebody who writes a reply must know of the place it goes to."""

from dataclasses import dataclass

from triage.back.lengths import COUNTINGS, has_link, too_long
from triage.tables import Channel, Item
from triage.vocabulary import Act

X_SUMMONED = (
    "X lets programs reply only to posts that mention or quote the account that replies, "
    "and this one does not seem to mention {handle}: X may refuse."
)


@dataclass(frozen=True, slots=True)
class Price:
    """What a platform charges for one reply, in millionths of a US dollar."""

    reply: int = 0
    linked: int = 0

    def of(self, text: str) -> int:
        """What this reply would cost."""
        return self.linked if self.linked != self.reply and has_link(text) else self.reply


PRICES: dict[str, Price] = {"x": Price(reply=10_000, linked=200_000)}
"""By channel kind. X, pay per use: a reply to somebody who summoned us, and one with a link
(docs.x.com/x-api/getting-started/pricing, August 2026)."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What can be done in a channel, and within what limits.

    `acts` is empty as long as no worker has looked at the channel, and where there is no way back.
    """

    title: str
    acts: tuple[Act, ...] = ()
    longest: int | None = None
    counting: str = "characters"
    price: Price = Price()

    def too_long(self, text: str) -> str | None:
        """Why this text is too long, in one sentence; None where it is not."""
        return too_long(text, longest=self.longest, counting=self.counting)


def rules_of(channel: Channel) -> Rules:
    """The rules of a channel, as its source had them when a worker last looked."""
    can = channel.can
    counting = can.get("counting")
    return Rules(
        title=can.get("title") or channel.name,
        acts=tuple(Act(act) for act in can.get("acts", ()) if act in set(Act)),
        longest=can.get("longest"),
        counting=counting if counting in COUNTINGS else "characters",
        price=PRICES.get(channel.source, Price()),
    )


def warnings(item: Item, text: str) -> tuple[str, ...]:
    """What somebody should know before this reply is sent, a sentence each; none is a refusal."""
    rules, said = rules_of(item.channel), []
    if cost := rules.price.of(text):
        why = " because of the link" if cost == rules.price.linked else ""
        said.append(f"{rules.title} charges ${cost / 1_000_000:.3f} for this reply{why}.")
    if handle := _not_mentioned(item):
        said.append(X_SUMMONED.format(handle=handle))
    return tuple(said)


def _not_mentioned(item: Item) -> str:
    """Our handle on X where the post to be answered does not name it; else nothing."""
    channel = item.channel
    handle = str(channel.settings.get("username") or channel.brand).strip().lstrip("@")
    if channel.source != "x" or not handle or " " in handle:
        return ""
    return "" if f"@{handle}".casefold() in item.text.casefold() else f"@{handle}"
