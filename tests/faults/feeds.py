"""Channels inside the test's own process: seeded posts, served page by page, with crash points."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from models import Judgement
from tests.faults.checker import Findings, PostId, check
from triage.posts import Post
from triage.tables import Channel, PostRow
from workers import tasks
from workers.channels.base import Config, Page, Source
from workers.pulling import due_channels

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
INTENTS = {"sales": "promo", "question": "support", "lead": "promo"}


def seeded_posts(rng: random.Random, name: str, count: int) -> list[Post]:
    """Posts of a few persons, who answer in their own threads, so that many join one item."""
    return [
        Post(
            id=f"{name}-{number}",
            text=f"post {number} about {rng.choice(list(INTENTS))}",
            author_id=f"person-{(person := rng.randrange(count // 4 + 1))}",
            author=f"Person {person}",
            conversation=f"thread-{person}",
            created_at=START + timedelta(seconds=number),
            platform="test",
        )
        for number in range(count)
    ]


def judged(rows: Sequence[PostRow], _parents: dict[int, str]) -> list[Judgement]:
    """A judge that is always sure, so that a verdict and a move of its own belong to each post."""
    return [_judgement(row) for row in rows]


def _judgement(row: PostRow) -> Judgement:
    intent = row.text.rpartition(" ")[2]
    queue = INTENTS[intent]
    return Judgement(str(row.pk), queue, intent, 0.99, 0.99, None, (intent,), "judge-1", None)


class Feed:
    """The channels of one test and everything that they have to serve."""

    def __init__(self, seed: int, *, channels: int = 2, posts: int = 40, page: int = 7) -> None:
        rng = random.Random(seed)
        self.page = page
        self.posts = {f"c{n}": seeded_posts(rng, f"c{n}", posts) for n in range(channels)}
        self.on_fetch: Callable[[str], None] = lambda _channel: None
        for name in self.posts:
            Channel.objects.create(name=name, source="feed", interval=0)

    def source_class(self, _kind: str) -> type[Source]:
        """In place of `workers.channels.source_class`."""
        feed = self

        class FeedSource(Source):
            kind = title = platform = "feed"

            def fetch(self, cursor: dict[str, Any]) -> Page:
                return feed._fetch(self.config, cursor)

            def check(self) -> str:
                return "a feed of the tests"

        return FeedSource

    def _fetch(self, config: Config, cursor: dict[str, Any]) -> Page:
        start = int(cursor.get("at", 0))
        posts = self.posts[config.name]
        page = posts[start : start + self.page]
        self.on_fetch(config.name)
        end = start + len(page)
        return Page(tuple(page), {"at": end}, more=end < len(posts))

    def deliver(self, times: int = 1) -> None:
        """One tick of the schedule and the bells it rings, each delivered `times`."""
        for channel_id in due_channels():
            for _ in range(times):
                tasks.pull(channel_id)
        for _ in range(times):
            tasks.sort()
            tasks.pulse()
            tasks.pull_due()

    def deliver_until_done(self) -> None:
        """Ticks, until everything is stored and sorted, by whomever."""
        for _ in range(500):
            Channel.objects.filter(lease_until=None).update(next_pull_at=Now())
            self.deliver()
            if not self.is_behind():
                return
        raise AssertionError(f"not done after 500 ticks: {self.findings()}")

    def recover(self) -> None:
        """What time and the schedule do after a crash: leases run out, ticks go on."""
        for _ in range(50):
            Channel.objects.update(lease_until=None, next_pull_at=Now())
            self.deliver()
            if not self.is_behind():
                return
        raise AssertionError(f"not done after 50 ticks: {self.findings()}")

    def is_behind(self) -> bool:
        """Whether something is not stored or not sorted yet."""
        total = sum(len(posts) for posts in self.posts.values())
        return PostRow.objects.filter(state=PostRow.State.SORTED).count() < total

    def cursors_ahead(self) -> list[PostId]:
        """Posts before a channel's cursor that are not stored: lost, if there are any."""
        stored = set(PostRow.objects.values_list("channel__name", "external_id"))
        return [
            (channel.name, post.id)
            for channel in Channel.objects.all()
            for post in self.posts[channel.name][: channel.cursor.get("at", 0)]
            if (channel.name, post.id) not in stored
        ]

    def findings(self) -> Findings:
        """What the checker says about the test's database."""
        served = {(name, post.id) for name, posts in self.posts.items() for post in posts}
        return check(_query, served)


def _query(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
