"""Webhooks taken per second, and a round of pulls of many channels.

    python -m bench.channels [--rate 1000] [--seconds 10] [--rounds 3] [--channels 100]

Deliveries: signed ones of about 1 KB, each another, from a process of its own on the same machine
to the web process pair (gunicorn, two workers) on PostgreSQL, and to the embedded process with all
its parts on SQLite. Beside each stands the ceiling: a view that does nothing, behind the same
server and settings, under the same sender. "Lost" is what was answered with 200 and is not in the
table. Pulls: channels whose platform takes 300 ms for each answer, one of which never answers,
pulled by one worker of four; the time from the first tick until every other one was pulled.
"""

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg

from bench.processes import CELERY, ROOT, WORKER, environment, running, triage
from tests.servers import free_port, fresh_database, postgres, redis_server

SECRET = "of-a-measurement"
HELD = 0.3
"""Seconds that a platform takes for an answer."""


def main() -> None:
    """Measure and print the tables."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--rate", type=float, default=1000.0)
    asked.add_argument("--seconds", type=float, default=10.0)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--channels", type=int, default=100)
    size = asked.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="triage-bench-") as place,
        postgres(durable=True) as server,
    ):
        print("| deliveries | accepted/s | ceiling, empty view/s | lost | p99 ms | sender's CPU |")
        print("|---|---|---|---|---|---|")
        for number in range(size.rounds):
            home = Path(place) / str(number)
            pair(home / "pair", server, size)
            embedded(home / "embedded", size)
        pulls = [
            round_of_pulls(Path(place) / f"pulls{n}", server, size.channels)
            for n in range(size.rounds)
        ]
    print(f"\n{size.channels} channels of {HELD * 1000:.0f} ms, one silent; one pull worker of 4:")
    print(f"a round in {statistics.median(pulls):.1f} s ({min(pulls):.1f} to {max(pulls):.1f})")


def pair(home: Path, server: Any, size: argparse.Namespace) -> None:
    """The web process pair on PostgreSQL."""
    with fresh_database(server) as url:
        env = installation(home, DATABASE_URL=url)
        lines = {}
        for name, app, path in (
            ("empty", "bench.empty", "empty"),
            ("ours", "config.wsgi", "hooks/desk"),
        ):
            port = free_port()
            command = [sys.executable, "-m", "gunicorn", app, "--no-control-socket", "--bind"]
            command += [f"127.0.0.1:{port}", "--workers", "2", "--threads", "24"]
            command += ["--log-level", "error"]
            with running(env, command):
                lines[name] = send(f"http://127.0.0.1:{port}/{path}", size, paced=name == "ours")
                if name == "ours":
                    lines["most"] = send(f"http://127.0.0.1:{port}/{path}", size, paced=False)
        with psycopg.connect(url) as database:
            kept = database.execute("SELECT count(*) FROM triage_delivery").fetchone()
    show("web pair, PostgreSQL", lines, kept[0] if kept else 0, size)


def embedded(home: Path, size: argparse.Namespace) -> None:
    """The embedded process, which reads and sorts what it takes at the same time, on SQLite."""
    env = installation(home)
    lines, port = {}, free_port()
    serve = "import waitress, bench.empty; waitress.serve(bench.empty.application, "
    serve += f"host='127.0.0.1', port={port}, threads=24)"
    with running(env, [sys.executable, "-c", serve]):
        lines["empty"] = send(f"http://127.0.0.1:{port}/empty", size, paced=False)
    port = free_port()
    with running(env, [sys.executable, "-m", "config.cli", "up", "--port", str(port)]):
        lines["ours"] = send(f"http://127.0.0.1:{port}/hooks/desk", size, paced=True)
        lines["most"] = send(f"http://127.0.0.1:{port}/hooks/desk", size, paced=False)
    with sqlite3.connect(home / "triage.db") as database:
        [kept] = database.execute("SELECT count(*) FROM triage_delivery").fetchone()
    show("embedded, SQLite", lines, kept, size)


def installation(home: Path, **addresses: str) -> dict[str, str]:
    """The environment of an installation with a channel that takes webhooks."""
    home.mkdir(parents=True)
    env = environment(home, HOOK_SECRET=SECRET, HOOK_RATE="1000000", **addresses)
    if addresses:
        triage(env, "migrate")
    keys = ["--secret", "webhook_secret=HOOK_SECRET", "--set", "base_url=http://127.0.0.1:1"]
    triage(env, "channel", "add", "discourse", "--name", "desk", "--every", "86400", *keys)
    return env


def send(url: str, size: argparse.Namespace, *, paced: bool) -> dict[str, Any]:
    """Warm up, then send from a process of its own -> what it said."""
    wait_for(url)
    bare = [sys.executable, "-m", "bench.deliver", url, "--secret", SECRET]
    mark = f"{time.time_ns()}"
    warm = _said([*bare, "--rate", "100", "--seconds", "1", "--mark", f"warm{mark}"])
    rate = ["--rate", str(size.rate)] if paced else []
    said = _said([*bare, *rate, "--seconds", str(size.seconds), "--mark", mark])
    said["accepted"] = said["statuses"].get("200", 0)
    said["stored"] = said["accepted"] + warm["statuses"].get("200", 0)
    return said


def _said(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def wait_for(url: str) -> None:
    """Wait until somebody answers there, whatever he says."""
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nobody answers at {url}")


def show(name: str, lines: dict[str, Any], kept: int, size: argparse.Namespace) -> None:
    """One line of the table each for the asked rate and for as fast as it goes."""
    lost = lines["ours"]["stored"] + lines["most"]["stored"] - kept
    ceiling = lines["empty"]["accepted"] / lines["empty"]["seconds"]
    for each, what in (("ours", f"{size.rate:.0f} a second"), ("most", "as fast as it goes")):
        line = lines[each]
        rate = line["accepted"] / line["seconds"]
        others = {status: n for status, n in line["statuses"].items() if status != "200"}
        share = line["cpu"] / line["seconds"] / (os.cpu_count() or 1)
        print(
            f"| {name}, {what} | {rate:,.0f}{f' {others}' if others else ''} | {ceiling:,.0f} "
            f"| {lost} | {line['p99_ms']:.0f} | {share:.0%} |",
            flush=True,
        )
    print(f"load average {os.getloadavg()[0]:.1f}", file=sys.stderr)


def round_of_pulls(home: Path, server: Any, count: int) -> float:
    """Seconds from the start of the worker's first pull until every channel was pulled once."""
    with slow_platform() as address, fresh_database(server) as url, redis_server() as broker:
        home.mkdir(parents=True)
        env = environment(home, DATABASE_URL=url, REDIS_URL=broker.url)
        triage(env, "migrate")
        add_channels(env, address, count)
        pull = [*CELERY, "workers.app", *WORKER, "-Q", "pull", "-P", "prefork", "-c", "4"]
        beat = [*CELERY, "workers.app", "beat", "--pidfile=", "-l", "ERROR"]
        with psycopg.connect(url, autocommit=True) as database, running(env, pull, beat):
            return wait_for_pulls(database, count)


