"""Ruling: what the policy's rules are told of a batch of posts, and what they have done to items.

Where an item belongs and how urgent it is, the rules say before it is placed; what else they do
(tags, an owner, a word to a colleague, approval) is done here, once the item is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from models import Judgement
from triage.access import may_work
from triage.desk.acting import Status, act_alone, write_move
from triage.desk.assigning import WAITS_FOR
from triage.intents import in_use
from triage.tables import Channel, Item, ItemTag, Mention, Note, PostRow, Tag, User
from triage.times.clock import ALWAYS, Hours, worked_at
from triage.tuning.facts import KNOWN, NEW, Facts, minute_of_week, minutes_between
from triage.tuning.lacking import tag_word
from triage.tuning.policy import Rulebook
from triage.walk.joining import Placement


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the facts of a batch need beyond its rows: channel names, who wrote before, and when
    the teams work."""

    channels: Mapping[int, str]
    known: frozenset[int]
    hours: Hours
    open: bool


def surroundings(rows: Sequence[PostRow], policy: Rulebook, *, now: datetime) -> Surroundings:
    """Two queries for a batch; none where the policy has no rules."""
    if not policy.rules:
        return Surroundings({}, frozenset(), ALWAYS, True)
    channels = Channel.objects.filter(pk__in={row.channel_id for row in rows})
    people = {row.person_id for row in rows if row.person_id}
    before = PostRow.objects.filter(person__in=people, state=PostRow.State.SORTED)
    return Surroundings(
        channels=dict(channels.values_list("pk", "name")),
        known=frozenset(before.values_list("person_id", flat=True).distinct()),
        hours=policy.hours,
        open=worked_at(policy.hours, now),
    )


def facts_of(row: PostRow, judged: Judgement | None, around: Surroundings) -> Facts:
    """What the rules are told of one post."""
    return Facts(
        text=row.text,
        author=row.author,
        relation=KNOWN if row.person_id in around.known else NEW,
        reach=row.reach,
        channel=around.channels.get(row.channel_id, ""),
        platform=row.platform,
        kind=row.kind,
        language=row.lang,
        intent=in_use(judged.intent) if judged else "",
        confidence=judged.confidence if judged else None,
        sentiment=judged.sentiment if judged else "",
        open=around.open,
        written=minute_of_week(row.posted_at, around.hours.zone),
        age=minutes_between(row.posted_at, row.received_at),
    )


def carry_out(placements: Sequence[Placement], items: Mapping[str, Item], *, now: datetime) -> None:
    """Tag, give out, point out and hold for approval what the rules say of posts that were just
    placed."""
    for placement in placements:
        outcome, item = placement.decision.outcome, items[placement.key]
        if outcome.approval:
            _ask_approval(item, outcome.approval_by, now=now)
        if outcome.tags:
            put_tags(item, outcome.tags)
        if outcome.notify:
            _point_out(item, outcome.notify, outcome.ran)
        if outcome.assign:
            _give(item, outcome.assign, outcome.ran, now=now)


def _ask_approval(item: Item, rule: str, *, now: datetime) -> None:
    """From now on answers wait for approval, those from its twin as well."""
    for row in Item.objects.filter(Q(pk=item.pk) | Q(twin_of=item.pk)).order_by("id"):
        free = Item.objects.filter(pk=row.pk, needs_approval=False)
        asked = free.update(needs_approval=True, version=F("version") + 1, changed_at=now)
        if asked == 1:
            why = f"An answer needs approval, says the rule “{rule}”."
            write_move(row, event="needs_approval", why=why)


def put_tags(item: Item, names: Sequence[str]) -> None:
    """Put the tags of rules on an item; those that it has stay."""
    for name in names:
        tag, _ = Tag.objects.get_or_create(name=tag_word(name))
        if ItemTag.objects.get_or_create(item=item, tag=tag)[1]:
            Tag.objects.filter(pk=tag.pk).update(used=F("used") + 1)


def _point_out(item: Item, names: Sequence[str], ran: Sequence[str]) -> None:
    people = User.objects.filter(username__in=names, is_active=True)
    told = ", ".join(f"@{name}" for name in names)
    text = f"This is for {told} to see, says {_named(ran)}."
    note = Note.objects.create(item=item, text=text)
    Mention.objects.bulk_create(Mention(note=note, user=user) for user in people)


def _give(item: Item, name: str, ran: Sequence[str], *, now: datetime) -> None:
    """An item that somebody is at stays with them; so does one that is done."""
    user = User.objects.filter(username=name, is_active=True).first()
    why = f"For {name}, says {_named(ran)}."
    item.refresh_from_db(fields=["status", "version", "queue"])
    if user is None or not may_work(user, item.queue):
        write_move(item, event="not_assigned", why=f"{why} They do not work in {item.queue}.")
    elif item.status == Status.OPEN:
        act_alone(
            item,
            event="assigned",
            why=why,
            status=Status.CLAIMED,
            owner=user,
            claimed_until=now + WAITS_FOR,
        )


def _named(ran: Sequence[str]) -> str:
    rules = ", ".join(f"“{name}”" for name in ran)
    return f"the rule {rules}" if len(ran) == 1 else f"one of the rules {rules}"
