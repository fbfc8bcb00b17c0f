"""Foresight over many past posts: how long somebody waits for a preview.

    python -m bench.foresight [--posts 100000] [--waiting 5000]

Seconds to tell what other thresholds and other rules would change of stored verdicts, and which of
the items that wait would move: five rules more, a sixth beside five that are in force, thresholds
under fifty rules that are. The best and the worst of five, as time passed and as this process
computed, on SQLite and on a PostgreSQL server of its own.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tests.servers import fresh_database, postgres

if TYPE_CHECKING:
    from triage.tables import Channel, Person

TIMES, AT_ONCE = 5, 5_000
PEOPLE, DAYS = 30_000, 29
WORDS = ("when", "will", "my", "order", "12345", "arrive", "and", "where", "is", "the", "refund")
HOURS = """
[hours]
timezone = "Europe/Berlin"
monday = ["09:00-12:00", "13:00-17:30"]
thursday = ["09:00-17:30"]
"""
RULES = """
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
SIXTH = """
[[rules]]
name = "weekend"
when = { weekday = ["saturday", "sunday"], time = "22:00-06:00", sentiment = "negative" }
then = { queue = "support", approval = true }
"""
MANY = "".join(
    f"""
[[rules]]
name = "brand {n}"
when = {{ contains = ["word{n}a", "word{n}b", "word{n}c", "word{n}d"], language = "en" }}
then = {{ tag = "brand{n}" }}
go_on = true
"""
    for n in range(45)
)


class Row(NamedTuple):
    """One judged post."""

    number: int
    intent: str
    sure: float
    text: str
    person: int
    reach: int
    feels: str
    at: datetime
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
    from triage.tuning.policy import read_policy
    from triage.tuning.standing import outlook

    call_command("migrate", verbosity=0)
    _fill(posts, waiting)
    since = timezone.now() - timedelta(days=30)
    plain, other = "[thresholds]\npromo = 0.75\n", "[thresholds]\npromo = 0.6\nsupport = 0.9\n"

    def ahead(name: str, before: str, after: str) -> None:
        draft, current = read_policy(after + HOURS), read_policy(before + HOURS)
        _told(name, lambda: foresee(draft, current, since=since).changed)

    ahead("thresholds", plain, other)
    ahead("five rules", plain, plain + RULES)
    ahead("a sixth", plain + RULES, plain + RULES + SIXTH)
    ahead("under fifty", plain + RULES + MANY, other + RULES + MANY)
    _told("what waits", lambda: outlook(read_policy(other)).moving)


def _told(name: str, act: Callable[[], int]) -> None:
    passed, computed = [], []
    for _ in range(TIMES):
        start, busy = time.perf_counter(), time.process_time()
        number = act()
        passed.append(time.perf_counter() - start)
        computed.append(time.process_time() - busy)
    print(
        f"  {name:<12}{min(passed):6.2f} to {max(passed):5.2f} s, "
        f"computing {min(computed):5.2f} s   {number:,} moved",
        flush=True,
    )


def _fill(posts: int, waiting: int) -> None:
    """Posts as they are after sorting; the items of all but the last ones are resolved."""
    from triage.tables import Channel, Person

    chance = random.Random(7)
    channel = Channel.objects.create(name="bench", source="file")
    people = Person.objects.bulk_create(
        Person(platform="x", external_id=str(number), name=f"person {number}")
        for number in range(PEOPLE)
    )
    for start in range(0, posts, AT_ONCE):
        numbers = range(start, min(posts, start + AT_ONCE))
        rows = [_row(number, chance, posts, waiting) for number in numbers]
        _insert(rows, channel, people)


def _row(number: int, chance: random.Random, posts: int, waiting: int) -> Row:
    from django.utils import timezone

    from triage.vocabulary import INTENTS

    rare = [f"word{chance.randrange(3000)}{chance.choice('abcd')}" for _ in range(10)]
    return Row(
        number=number,
        intent=chance.choice(list(INTENTS)),
        sure=chance.betavariate(5, 2),
        text=" ".join(chance.choices([*WORDS, *rare], k=25)).capitalize(),
        person=chance.randrange(PEOPLE),
        reach=int(chance.lognormvariate(6, 2.5)),
        feels=chance.choice(("positive", "neutral", "negative")),
        at=timezone.now() - timedelta(days=DAYS * (1 - number / posts)),
        open=number >= posts - waiting,
    )


def _insert(rows: Sequence[Row], channel: "Channel", people: "Sequence[Person]") -> None:
    from triage.tables import Item, Move, PostRow, Verdict
    from triage.vocabulary import queue_of

    common = {"channel": channel, "conversation": "c"}
    items = Item.objects.bulk_create(
        Item(
            key=str(row.number), queue=queue_of(row.intent, "public"), intent=row.intent,
            confidence=row.sure, posted_at=row.at, text=row.text, person=people[row.person],
            status="open" if row.open else "resolved", **common,
        )
        for row in rows
    )  # fmt: skip
    stored = PostRow.objects.bulk_create(
        PostRow(
            external_id=str(row.number), text=row.text, kind="public", state="sorted", lang="en",
            posted_at=row.at, received_at=row.at, item=item, person=people[row.person],
            author=people[row.person].name, reach=row.reach, platform="x", **common,
        )
        for row, item in zip(rows, items, strict=True)
    )  # fmt: skip
    verdicts = Verdict.objects.bulk_create(
        Verdict(
            post=post, post_version=1, model="bench", queue=queue_of(row.intent, "public"),
            intent=row.intent, confidence=row.sure, intent_confidence=row.sure,
            sentiment=row.feels, at=row.at,
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
