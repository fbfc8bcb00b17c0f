"""Frame: what stands around every page, above all the navigation with its numbers."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from triage.access import approves, may_administer, may_tune, visible_queues
from triage.tables import User
from triage.web.counts import COUNTED, Counts, shown
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


def frame(user: User, counts: Counts, *, here: str, at: str = "") -> dict[str, Any]:
    """The context of the navigation. `here` is a queue, the name of a link, or nothing."""
    return {
        "queue_links": queue_links(user, counts, here=here),
        "view_links": view_links(user, counts, at=at or here),
        "other_links": other_links(user, counts, here=here),
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


def other_links(user: User, counts: Counts, *, here: str) -> list[Link]:
    """The other pages that a person may open, with what is out of order there."""
    if not visible_queues(user):
        return []
    failing = f"{counts.failing} failing" if counts.failing else ""
    named = shown(counts.mentions) if counts.mentions else ""
    links = [
        Link("mentions", "Mentions", reverse("mentions"), named, here == "mentions"),
        Link("saved", "Saved replies", reverse("saved-replies"), current=here == "saved"),
        Link("muted", "Muted people", reverse("muted"), current=here == "muted"),
        Link("review-lane", "Review lane", reverse("review-lane"), current=here == "review-lane"),
        Link("accuracy", "Accuracy", reverse("accuracy"), current=here == "accuracy"),
        Link("reports", "Reports", reverse("reports"), current=here == "reports"),
        Link("campaigns", "Campaigns", reverse("campaigns"), current=here == "campaigns"),
        Link("channels", "Channels", reverse("channels"), failing, here == "channels", True),
    ]
    if approves(user):
        number = shown(counts.approvals) if counts.approvals else ""
        links.insert(
            0, Link("approvals", "Approvals", reverse("approvals"), number, here == "approvals")
        )
    if may_tune(user):
        letters = shown(counts.letters) if counts.letters else ""
        address = reverse("dead-letters")
        links.append(Link("letters", "Dead letters", address, letters, here == "letters", True))
        links.append(Link("tuning", "Tuning", reverse("tuning"), current=here == "tuning"))
        links.append(Link("models", "Models", reverse("models"), current=here == "models"))
        links.append(Link("people", "People", reverse("people"), current=here == "people"))
    if may_administer(user):
        links.append(Link("audit", "Audit log", reverse("audit"), current=here == "audit"))
        links.append(Link("erase", "Erase a person", reverse("erase"), current=here == "erase"))
    return links


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