def add_channels(env: dict[str, str], address: str, count: int) -> None:
    """Channels that are due now; the platform of the first one never answers."""
    code = (
        "from triage.watch.channels import add_channel\n"
        f"for n in range({count}):\n"
        f"    url = '{address}/' + (f'feed{{n}}' if n else 'silent')\n"
        "    add_channel(name=f'c{n}', source='feed', kind='public', settings={'url': url}, "
        "secret_names={}, interval=3600)\n"
    )
    manage = [sys.executable, "manage.py", "shell", "-c", code]
    subprocess.run(manage, env=env, cwd=ROOT, check=True, capture_output=True)


def wait_for_pulls(database: "psycopg.Connection[Any]", count: int) -> float:
    """Seconds between the first run and the last one's end, without the silent channel's."""
    asked = (
        "SELECT count(*), extract(epoch FROM max(finished_at) - min(started_at)) FROM triage_run "
        "WHERE finished_at IS NOT NULL AND error = ''"
    )
    for _ in range(1200):
        row = database.execute(asked).fetchone()
        if row and row[0] >= count - 1:
            return float(row[1])
        time.sleep(0.1)
    raise TimeoutError("the channels were not pulled within two minutes")


@contextmanager
def slow_platform() -> Iterator[str]:
    """A server of feeds that takes its time for each; the one called silent says nothing."""
    feed = b'<rss version="2.0"><channel><title>t</title></channel></rss>'

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(60 if self.path.endswith("silent") else HELD)
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(feed)))
            self.end_headers()
            self.wfile.write(feed)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.daemon_threads, server.block_on_close = True, False
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


if __name__ == "__main__":
    main()
