"""What the indexes of the lists cost while posts are sorted: python -m bench.indexes

    [--items 100000] [--posts 2000] [--rounds 3] [--database sqlite postgresql]

An installation with so many items takes in posts with all indexes of items, and without those of
the filters, in turns and in one process; each turn is a transaction that is rolled back. Measured
is the CPU of this process and of the database's behind it, per post, while what is stored is
placed; the judgement is given. The median of the rounds, with the smallest and the largest.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.processes import ROOT, environment
from tests.servers import fresh_database, postgres

BATCH = 200
FILTERS = ("intent", "channel", "owner", "sentiment", "lang", "unsure", "nobody")
INTENTS = ("question", "lead", "feedback", "awareness", "noise")


def main() -> None:
    """Fill, measure in a process of its own, and print."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    asked.add_argument("--items", type=int, default=100_000)
    asked.add_argument("--posts", type=int, default=2_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--database", choices=("sqlite", "postgresql"), nargs="+")
    asked.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    size = asked.parse_args()
    if size.here:
        measure(size.posts, size.rounds)
        return
    more = ["--here", "--posts", str(size.posts), "--rounds", str(size.rounds)]
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as place:
        for name in size.database or ("sqlite", "postgresql"):
            home = Path(place) / name
            home.mkdir()
            if name == "sqlite":
                _run(environment(home), size.items, more)
                continue
            with postgres(durable=True) as server, fresh_database(server) as url:
                _run(environment(home, DATABASE_URL=url), size.items, more)


def _run(env: dict[str, str], items: int, more: list[str]) -> None:
    fill = [sys.executable, "-m", "bench.many", str(items)]
    subprocess.run(fill, env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([sys.executable, "-m", "bench.indexes", *more], env=env, cwd=ROOT, check=True)


def measure(posts: int, rounds: int) -> None:
    """Take the posts in with and without the indexes of the filters, in turns, and print."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.db import connection

    spent: dict[str, list[float]] = {"all": [], "without": []}
    for number in range(rounds * 2):
        name = "without" if number % 2 else "all"
        spent[name].append(_turn(posts, number, drop=name == "without"))
    middle = {name: statistics.median(values) for name, values in spent.items()}
    print(f"\n{connection.vendor}, µs of CPU a post; load average {os.getloadavg()[0]:.1f}")
    for name, values in spent.items():
        print(f"  {name:<8}{middle[name]:>8,.0f}  ({min(values):,.0f} to {max(values):,.0f})")
    print(f"  ratio   {middle['all'] / middle['without']:>8.2f}", flush=True)


def _turn(posts: int, number: int, *, drop: bool) -> float:
    """Take in so many posts and forget them again -> µs of CPU a post while they were placed."""
    from django.db import connection, transaction

    from bench.posts import posts as texts
    from triage.posts import Post
    from triage.tables import Item
    from triage.walk.importing import import_channel
    from triage.walk.intake import store

    with transaction.atomic():
        if drop:
            with connection.cursor() as cursor:
                for index in Item._meta.indexes:
                    if index.name.rpartition("_")[2] in FILTERS:
                        cursor.execute(f"DROP INDEX {index.name}")
        channel = import_channel("bench")
        rows = [
            Post(id=f"{number}-{nth}", text=post["text"], author=f"@w{nth}", lang="en")
            for nth, post in enumerate(texts(posts))
        ]
        for start in range(0, posts, BATCH):
            store(channel, rows[start : start + BATCH])
        spent = _place_all()
        transaction.set_rollback(True)
    return spent * 1e6 / posts


def _place_all() -> float:
    from triage.tables import PostRow
    from triage.tuning.policies import policy_in_force
    from triage.walk.placing import place

    policy, spent = policy_in_force(), 0.0
    while rows := list(PostRow.objects.filter(state="new").order_by("id")[:BATCH]):
        judged = [_judged(row.pk) for row in rows]
        begun = _cpu()
        place(rows, judged, policy)
        spent += _cpu() - begun
    return spent


def _judged(pk: int):  # type: ignore[no-untyped-def]
    from models import Judgement
    from triage.intents import queue_of

    intent = INTENTS[pk % len(INTENTS)]
    return Judgement(
        id=str(pk),
        queue=queue_of(intent, "public").value,
        intent=intent,
        confidence=0.95,
        intent_confidence=0.95,
        also=None,
        because=(),
        model="bench",
        strange=None,
        sentiment=("", "neutral", "negative")[pk % 3],
    )


def _cpu() -> float:
    """Seconds of CPU so far, of this process and of the server process that works for it."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return time.process_time()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
    user, system = stat.rpartition(")")[2].split()[11:13]
    return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
