"""Listing: one page of a queue's list, and what to say when it is empty."""

from dataclasses import dataclass
from datetime import datetime

from triage.access import channels_for, items_for, may_tune, may_work
from triage.tables import Item, User
from triage.vocabulary import ROLES, Queue
from triage.waiting import waiting_items
from triage.web.counts import Counts
from triage.paging import Page, newest_page, waiting_page
from triage.web.place import SHOWS, Place
from triage.web.rows import Row, row
from triage.web.showing import queue_name


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the filters above a list."""

    word: str
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says, and what to do next."""

    title: str
    words: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as it is shown. `top` is the latest move that it can know of."""

    place: Place
    title: str
    order: str
    tabs: tuple[Tab, ...]
    rows: tuple[Row, ...]
    more: str
    continued: bool
    empty: Empty | None
    top: int
    state: str


def listing(user: User, place: Place, counts: Counts, *, after: str, now: datetime) -> Listing:
    """One page of the list at a place. `counts` must be older than the list, never younger."""
    page = _page(user, place, after)
    more = f"{place.address}{'&' if '?' in place.address else '?'}after={page.after}"
    return Listing(
        place=place,
        title=queue_name(place.queue),
        order=_order(place),
        tabs=tuple(_tab(place, show, counts) for show in SHOWS),
        rows=tuple(row(item, user=user, place=place, now=now) for item in page.items),
        more=more if page.after else "",
        continued=bool(after),
        empty=None if page.items or after else _empty(user, place),
        top=counts.latest_move,
        state=counts.state,
    )


def _page(user: User, place: Place, after: str) -> Page:
    items = items_for(user).filter(queue=place.queue).select_related("channel", "owner")
    if place.show == "resolved":
        done = items.filter(status=Item.Status.RESOLVED, resolved_at__isnull=False)
        return newest_page(done, "resolved_at", after)
    if place.show == "mine":
        return waiting_page(items.filter(owner=user, status=Item.Status.CLAIMED), after)
    if place.queue == Queue.ARCHIVE:
        return newest_page(waiting_items(items), "posted_at", after)
    return waiting_page(waiting_items(items), after)


def _order(place: Place) -> str:
    if place.show == "resolved":
        return "last resolved first"
    return "newest first" if place.queue == Queue.ARCHIVE else "urgent first, then oldest"


def _tab(place: Place, show: str, counts: Counts) -> Tab:
    archive = place.queue == Queue.ARCHIVE
    word = "All" if show == "open" and archive else show.capitalize()
    mine = counts.mine.get(place.queue, 0)
    return Tab(
        f"{word} {mine}" if show == "mine" and mine else word,
        place.showing(show),
        show == place.show,
    )


def _empty(user: User, place: Place) -> Empty:
    name = queue_name(place.queue)
    if place.show == "resolved":
        return Empty("Nothing is resolved yet", f"What is resolved in {name} is kept here.")
    if place.show == "mine":
        return Empty(
            f"Nothing in {name} is yours",
            "Open an item and claim it, so that your colleagues see who answers."
            if may_work(user, place.queue)
            else f"The {ROLES[place.queue]} works here; you can read along.",
        )
    if not channels_for(user).exists():
        return _no_channel(user)
    if place.queue == Queue.REVIEW:
        return Empty("Nothing to review", "What the model is unsure of waits here for a person.")
    if place.queue == Queue.ARCHIVE:
        return Empty("The archive is empty", "Noise is put away here. It is never deleted.")
    return Empty(f"Nothing waits in {name}", "New posts appear here by themselves.")


def _no_channel(user: User) -> Empty:
    if may_tune(user):
        return Empty(
            "No channel is watched yet",
            "Posts arrive once a channel is added. On the machine that runs Triage:",
            "triage channel add demo --name demo",
        )
    return Empty("No channel is watched yet", "Somebody of ops has to add the first one.")
