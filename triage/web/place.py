"""Place: which list somebody is looking at, carried along in the addresses of its items."""

from dataclasses import dataclass

from django.urls import reverse

from triage.tables import Item
from triage.vocabulary import Queue

SHOWS = ("open", "mine", "resolved")


@dataclass(frozen=True, slots=True)
class Place:
    """A queue, and which of its items are shown."""

    queue: Queue
    show: str = "open"

    @property
    def word(self) -> str:
        """The place as one word of an address: `support-mine`."""
        return f"{self.queue}-{self.show}"

    @property
    def address(self) -> str:
        """The address of the list."""
        return self.showing(self.show)

    def showing(self, show: str) -> str:
        """The address of another list of the same queue."""
        address = reverse("queue", args=[self.queue.value])
        return address if show == "open" else f"{address}?show={show}"

    def item_address(self, item: Item) -> str:
        """The address of an item, as it is opened from this list."""
        address = reverse("item", args=[item.pk])
        return address if self == Place(Queue(item.queue)) else f"{address}?from={self.word}"


def read_place(word: str, item: Item) -> Place:
    """The place that an address names; the item's own queue where it names none."""
    queue, _, show = word.partition("-")
    if queue in set(Queue) and show in SHOWS:
        return Place(Queue(queue), show)
    return Place(Queue(item.queue))
