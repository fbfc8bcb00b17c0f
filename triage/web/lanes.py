"""Lanes: where one person does both jobs, promo and support stand side by side on one page."""

from functools import lru_cache

from triage.access import may_work
from triage.tables import Policy, User
from triage.tuning.policy import read_policy
from triage.vocabulary import OTHER_TEAM, Queue
from triage.web.place import Place

LANES = (Queue.PROMO, Queue.SUPPORT)


def has_both(user: User, digest: str | None) -> bool:
    """Whether this person's page shows both lanes, under the policy in force with that digest.

    Without a policy, which is so until the product has started once, it does not.
    """
    works = all(may_work(user, queue) for queue in LANES)
    return works and digest is not None and _says_both(digest)


def lanes_of(user: User, queue: Queue) -> tuple[Queue, ...]:
    """The queues out of which this person is given the next item when they ask in one of them."""
    both = queue in LANES and has_both(user, _digest())
    return LANES if both else (queue,)


def place_beside(place: Place) -> Place | None:
    """The other lane's list beside the list at a place; None where that is no lane."""
    other = OTHER_TEAM.get(Queue(place.queue)) if place.queue else None
    return Place(other) if other and place == Place(place.queue) else None


def _digest() -> str | None:
    return Policy.objects.filter(in_force=True).values_list("digest", flat=True).first()


@lru_cache(maxsize=32)
def _says_both(digest: str) -> bool:
    """A policy's text never changes, so what it says is read once."""
    text = Policy.objects.filter(digest=digest).values_list("text", flat=True).first()
    return text is not None and read_policy(text).both_lanes
