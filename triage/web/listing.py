"""Listing: one page of a list with what stands around it, and what to say when it is empty."""

from dataclasses import dataclass
from datetime import datetime

from triage.access import channels_for, may_tune, may_work
from triage.finding.views import may_drop
from triage.tables import SearchText, User, View
from triage.vocabulary import ROLES, Queue
from triage.web.counts import Counts, shown
from triage.web.filtering import Chip, Form, chips, form
from triage.web.lists import ListPage, list_page
from triage.web.place import NAMES, Place, place_of_view
from triage.web.rows import Row, row
from triage.web.showing import queue_name
from triage.web.snippets import Part, snippet
from triage.web.sweepacts import acts_at


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the lists of a queue."""

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
    other_order: tuple[str, str]
    tabs: tuple[Tab, ...]
    chips: tuple[Chip, ...]
    form: Form | None
    view: View | None
    may_drop: bool
    rows: tuple[Row, ...]
    more: str
    more_words: str
    acts: tuple[str, ...]
    continued: bool
    empty: Empty | None
    top: int
    state: str
    suffix: str


def listing(
    user: User,
    place: Place,
    counts: Counts,
    *,
    after: str,
    now: datetime,
    filtering: bool = False,
    suffix: str = "",
) -> Listing:
    """One page of the list at a place. `counts` must be older than the list, never younger.

    `filtering` opens the form of the filters; `suffix` sets the list apart that stands beside the
    page's own.
    """
    page = list_page(user, place, after, now=now)
    view = next((each for each in counts.views if place_of_view(each) == place), None)
    more = f"{place.address}{'&' if '?' in place.address else '?'}after={page.after}"
    return Listing(
        place=place,
        title=view.name if view else place.name,
        order=_order(place),
        other_order=_other_order(place),
        tabs=tuple(_tab(place, show, counts) for show in _shows(place)),
        chips=chips(user, place),
        form=form(user, place) if filtering else None,
        view=view,
        may_drop=view is not None and may_drop(view, user),
        rows=_rows(page, user, place, now),
        more=more if page.after else "",
        more_words="Show more" if page.items else "Search older posts",
        acts=acts_at(place) if not place.queue or may_work(user, place.queue) else (),
        continued=bool(after),
        empty=None if page.items or page.after or after else _empty(user, place),
        top=counts.latest_move,
        state=counts.state,
        suffix=suffix,
    )


def _rows(page: ListPage, user: User, place: Place, now: datetime) -> tuple[Row, ...]:
    return tuple(
        row(
            item,
            user=user,
            place=place,
            now=now,
            found=_found(page, page.texts.get(item.pk)),
        )
        for item in page.items
    )


def _found(page: ListPage, text: SearchText | None) -> tuple[Part, ...]:
    return snippet(text, page.query) if text else ()


def _shows(place: Place) -> tuple[str, ...]:
    if place.queue == Queue.ARCHIVE:
        return ("open", "resolved")
    if place.queue:
        return ("open", "mine", "risk", "snoozed", "resolved")
    return ("open", "resolved", "all") if place.show in ("open", "resolved", "all") else ()


def _order(place: Place) -> str:
    if place.filters.q:
        return "best match first" if place.filters.sort else "newest match first"
    if place.show == "resolved":
        return "recently resolved first"
    if place.show == "risk":
        return "most overdue first"
    if place.show == "all" or (place.queue == Queue.ARCHIVE and place.show == "open"):
        return "newest first"
    return "urgent first, then oldest"


def _other_order(place: Place) -> tuple[str, str]:
    """The other order of what a search found: its words and its address; nothing elsewhere."""
    if not place.filters.q:
        return ("", "")
    if place.filters.sort:
        return ("Newest first", place.less("sort"))
    return ("Best first", place.narrowed(sort="best").address)


def _tab(place: Place, show: str, counts: Counts) -> Tab:
    archive = place.queue == Queue.ARCHIVE
    word = "All" if show == "open" and archive else NAMES[show]
    numbers = {"mine": counts.mine, "risk": counts.risk}.get(show, {})
    number = numbers.get(place.queue, 0) if not place.filters.given else 0
    return Tab(
        f"{word} {shown(number)}" if number else word,
        place.showing(show),
        show == place.show,
    )


def _empty(user: User, place: Place) -> Empty:
    name = place.name
    if place.filters.q:
        return Empty(
            "No results",
            "A post or note has to contain every word. Try fewer or shorter words.",
        )
    if place.filters.given:
        return Empty("No items match", "Remove a filter to see more.")
    if place.show == "resolved":
        return Empty("Nothing resolved yet", f"Resolved items from {name} are kept here.")
    if place.show == "risk":
        return Empty("Nothing at risk", "Every item is within its response target.")
    if place.show == "snoozed":
        return Empty("Nothing snoozed", "Snooze an item and it comes back when it is due.")
    if place.show == "mine":
        return _nothing_mine(user, place)
    if not channels_for(user).exists():
        return _no_channel(user)
    if place.queue == Queue.REVIEW:
        return Empty("Nothing to review", "Posts the model is unsure about wait here for a person.")
    if place.queue == Queue.ARCHIVE:
        return Empty("The archive is empty", "Noise ends up here. Nothing is deleted.")
    where = f"in {queue_name(place.queue)}" if place.queue else "here"
    return Empty(f"Nothing waiting {where}", "New posts appear here automatically.")


def _nothing_mine(user: User, place: Place) -> Empty:
    if place.queue and not may_work(user, place.queue):
        words = f"The {ROLES[Queue(place.queue)]} works this queue. You can read along."
        return Empty(f"Nothing in {place.name} is claimed by you", words)
    words = "Claim an item so your colleagues can see who is answering."
    where = f"Nothing in {place.name} is claimed" if place.queue else "Nothing claimed"
    return Empty(f"{where} by you", words)


def _no_channel(user: User) -> Empty:
    if may_tune(user):
        return Empty(
            "No channels yet",
            "Posts arrive once a channel is added. On the machine running Triage:",
            "triage channel add demo --name demo",
        )
    return Empty("No channels yet", "Ask ops to add the first one.")
