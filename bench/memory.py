"""Memory of web and workers while many posts are imported.

    python -m bench.memory [--posts 100000] [--judge fast|shipped]

The scaled form on real servers: gunicorn with one worker, a pull worker and a sort worker, one
beat. Pages are asked for all the while. Resident memory in MiB before, at the most, and after.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bench.pipeline import WARM, count_postgres, drop, file_channel, use_fast_judge
from bench.posts import write_posts
from bench.processes import CELERY, WORKER, children, environment, memory_mib, running
from tests.servers import free_port, fresh_database, postgres, redis_server


def main() -> None:
    """Measure and print the table."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--posts", type=int, default=100_000)
    wanted.add_argument("--judge", choices=("fast", "shipped"), default="fast")
    size = wanted.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="triage-bench-") as place,
        postgres(durable=True) as server,
        redis_server() as broker,
        fresh_database(server) as database,
    ):
        if size.judge == "fast":
            use_fast_judge(Path(place) / "models")
        home = Path(place) / "home"
        home.mkdir()
        env = environment(home, DATABASE_URL=database, REDIS_URL=broker.url)
        inbox, port = file_channel(env, home), free_port()
        web = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}"]
        worker = [*CELERY, "workers.app", *WORKER, "-P", "solo", "-Q"]
        beat = [*CELERY, "workers.app", "beat", "--pidfile=", "-l", "ERROR"]
        commands = (web, [*worker, "pull", "-n", "p@h"], [*worker, "sort", "-n", "s@h"], beat)
        with running(env, *commands) as processes:
            rows = _watch(
                inbox,
                size.posts,
                counted=lambda: count_postgres(database),
                names={
                    "web": lambda: children(processes[0].pid)[0],
                    "pull worker": lambda: processes[1].pid,
                    "sort worker": lambda: processes[2].pid,
                },
                page=f"http://127.0.0.1:{port}/sign-in/",
            )
    print(f"{'process':<14}{'before':>8}{'most':>8}{'after':>8}   MiB, {size.posts:,} posts")
    for name, seen in rows.items():
        print(f"{name:<14}{seen[0]:>8.0f}{max(seen):>8.0f}{seen[-1]:>8.0f}")


def _watch(
    inbox: Path,
    count: int,
    *,
    counted: Callable[[], int],
    names: dict[str, Callable[[], int]],
    page: str,
) -> dict[str, list[float]]:
    """Resident memory of each process, looked at twice a second while the posts go through."""
    drop(inbox, WARM, seed=1)
    while counted() < WARM:
        time.sleep(0.2)
    rows: dict[str, list[float]] = {name: [] for name in names}
    ready = inbox.parent / "ready.jsonl"
    write_posts(ready, count, seed=2)
    _look(rows, names, page)
    ready.rename(inbox / "2.jsonl")
    while counted() < WARM + count:
        time.sleep(0.5)
        _look(rows, names, page)
    _look(rows, names, page)
    return rows


def _look(rows: dict[str, list[float]], names: dict[str, Callable[[], int]], page: str) -> None:
    with suppress(URLError, OSError):
        urlopen(page, timeout=5).read()
    for name, pid in names.items():
        rows[name].append(memory_mib(pid()))


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
