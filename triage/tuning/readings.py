"""Readings: the review lane. What the model is unsure of, and a blind sample of the rest.

A reading teaches the model. It moves an item only out of review: what the model was sure of is
read to measure it, and stays where it is.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from triage.access import items_for, visible_queues
from triage.desk.acting import ActRefused, Status, new_stroke
from triage.desk.items import hand_off
from triage.desk.undoing import undo
from triage.desk.waiting import WAITING_ORDER, waiting_items
from triage.intents import intents
from triage.tables import Deed, Item, Lesson, PostRow, Reading, User, Verdict
from triage.tuning.policies import policy_in_force
from triage.tuning.sampling import draw_key, read_twice
from triage.vocabulary import Queue

Lane = Reading.Lane
FRESH = timedelta(days=28)
"""A post that was drawn longer ago tells nothing of today, and is asked for no more."""
WINDOW = 8
"""The next post is one of the first so many, so that two readers seldom get the same."""


@dataclass(frozen=True, slots=True)
class Card:
    """A post to be read. `verdict` is what the model said, None where none judged it."""

    lane: Lane
    post: PostRow
    verdict: Verdict | None


def next_card(
    user: User, lane: Lane, *, passed: Collection[int] = (), chance: Random, now: datetime
) -> Card | None:
    """A post for this reader, leaving out the ids in `passed`; None where nothing is left.

    First and second readings of the sample come mixed, so that nobody knows which one they give.
    """
    found = (
        list(_unsure(user, now).exclude(latest_post__in=passed).order_by(*WAITING_ORDER)[:WINDOW])
        if lane == Lane.UNSURE
        else [*_unread(passed, now)[:WINDOW], *_half_read(user, passed, now)[:WINDOW]]
    )
    return card(chance.choice(found), lane) if found else None


def card(post: int, lane: Lane) -> Card | None:
    """The card of one post by its id; None where it is gone."""
    row = PostRow.objects.select_related("channel", "item").filter(pk=post).first()
    return Card(lane, row, _verdict_of(row)) if row else None


def waiting(user: User, lane: Lane, *, now: datetime, up_to: int) -> int:
    """How many posts wait for this reader, counted no further than `up_to`."""
    if lane == Lane.UNSURE:
        return _unsure(user, now)[:up_to].count()
    unread, half_read = _unread((), now).order_by(), _half_read(user, (), now).order_by()
    return unread.union(half_read, all=True)[:up_to].count()


def read(post: PostRow, user: User, *, lane: Lane, version: int, intent: str) -> Reading:
    """Keep what a person says of a post; out of review its item goes where that belongs.

    Raises ActRefused, and keeps nothing, for an unknown intent, a post that was edited or read
    meanwhile, and an unsure item that somebody else has.
    """
    if not visible_queues(user):
        raise ActRefused("Only people of a team read here.")
    if intent not in intents():
        raise ActRefused(f"There is no intent {intent!r}.")
    if post.version != version:
        raise ActRefused("Its author edited it in the meantime. Read it again.")
    policy = policy_in_force()
    with transaction.atomic():
        second = _is_second(post, user, lane)
        key = draw_key(post.channel_id, post.external_id, post.version)
        reading = _insert(
            Reading(
                post=post,
                post_version=version,
                verdict=_verdict_of(post),
                user=user,
                lane=lane,
                second=second,
                twice=lane == Lane.SAMPLE and read_twice(key, review=policy.review),
                intent=intent,
                queue=policy.queue(intent, post.kind),
            )
        )
        if not second:
            _teach(reading, user)
    return reading


def take_back(reading: int, user: User) -> PostRow:
    """Undo a reading of this person, its lesson, and the move of its item -> the post.

    Raises ActRefused, and changes nothing, where somebody has gone on from there.
    """
    mine = Reading.objects.select_related("post").filter(pk=reading, user=user)
    found = mine.first()
    if found is None:
        raise ActRefused("This was already undone.")
    later = Reading.objects.filter(post=found.post, post_version=found.post_version, second=True)
    if not found.second and later.exists():
        raise ActRefused("Someone else labelled it after you, so it stays.")
    with transaction.atomic():
        if found.stroke and undo(user, found.stroke).refused:
            raise ActRefused("Its item has changed since, so it stays. Open it to correct it.")
        if found.lesson_id:
            Lesson.objects.filter(pk=found.lesson_id).delete()
        if mine.delete()[0] != 1:
            raise ActRefused("This was already undone.")
    return found.post


def lane_of(post: PostRow, *, now: datetime) -> Lane:
    """The lane in which a post is read: the sample where it was drawn for that, or is to be read
    a second time, else what the model is unsure of."""
    this = Q(post=post, post_version=post.version)
    half_read = Reading.objects.filter(this, lane=Lane.SAMPLE, twice=True)
    return Lane.SAMPLE if _drawn(now).filter(this).exists() or half_read.exists() else Lane.UNSURE


def last_reading(user: User, *, since: datetime) -> Reading | None:
    """What this person has read last, unless that was before `since`."""
    return Reading.objects.filter(user=user, at__gte=since).order_by("-id").first()


def _unsure(user: User, now: datetime) -> QuerySet[Item, int]:
    """The posts whose items wait in review, without those that the sample asks for."""
    free = Q(status=Status.OPEN) | Q(status=Status.CLAIMED, owner=user)
    items = waiting_items(items_for(user)).filter(free, queue=Queue.REVIEW, twin_of=None)
    this = {"post": OuterRef("latest_post"), "post_version": OuterRef("latest_post__version")}
    return (
        items.filter(latest_post__isnull=False, latest_post__deleted_at=None)
        .exclude(Exists(_drawn(now).filter(**this)))
        .exclude(Exists(Reading.objects.filter(**this)))
        .values_list("latest_post", flat=True)
    )


def _drawn(now: datetime) -> QuerySet[Verdict]:
    """What was drawn, and is asked for still."""
    return Verdict.objects.filter(drawn__isnull=False, at__gt=now - FRESH)


def _unread(passed: Collection[int], now: datetime) -> QuerySet[Verdict, int]:
    """The drawn posts that nobody has read, the longest waiting first."""
    readings = Reading.objects.filter(post=OuterRef("post"), post_version=OuterRef("post_version"))
    drawn = _drawn(now).filter(post_version=F("post__version"))
    left = drawn.filter(post__deleted_at=None).exclude(post__in=passed).exclude(Exists(readings))
    return left.order_by("id").values_list("post", flat=True)


def _half_read(user: User, passed: Collection[int], now: datetime) -> QuerySet[Reading, int]:
    """The posts that somebody else has read, and that are to be read twice."""
    again = Reading.objects.filter(
        post=OuterRef("post"), post_version=OuterRef("post_version"), second=True
    )
    first = Reading.objects.filter(
        twice=True, second=False, at__gt=now - FRESH, post_version=F("post__version")
    ).exclude(user=user)
    left = first.filter(post__deleted_at=None).exclude(post__in=passed).exclude(Exists(again))
    return left.order_by("id").values_list("post", flat=True)


def _verdict_of(post: PostRow) -> Verdict | None:
    """What a model said of this version of the post; the verdict that was drawn, if one was."""
    said = Verdict.objects.filter(post=post, post_version=post.version)
    return said.order_by(F("drawn").desc(nulls_last=True), "-id").first()


def _is_second(post: PostRow, user: User, lane: Lane) -> bool:
    first = Reading.objects.filter(post=post, post_version=post.version, second=False).first()
    if first is None:
        return False
    if first.user_id == user.pk:
        raise ActRefused("You already labelled this post.")
    if lane != Lane.SAMPLE or not first.twice:
        raise ActRefused("Someone else just labelled it.")
    return True


def _insert(reading: Reading) -> Reading:
    try:
        with transaction.atomic():
            reading.save(force_insert=True)
    except IntegrityError:
        raise ActRefused("Someone else just labelled it.") from None
    return reading


def _teach(reading: Reading, user: User) -> None:
    """Leave a lesson; where the item waits in review, by moving it to where it belongs."""
    item = reading.post.item
    in_review = item and item.queue == Queue.REVIEW and item.latest_post_id == reading.post_id
    if reading.lane == Lane.UNSURE and not in_review:
        raise ActRefused("Someone handled it in the meantime.")
    if item and in_review and not item.twin_of_id:
        try:
            reading.stroke = _move(item, user, reading)
        except ActRefused:
            if reading.lane == Lane.UNSURE:
                raise
    reading.lesson_id = (
        Deed.objects.get(stroke=reading.stroke).lesson_id if reading.stroke else _lesson(reading).pk
    )
    reading.save(update_fields=["stroke", "lesson"])


def _move(item: Item, user: User, reading: Reading) -> str:
    stroke, intent = new_stroke(), reading.intent
    to = reading.queue  # where the policy in force has that intent
    hand_off(item, user, to=to, reason="", intent=intent, seen=item.version, stroke=stroke)
    return stroke


def _lesson(reading: Reading) -> Lesson:
    return Lesson.objects.create(
        post=reading.post,
        post_version=reading.post_version,
        queue=reading.queue,
        intent=reading.intent,
        origin=Lesson.Origin.REVIEW,
        user=reading.user,
        reason="read in the sample" if reading.lane == Lane.SAMPLE else "read in review",
    )
