"""Frame: what stands around every page, above all the navigation with its numbers."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from triage.access import visible_queues
from triage.tables import User
from triage.web.counts import COUNTED, Counts, shown
from triage.web.parts import Entry, Part, groups_for, siblings
from triage.web.place import NAMES, Place, place_of_view
from triage.web.showing import queue_name


@dataclass(frozen=True, slots=True)
class Link:
    """One line of the navigation."""

    name: str
    words: str
    address: str
    number: str = ""
    current: bool = False
    alarming: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the navigation, and what stands below it."""

    words: str
    links: list[Link]


def frame(user: User, counts: Counts, *, here: str, at: str = "") -> dict[str, Any]:
    """The context of the navigation. `here` is a queue, the name of a page, or nothing."""
    return {
        "queue_links": queue_links(user, counts, here=here),
        "view_links": view_links(user, counts, at=at or here),
        "nav_groups": groups(user, counts, here=here),
        "nav_tabs": tabs(user, counts, here=here),
        "waiting_here": _waiting_here(counts, here),
        "alert_bar": _alert_bar(counts) if here != "channels" else None,
    }


def queue_links(user: User, counts: Counts, *, here: str) -> list[Link]:
    """The queues that a person may look into, with what waits in each."""
    return [
        Link(
            name=queue.value,
            words=queue_name(queue),
            address=reverse("queue", args=[queue.value]),
            number=shown(counts.waiting[queue]) if queue in COUNTED else "",
            current=queue == here,
        )
        for queue in visible_queues(user)
    ]


def view_links(user: User, counts: Counts, *, at: str) -> list[Link]:
    """The lists across all queues, and the views that people keep, with what stands in each."""
    if not visible_queues(user):
        return []
    numbers = {"mine": counts.mine, "risk": counts.risk, "snoozed": {"": counts.snoozed}}
    links = [
        _view_link(show, NAMES[show], Place(show=show), sum(number.values()), at)
        for show, number in numbers.items()
    ]
    for view in counts.views:
        place = place_of_view(view)
        links.append(_view_link(f"view-{view.pk}", view.name, place, view.counted or 0, at))
    return links


def _view_link(name: str, words: str, place: Place, number: int, at: str) -> Link:
    alarming = name == "risk" and number > 0
    number_words = shown(number) if number else ""
    return Link(name, words, place.address, number_words, place.address == at, alarming)


def groups(user: User, counts: Counts, *, here: str) -> list[Group]:
    """The other pages that a person may open, under their headings, with what needs attention."""
    found = []
    for words, entries in groups_for(user):
        links = [
            _entry_link(entry, entry.open_to(user)[0], counts, current=entry.holds(here))
            for entry in entries
        ]
        found.append(Group(words, links))
    return found


def _entry_link(entry: Entry, first: Part, counts: Counts, *, current: bool) -> Link:
    number = _to_fix(counts) if first.name == "channels" else _number(first.name, counts)
    alarming = first.name == "channels"
    return Link(first.name, entry.words, reverse(first.name), number, current, alarming)


def tabs(user: User, counts: Counts, *, here: str) -> list[Link]:
    """The pages that share tabs with the one that is looked at; none where it stands alone."""
    return [_tab_link(part, counts, current=part.name == here) for part in siblings(user, here)]


def _tab_link(part: Part, counts: Counts, *, current: bool) -> Link:
    return Link(part.name, part.words, reverse(part.name), _number(part.name, counts), current)


def _number(name: str, counts: Counts) -> str:
    """What waits on a page; nothing when nothing does."""
    waiting = {
        "approvals": counts.approvals,
        "mentions": counts.mentions,
        "dead-letters": counts.letters,
    }
    number = waiting.get(name, 0)
    return shown(number) if number else ""


def _to_fix(counts: Counts) -> str:
    """What is out of order with channels, in a word or two."""
    if counts.failing and counts.letters:
        return f"{shown(counts.failing + counts.letters)} problems"
    if counts.failing:
        return f"{shown(counts.failing)} failing"
    if counts.letters:
        return f"{shown(counts.letters)} dead letter{'s' if counts.letters > 1 else ''}"
    return ""


def _alert_bar(counts: Counts) -> dict[str, str] | None:
    """The newest alert that nobody looks after, and how many there are; None without one."""
    if not counts.alerts:
        return None
    number = "1 alert" if counts.alerts == 1 else f"{shown(counts.alerts)} alerts"
    return {"number": number, "sentence": counts.alert}


def _waiting_here(counts: Counts, here: str) -> str:
    """What waits in the queue that is looked at, for the title; nothing when nothing does."""
    number = counts.waiting.get(here, 0)
    return shown(number) if number else ""
