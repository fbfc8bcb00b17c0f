"""The installation in which the month goes by: posts come in, workers look at them, time passes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from time_machine import Traveller

from tests.month.world import Stream, day
from triage.posts import Post
from triage.tables import Channel, Move, PostRow, Verdict
from triage.tuning.drift import measure_drift
from triage.tuning.incoming import look_at_input
from triage.tuning.shelf import mirror_models
from triage.walk.intake import store
from triage.walk.sorting import sort_all
from triage.watch.alerts import open_alerts, watch_channels

Said = dict[str, tuple[Any, ...]]
"""Post -> everything that a model said of it."""
WHAT_IS_SAID = (
    "post__external_id", "model", "queue", "intent", "confidence", "intent_confidence", "also",
    "because", "sentiment", "strange",
)  # fmt: skip


@dataclass
class Month:
    """The installation in which the month goes by."""

    stream: Stream
    channel: Channel
    clock: Traveller
    alarms: dict[str, dict[int, str]] = field(default_factory=dict)
    """Kind of alarm -> day -> what it said that evening."""
    ids: dict[int, list[str]] = field(default_factory=dict)
    """Day -> the posts that came in."""
    judge_anew: Callable[[], None] = lambda: None
    """Makes the model judge even what it has judged before."""

    def pass_day(self, number: int) -> None:
        """Let a day's posts come in and be sorted; it is afternoon then."""
        self.clock.move_to(day(number))
        posts = self.stream.of_day(number)
        self.ids[number] = [post.id for post in posts]
        self.bring(posts)
        self.clock.move_to(day(number, hour=16))

    def end_day(self, number: int) -> None:
        """Let workers look at what the day has changed."""
        self.clock.move_to(day(number, hour=20))
        mirror_models()
        measure_drift(now=timezone.now())
        assert look_at_input(now=timezone.now())
        watch_channels(now=timezone.now())
        for alert in open_alerts():
            self.alarms.setdefault(alert.kind, {})[number] = alert.sentence

    def bring(self, posts: list[Post]) -> None:
        """Store posts, and sort whatever waits."""
        store(self.channel, posts)
        sort_all()

    def queues_if_they_came_now(self, *, since: datetime) -> dict[int, str]:
        """Post -> the queue to which it would be sorted now; nothing of it is kept."""
        judged = PostRow.objects.filter(verdicts__at__gte=since).distinct()
        with transaction.atomic():
            self.bring([_again(row) for row in judged])
            came = PostRow.objects.filter(external_id__startswith="again-").exclude(item=None)
            moves = Move.objects.filter(post__in=came, event="placed")
            found = dict(moves.values_list("post__external_id", "target"))
            transaction.set_rollback(True)
        return {row.pk: found[f"again-{row.pk}"] for row in judged}

    def verdicts_if_they_came_now(self, ids: list[str]) -> Said:
        """What the model in use says of these posts when they come again; nothing is kept."""
        rows = list(PostRow.objects.filter(external_id__in=ids).order_by("id"))
        self.judge_anew()
        with transaction.atomic():
            self.bring([_again(row) for row in rows])
            said = said_of([f"again-{row.pk}" for row in rows])
            transaction.set_rollback(True)
        return {row.external_id: said[f"again-{row.pk}"] for row in rows}


def said_of(ids: list[str]) -> Said:
    """What was said of these posts when they were placed."""
    told = Verdict.objects.filter(post__external_id__in=ids).values_list(*WHAT_IS_SAID)
    return {id: tuple(_exact(value) for value in said) for id, *said in told}


def _exact(value: Any) -> Any:
    """A number with all its bits, where it is one."""
    return value.hex() if isinstance(value, float) else value


def _again(row: PostRow) -> Post:
    """The same words from somebody else."""
    name = f"again-{row.pk}"
    return Post(
        id=name, author=name, author_id=name, text=row.text, lang=row.lang, brand=row.brand,
        platform=row.platform, parent_text=row.parent_text or None, kind=row.kind,
        created_at=timezone.now(),
    )  # fmt: skip
