"""Place: which list somebody is looking at, carried along in the addresses of its items."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from django.urls import reverse

from triage.finding.filters import Filters, read_filters
from triage.tables import Item, View
from triage.vocabulary import Queue
from triage.web.showing import queue_name

EVERYWHERE = ""
"""The queue of a list that is of all queues."""
SHOWS = ("open", "mine", "risk", "snoozed", "resolved", "all")
NAMES = {"open": "Open", "mine": "Mine", "risk": "At risk", "snoozed": "Snoozed"}
NAMES |= {"resolved": "Resolved", "all": "Everything"}


@dataclass(frozen=True, slots=True)
class Place:
    """A queue, or all of them; which of its items are shown; and what they are narrowed to."""

    queue: str = EVERYWHERE
    show: str = "open"
    filters: Filters = field(default_factory=Filters)

    @property
    def name(self) -> str:
        """What a person calls it: `Support`, `At risk`, `Search`."""
        if self.queue:
            return queue_name(self.queue)
        return "Search" if self.show == "all" and self.filters.q else NAMES[self.show]

    @property
    def word(self) -> str:
        """The place as one word of an address: `support-mine`, `support-open~tag=vip`."""
        address = self.filters.address
        return f"{self.queue}-{self.show}" + (f"~{address}" if address else "")

    @property
    def base(self) -> str:
        """The address of its queue without anything behind."""
        return reverse("queue", args=[self.queue]) if self.queue else reverse("lists")

    @property
    def address(self) -> str:
        """The address of the list."""
        show = {} if self.show == self.first_show else {"show": self.show}
        asked = urlencode(show | self.filters.given)
        return f"{self.base}?{asked}" if asked else self.base

    @property
    def first_show(self) -> str:
        """What is shown where an address does not say."""
        return "open" if self.queue else "all"

    @property
    def poll(self) -> str:
        """The place for the address that asks for changes."""
        return urlencode({"queue": self.queue, "show": self.show} | self.filters.given)

    @property
    def here(self) -> str:
        """What the navigation knows the place by: its queue, or its address where it has none."""
        return self.queue or self.address

    @property
    def tells_new(self) -> bool:
        """Whether what comes in now would stand in this list."""
        return bool(self.queue) and self.show == "open" and not self.filters.given

    def showing(self, show: str) -> str:
        """The address of another list of the same queue, narrowed alike."""
        return replace(self, show=show).address

    def narrowed(self, **filters: str) -> "Place":
        """This list, narrowed to these values of filters."""
        return replace(self, filters=replace(self.filters, **filters))

    def less(self, name: str) -> str:
        """The address of this list with one filter less."""
        return replace(self, filters=self.filters.without(name)).address

    def item_address(self, item: Item) -> str:
        """The address of an item, as it is opened from this list."""
        address = reverse("item", args=[item.pk])
        if self == Place(item.queue):
            return address
        return f"{address}?{urlencode({'from': self.word})}"


def read_place(word: str, item: Item) -> Place:
    """The place that a word names; the item's own queue where it names none."""
    return named_place(word) or Place(item.queue)


def named_place(word: str) -> Place | None:
    """The place that a word names (see `Place.word`); None where it names none."""
    head, _, asked = word.partition("~")
    queue, _, show = head.partition("-")
    return place_of({"queue": queue, "show": show, **dict(parse_qsl(asked))}) if show else None


def place_of(values: Mapping[str, str]) -> Place | None:
    """The place that the words of an address say; None where there is no such list."""
    queue, show = values.get("queue"), values.get("show", "open")
    if queue is None or (queue and queue not in set(Queue)) or show not in SHOWS:
        return None
    return Place(queue, show, read_filters(values))


def place_of_view(view: View) -> Place:
    """The list that a view keeps."""
    filters = read_filters(dict(parse_qsl(view.query)))
    known = view.show in SHOWS and (not view.queue or view.queue in set(Queue))
    return Place(view.queue, view.show, filters) if known else Place(show="all", filters=filters)
