"""Frame: what stands around every page, above all the navigation with its numbers."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from triage.access import may_tune, visible_queues
from triage.tables import User
from triage.web.counts import COUNTED, Counts, shown
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


def frame(user: User, counts: Counts, *, here: str) -> dict[str, Any]:
    """The context of the navigation. `here` is a queue, `channels`, `letters` or nothing."""
    return {
        "queue_links": queue_links(user, counts, here=here),
        "other_links": other_links(user, counts, here=here),
        "waiting_here": _waiting_here(counts, here),
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


def other_links(user: User, counts: Counts, *, here: str) -> list[Link]:
    """The other pages that a person may open, with what is out of order there."""
    if not visible_queues(user):
        return []
    failing = f"{counts.failing} failing" if counts.failing else ""
    links = [Link("channels", "Channels", reverse("channels"), failing, here == "channels", True)]
    if may_tune(user):
        letters = shown(counts.letters) if counts.letters else ""
        address = reverse("dead-letters")
        links.append(Link("letters", "Dead letters", address, letters, here == "letters", True))
    return links


def _waiting_here(counts: Counts, here: str) -> str:
    """What waits in the queue that is looked at, for the title; nothing when nothing does."""
    number = counts.waiting.get(here, 0)
    return shown(number) if number else ""
