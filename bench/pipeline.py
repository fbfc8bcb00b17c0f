"""Posts per second from a fetched page to a routed item: ours and a task-per-post pipeline.

    python -m bench.pipeline [--posts 20000] [--peer-posts 1500] [--rounds 3] [--judge fast]

Real processes on real servers, side by side in one run; read the ratios, not the rates. Ours is
the product as it runs (a file channel, two solo workers, one beat); the peer is `bench.perpost`
on the same PostgreSQL and Redis with a prefork worker of two. Both use the same judge: `fast` is
the sparse model alone, which shows what the pipeline itself costs; `shipped` is the model that
comes with the product, whose encoder then takes most of the time in either. Every figure is the
median of the rounds, with the smallest and the largest behind it.
"""

import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from bench.posts import write_posts
from bench.processes import CELERY, WORKER, environment, memory_mib, running, triage
from models.examples import starter_paths
from tests.servers import free_port, fresh_database, postgres, redis_server

DEADLINE = 600.0
WARM = 200
SORTED = "SELECT count(*) FROM triage_post WHERE state = 'sorted'"


def main() -> None:
    """Measure and print the tables."""
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    wanted.add_argument("--posts", type=int, default=20_000)
    wanted.add_argument("--peer-posts", type=int, default=1_500)
    wanted.add_argument("--rounds", type=int, default=3)
    wanted.add_argument("--judge", choices=("fast", "shipped"), default="fast")
    size = wanted.parse_args()
    rates: dict[str, list[float]] = {"embedded": [], "scaled": [], "peer": []}
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as place:
        if size.judge == "fast":
            use_fast_judge(Path(place) / "models")
        for number in range(size.rounds):
            home = Path(place) / f"round{number}"
            rates["embedded"].append(embedded(home / "embedded", size.posts))
            with postgres(durable=True) as server, redis_server() as broker:
                rates["scaled"].append(scaled(home / "scaled", server, broker.url, size.posts))
                rates["peer"].append(peer(home / "peer", server, broker.url, size.peer_posts))
            print(
                f"round {number + 1}: " + ", ".join(f"{k} {v[-1]:,.0f}/s" for k, v in rates.items())
            )
        stages(Path(place) / "stages", 5_000)
    report(rates)


def embedded(home: Path, count: int) -> float:
    """Posts per second of the embedded product."""
    home.mkdir(parents=True)
    env = environment(home)
    database = home / "triage.db"
    inbox = file_channel(env, home)
    up = [sys.executable, "-m", "config.cli", "up", "--port", str(free_port())]
    with running(env, up) as processes:
        rate = _flow(inbox, count, lambda: _count_sqlite(database))
        print(f"  embedded process: {memory_mib(processes[0].pid):.0f} MiB")
    return rate


def scaled(home: Path, server: str, broker: str, count: int) -> float:
    """Posts per second of two solo workers and a beat on PostgreSQL and Redis."""
    home.mkdir(parents=True)
    with fresh_database(server) as database:
        env = environment(home, DATABASE_URL=database, REDIS_URL=broker)
        inbox = file_channel(env, home)
        worker = [*CELERY, "workers.app", *WORKER, "-Q", "pull,sort", "-P", "solo", "-n"]
        beat = [*CELERY, "workers.app", "beat", "--pidfile=", "-l", "ERROR"]
        with running(env, [*worker, "one@here"], [*worker, "two@here"], beat) as processes:
            rate = _flow(inbox, count, lambda: count_postgres(database))
            sizes = ", ".join(f"{memory_mib(process.pid):.0f}" for process in processes[:2])
            print(f"  scaled workers: {sizes} MiB")
    return rate


