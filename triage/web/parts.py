"""Parts: the pages of the navigation, which of them share tabs, and who may open them."""

from collections.abc import Callable
from dataclasses import dataclass

from triage.access import approves, may_administer, may_tune, visible_queues
from triage.tables import User

May = Callable[[User], bool]


def _in_a_team(user: User) -> bool:
    return bool(visible_queues(user))


@dataclass(frozen=True, slots=True)
class Part:
    """One page: the name of its address, its words on a tab, and who may open it."""

    name: str
    words: str
    may: May = _in_a_team


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation: a page, or several that share tabs."""

    words: str
    parts: tuple[Part, ...]

    def open_to(self, user: User) -> list[Part]:
        """The pages behind it that a person may open, in their order."""
        return [part for part in self.parts if part.may(user)]

    def holds(self, name: str) -> bool:
        """Whether the page of this name stands behind it."""
        return any(part.name == name for part in self.parts)


def _alone(name: str, words: str, may: May = _in_a_team) -> Entry:
    return Entry(words, (Part(name, words, may),))


GROUPS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "Work",
        (
            _alone("approvals", "Approvals", approves),
            _alone("mentions", "Mentions"),
            _alone("review-lane", "Review lane"),
            _alone("saved-replies", "Saved replies"),
            _alone("muted", "Muted people"),
        ),
    ),
    (
        "Insights",
        (
            Entry(
                "Reports",
                (
                    Part("reports", "Week"),
                    Part("response-times", "Response times"),
                    Part("campaigns", "Campaigns"),
                ),
            ),
            _alone("accuracy", "Accuracy"),
        ),
    ),
    (
        "Setup",
        (
            Entry(
                "Channels",
                (
                    Part("channels", "Channels"),
                    Part("dead-letters", "Dead letters", may_tune),
                ),
            ),
            Entry(
                "Tuning",
                (
                    Part("tuning", "Thresholds", may_tune),
                    Part("rules", "Rules", may_tune),
                    Part("approval-policy", "Approval", may_tune),
                    Part("inbox", "Inbox", may_tune),
                    Part("policies", "Versions", may_tune),
                    Part("intents", "Intents", may_tune),
                ),
            ),
            _alone("models", "Models", may_tune),
            Entry(
                "People",
                (
                    Part("people", "People", may_tune),
                    Part("audit", "Audit log", may_administer),
                    Part("erase", "Erase a person", may_administer),
                ),
            ),
        ),
    ),
)
"""The navigation below the queues, by the headings of its groups."""


def groups_for(user: User) -> list[tuple[str, list[Entry]]]:
    """The groups that hold something for a person, with the entries that open to them."""
    found = [(words, [e for e in entries if e.open_to(user)]) for words, entries in GROUPS]
    return [(words, entries) for words, entries in found if entries]


def siblings(user: User, name: str) -> list[Part]:
    """The pages that share tabs with the page of this name; none where it stands alone."""
    for _, entries in GROUPS:
        for entry in entries:
            if entry.holds(name):
                parts = entry.open_to(user)
                return parts if len(parts) > 1 else []
    return []
