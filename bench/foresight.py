"""Foresight over many past posts: how long somebody waits for a preview.

    python -m bench.foresight [--posts 100000] [--waiting 5000]

Seconds to tell what other thresholds, and what five rules more, would change of stored verdicts,
and which of the items that wait would move; the best and the worst of five, on SQLite and on a
PostgreSQL server of its own.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tests.servers import fresh_database, postgres

if TYPE_CHECKING:
    from triage.tables import Channel

TIMES, AT_ONCE = 5, 5_000
WORDS = ("when", "will", "my", "order", "12345", "arrive", "and", "where", "is", "the", "refund")
RULES = """
[thresholds]
promo = 0.6
[[rules]]
name = "refund"
when = { contains = ["refund", "money back"], kind = "public" }
then = { tag = "money" }
go_on = true
[[rules]]
name = "order"
when = { matches = "order #?[0-9]{4,}" }
then = { queue = "support" }
[[rules]]
name = "far"
when = { reach_at_least = 100000 }
then = { queue = "promo" }
[[rules]]
name = "doubt"
when = { intent = "noise", confidence_below = 0.7 }
then = { queue = "review" }
[[rules]]
name = "night"
when = { hours = "closed", relation = "new" }
then = { priority = 3 }
"""


class Row(NamedTuple):
    """One judged post."""

    number: int
    intent: str
    sure: float
    text: str
    open: bool


def main() -> None:
    """Measure and print the table."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--posts", type=int, default=100_000)
    wanted.add_argument("--waiting", type=int, default=5_000)
    wanted.add_argument("--here", action="store_true", help="only measure DATABASE_URL")
    size = wanted.parse_args()
    if size.here:
        _measure(size.posts, size.waiting)
        return
    for name in ("sqlite", "postgresql"):
        print(f"{name}, {size.posts:,} posts, {size.waiting:,} items waiting", flush=True)
        with tempfile.TemporaryDirectory(prefix="triage-bench-") as home:
            if name == "sqlite":
                _alone(size, TRIAGE_HOME=home)
            else:
                with postgres() as server, fresh_database(server) as database:
                    _alone(size, TRIAGE_HOME=home, DATABASE_URL=database)


def _alone(size: argparse.Namespace, **environment: str) -> None:
    command = [sys.executable, "-m", "bench.foresight", "--here"]
    command += ["--posts", str(size.posts), "--waiting", str(size.waiting)]
    clean = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    subprocess.run(command, env=clean | environment, check=True)


def _measure(posts: int, waiting: int) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from triage.tuning.foresight import foresee
    from triage.tuning.policies import policy_in_force
    from triage.tuning.policy import read_policy
    from triage.tuning.standing import misplaced

    call_command("migrate", verbosity=0)
    _fill(posts, waiting)
    current, other = policy_in_force(), read_policy("[thresholds]\npromo = 0.6\nsupport = 0.9\n")
    since = timezone.now() - timedelta(days=30)
    _told("thresholds", lambda: foresee(other, current, since=since).changed)
    ruled = read_policy(RULES)
    _told("five rules", lambda: foresee(ruled, current, since=since).changed)
    _told("what waits", lambda: len(misplaced(other)))


def _told(name: str, act: Callable[[], int]) -> None:
    seconds = []
    for _ in range(TIMES):
        start = time.perf_counter()
        number = act()
        seconds.append(time.perf_counter() - start)
    print(
        f"  {name:<12}{min(seconds):6.2f} to {max(seconds):5.2f} s   {number:,} moved", flush=True
    )


def _fill(posts: int, waiting: int) -> None:
    """Posts as they are after sorting; the items of all but the last ones are resolved."""
    from triage.tables import Channel
    from triage.vocabulary import INTENTS

    chance = random.Random(7)
    channel = Channel.objects.create(name="bench", source="file")
    for start in range(0, posts, AT_ONCE):
        rows = [
            Row(
                number=number,
                intent=chance.choice(list(INTENTS)),
                sure=chance.betavariate(5, 2),
                text=" ".join(chance.choices(WORDS, k=25)),
                open=number >= posts - waiting,
            )
            for number in range(start, min(posts, start + AT_ONCE))
        ]
        _insert(rows, channel)


def _insert(rows: Sequence[Row], channel: "Channel") -> None:
    from django.utils import timezone

    from triage.tables import Item, Move, PostRow, Verdict
    from triage.vocabulary import queue_of

    now, common = timezone.now(), {"channel": channel, "conversation": "c"}
    items = Item.objects.bulk_create(
        Item(
            key=str(row.number), queue=queue_of(row.intent, "public"), intent=row.intent,
            confidence=row.sure, posted_at=now, text=row.text,
            status="open" if row.open else "resolved", **common,
        )
        for row in rows
    )  # fmt: skip
    stored = PostRow.objects.bulk_create(
        PostRow(
            external_id=str(row.number), text=row.text, kind="public", state="sorted",
            posted_at=now, item=item, **common,
        )
        for row, item in zip(rows, items, strict=True)
    )  # fmt: skip
    verdicts = Verdict.objects.bulk_create(
        Verdict(
            post=post, post_version=1, model="bench", queue=queue_of(row.intent, "public"),
            intent=row.intent, confidence=row.sure, intent_confidence=row.sure,
        )
        for row, post in zip(rows, stored, strict=True)
    )  # fmt: skip
    Move.objects.bulk_create(
        Move(
            item=item, post=post, post_version=1, target=item.queue, by="model", verdict=verdict,
            policy_version=1,
        )
        for item, post, verdict in zip(items, stored, verdicts, strict=True)
    )  # fmt: skip


if __name__ == "__main__":
    main()