def peer(home: Path, server: str, broker: str, count: int) -> float:
    """Posts per second of the task-per-post pipeline."""
    home.mkdir(parents=True)
    with fresh_database(server) as database:
        env = environment(home, DATABASE_URL=database, REDIS_URL=broker)
        triage(env, "migrate")
        worker = [*CELERY, "bench.perpost", *WORKER, "-Q", "perpost", "-c", "2"]
        with running(env, worker):
            _send(env, home, WARM, seed=1)
            _wait(lambda: count_postgres(database) >= WARM)
            begun = time.perf_counter()
            _send(env, home, count, seed=2)
            _wait(lambda: count_postgres(database) >= WARM + count)
            return count / (time.perf_counter() - begun)


def _flow(inbox: Path, count: int, counted: Callable[[], int]) -> float:
    """Drop a small file, so that models are loaded; then drop the large one and measure."""
    drop(inbox, WARM, seed=1)
    _wait(lambda: counted() >= WARM)
    ready = inbox.parent / "ready.jsonl"
    write_posts(ready, count, seed=2)
    begun = time.perf_counter()
    ready.rename(inbox / "2.jsonl")
    _wait(lambda: counted() >= WARM + count)
    return count / (time.perf_counter() - begun)


def file_channel(env: dict[str, str], home: Path) -> Path:
    """Watch a folder of the installation -> the folder."""
    inbox = home / "inbox"
    inbox.mkdir()
    add = ["channel", "add", "file", "--name", "bench", "--every", "1"]
    triage(env, *add, "--set", f"path={inbox}")
    return inbox


def drop(inbox: Path, count: int, *, seed: int) -> None:
    """Put a file of so many posts into the folder, whole."""
    part = inbox.parent / f"{seed}.part"
    write_posts(part, count, seed=seed)
    part.rename(inbox / f"{seed}.jsonl")


def use_fast_judge(models: Path) -> None:
    """Train the sparse model alone and let every process of this run use it."""
    os.environ["MODELS_DIR"] = str(models)
    corpus = [option for path in starter_paths() for option in ("--data", str(path))]
    triage(environment(models.parent), "train", "--no-starter", "--unproven", *corpus)


def _send(env: dict[str, str], home: Path, count: int, *, seed: int) -> None:
    file = home / f"{seed}.jsonl"
    write_posts(file, count, seed=seed)
    subprocess.run([sys.executable, "-m", "bench.send", str(file)], env=env, check=True)


def _wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + DEADLINE
    while not done():
        if time.monotonic() > until:
            raise SystemExit("bench: the posts were not sorted in time")
        time.sleep(0.05)


def _count_sqlite(database: Path) -> int:
    with sqlite3.connect(database, timeout=20) as connection:
        return int(connection.execute(SORTED).fetchone()[0])


def count_postgres(url: str) -> int:
    """How many posts are sorted."""
    with psycopg.connect(url) as connection:
        row = connection.execute(SORTED).fetchone()
        return int(row[0]) if row else 0


def stages(home: Path, count: int) -> None:
    """Print each stage's share of the time, in one process on SQLite."""
    home.mkdir(parents=True)
    file = home / "posts.jsonl"
    write_posts(file, count)
    done = subprocess.run(
        [sys.executable, "-m", "bench.stages", str(file)],
        env=environment(home),
        check=True,
        capture_output=True,
        text=True,
    )
    print(done.stdout, end="")


def report(rates: dict[str, list[float]]) -> None:
    """Print the medians and the ratios to the peer."""
    base = statistics.median(rates["peer"])
    print(f"\n{'pipeline':<34}{'posts/s':>9}{'smallest':>10}{'largest':>9}{'ratio':>7}")
    names = {
        "embedded": "ours, embedded (SQLite)",
        "scaled": "ours, 2 workers (PostgreSQL, Redis)",
        "peer": "a task a post (PostgreSQL, Redis)",
    }
    for key, values in rates.items():
        middle = statistics.median(values)
        print(
            f"{names[key]:<35}{middle:>8,.0f}{min(values):>10,.0f}{max(values):>9,.0f}"
            f"{middle / base:>6.1f}x"
        )


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
