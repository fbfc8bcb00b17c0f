"""Who may see, move and tune: the only door to data for a person.

Every team sees every queue, so that nobody wonders where a post went; a team works only in its
own queue and in those that belong to nobody yet (review, archive). Ops and admins work in all.
"""

from django.db.models import QuerySet

from triage.tables import Alert, Channel, DeadLetter, Item, Move, PostRow, User
from triage.vocabulary import TEAM_OF_QUEUE, Queue, Team

SHARED = (Queue.REVIEW, Queue.ARCHIVE)


def visible_queues(user: User) -> tuple[Queue, ...]:
    """The queues that a person may look into; none without a team."""
    return tuple(Queue) if user.in_team(*Team) else ()


def may_work(user: User, queue: str) -> bool:
    """Whether a person may claim, hand off, resolve and reopen items of a queue."""
    if user.in_team(Team.OPS):
        return True
    if queue in SHARED:
        return user.in_team(*Team)
    return user.in_team(TEAM_OF_QUEUE[Queue(queue)])


def may_tune(user: User) -> bool:
    """Whether a person may see and replay dead letters, and change channels and policies."""
    return user.in_team(Team.OPS)


def items_for(user: User) -> QuerySet[Item]:
    """The items that a person may see."""
    queues = visible_queues(user)
    if queues == tuple(Queue):  # a condition that lets every row through only misleads planners
        return Item.objects.all()
    return Item.objects.filter(queue__in=queues)


def item_for(user: User, pk: int) -> Item:
    """One item with all that its page shows. Raises Item.DoesNotExist where it may not be seen."""
    around = ("channel", "person", "owner", "latest_post")
    return items_for(user).select_related(*around).get(pk=pk)


def posts_for(user: User) -> QuerySet[PostRow]:
    """The posts that a person may see: every team sees whole conversations."""
    return PostRow.objects.all() if visible_queues(user) else PostRow.objects.none()


def moves_for(user: User) -> QuerySet[Move]:
    """The moves that a person may see."""
    return Move.objects.all() if visible_queues(user) else Move.objects.none()


def channels_for(user: User) -> QuerySet[Channel]:
    """The channels that a person may see: every team sees whether its posts still arrive."""
    channels = Channel.objects.exclude(state=Channel.State.REMOVED)
    return channels if visible_queues(user) else channels.none()


def alerts_for(user: User) -> QuerySet[Alert]:
    """The open alerts that a person may see: those who can do something about them."""
    alerts = Alert.objects.filter(cleared_at=None).exclude(channel__state=Channel.State.REMOVED)
    return alerts if may_tune(user) else alerts.none()


def dead_letters_for(user: User) -> QuerySet[DeadLetter]:
    """The dead letters that a person may see."""
    letters = DeadLetter.objects.select_related("channel")
    return letters if may_tune(user) else letters.none()
