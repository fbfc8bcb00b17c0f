"""Who may see, move and tune: the only door to data for a person.

Every team sees every queue, so that nobody wonders where a post went; a team works only in its
own queue and in those that belong to nobody yet (review, archive). Ops and admins work in all.
"""

from collections.abc import Collection

from django.db.models import QuerySet
from django.db.models.expressions import BaseExpression

from triage.tables import (
    Alert,
    AuditEntry,
    Channel,
    DeadLetter,
    Drift,
    InputDrift,
    Item,
    Move,
    Outgoing,
    Person,
    PostRow,
    Run,
    Shadow,
    StoredModel,
    Switch,
    Training,
    User,
)
from triage.tables.labels import TagNames
from triage.tables.outgoing import waits_for_approval
from triage.vocabulary import TEAM_OF_QUEUE, Queue, Team

SHARED = (Queue.REVIEW, Queue.ARCHIVE)
POWERFUL = frozenset({Team.OPS.value, Team.ADMIN.value})
"""Teams that only admins give and take."""
_SHOWN_WITH = ("channel", "owner", "person", "campaign")


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


def may_approve(user: User, queue: str) -> bool:
    """Whether a person may approve answers out of a queue; their own need nobody's approval.

    It is given to persons, not to teams: neither ops nor admins have it by themselves.
    """
    return user.may_approve and user.is_active and may_work(user, queue)


def approves(user: User) -> bool:
    """Whether a person may approve answers anywhere."""
    return any(may_approve(user, queue) for queue in Queue)


def approvers(queue: str) -> list[User]:
    """Who may approve answers out of a queue, by name."""
    people = User.objects.filter(may_approve=True, is_active=True)
    return [user for user in people.order_by("first_name", "username") if may_work(user, queue)]


def pending_for(user: User) -> QuerySet[Outgoing]:
    """The answers of colleagues that wait for approval and that this person may approve."""
    queues = [queue for queue in Queue if may_approve(user, queue)]
    waiting = Outgoing.objects.filter(state=Outgoing.State.PENDING).exclude(user=user)
    return waiting.filter(item__queue__in=queues) if queues else waiting.none()


def may_tune(user: User) -> bool:
    """Whether a person may see and replay dead letters, and change channels and policies."""
    return user.in_team(Team.OPS)


def items_for(user: User) -> QuerySet[Item]:
    """The items that a person may see."""
    queues = visible_queues(user)
    if queues == tuple(Queue):  # a condition that lets every row through only misleads planners
        return Item.objects.all()
    return Item.objects.filter(queue__in=queues)


def with_shown(items: QuerySet[Item]) -> QuerySet[Item]:
    """The items with what a list shows of them beside their own row."""
    told = {"tag_names": TagNames(), "pending": waits_for_approval()}
    return items.select_related(*_SHOWN_WITH).annotate(**told)


def item_for(user: User, pk: int, **also: BaseExpression) -> Item:
    """One item with all that its page shows, and what else is to be asked with it. Raises
    Item.DoesNotExist where it may not be seen."""
    rows = with_shown(items_for(user)).select_related(*_SHOWN_WITH, "latest_post")
    return rows.annotate(**also).get(pk=pk)


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


def runs_for(user: User) -> QuerySet[Run]:
    """The pulls of channels that a person may see: those who keep the channels healthy."""
    return Run.objects.all() if may_tune(user) else Run.objects.none()


def alerts_for(user: User) -> QuerySet[Alert]:
    """The open alerts that a person may see: those who can do something about them."""
    alerts = Alert.objects.filter(cleared_at=None).exclude(channel__state=Channel.State.REMOVED)
    return alerts if may_tune(user) else alerts.none()


def dead_letters_for(user: User) -> QuerySet[DeadLetter]:
    """The dead letters that a person may see."""
    letters = DeadLetter.objects.select_related("channel")
    return letters if may_tune(user) else letters.none()


def may_administer(user: User) -> bool:
    """Whether a person may read the audit log, erase persons, and make others ops or admins."""
    return user.in_team(Team.ADMIN)


def may_give(user: User, teams: Collection[str]) -> bool:
    """Whether a person may put somebody in these teams, or take them out: ops those that work."""
    return may_administer(user) or (may_tune(user) and not POWERFUL.intersection(teams))


def may_manage(user: User, person: User) -> bool:
    """Whether a person may change another's teams, sign-in and second factor."""
    return may_give(user, person.teams)


def people_for(user: User) -> QuerySet[User]:
    """The colleagues whose sign-in a person may look after."""
    people = User.objects.order_by("-is_active", "username")
    return people if may_tune(user) else people.none()


def persons_for(user: User) -> QuerySet[Person]:
    """The authors that a person may erase."""
    return Person.objects.all() if may_administer(user) else Person.objects.none()


def audit_for(user: User) -> QuerySet[AuditEntry]:
    """The entries of the audit log that a person may read."""
    return AuditEntry.objects.all() if may_administer(user) else AuditEntry.objects.none()


def models_for(user: User) -> QuerySet[StoredModel]:
    """The stored models that a person may see and put in use, the newest first."""
    rows = StoredModel.objects.order_by("-id")
    return rows if may_tune(user) else rows.none()


def trainings_for(user: User) -> QuerySet[Training]:
    """The trainings that a person may see, the newest first."""
    rows = Training.objects.order_by("-id")
    return rows if may_tune(user) else rows.none()


def switches_for(user: User) -> QuerySet[Switch]:
    """Who asked for which model that a person may see, the newest first."""
    rows = Switch.objects.order_by("-id")
    return rows if may_tune(user) else rows.none()


def drifts_for(user: User) -> QuerySet[Drift]:
    """The comparisons of what models say of each channel that a person may see."""
    rows = Drift.objects.exclude(channel__state=Channel.State.REMOVED)
    return rows if may_tune(user) else rows.none()


def input_drifts_for(user: User) -> QuerySet[InputDrift]:
    """The comparisons of what people write in each channel that a person may see."""
    rows = InputDrift.objects.exclude(channel__state=Channel.State.REMOVED)
    return rows if may_tune(user) else rows.none()


def shadows_for(user: User) -> QuerySet[Shadow]:
    """The models that judge, or judged, in the shadow that a person may see, the newest first."""
    rows = Shadow.objects.order_by("-id")
    return rows if may_tune(user) else rows.none()
