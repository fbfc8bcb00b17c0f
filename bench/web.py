"""How long the pages take, by the number of items: python -m bench.web [--items 10000 100000 …]

For each database and number: a fresh installation is filled by `bench.many`, served by gunicorn
(two workers of eight threads), and used by one person who lists, opens, claims, takes the next and
searches as fast as the answers come, while 50 others keep a page open, each of which asks for
changes every five seconds. At the end the policy puts both lanes on one page. Times are the
server's own, from the request to the finished answer: the median and the 95th percentile in ms,
waiting for the processor included, and the median of the CPU that the web process used. "growth"
compares the medians of the largest with the smallest number.
"""

import argparse
import html
import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import suppress
from itertools import count
from pathlib import Path
from urllib.parse import quote, urlencode

from bench.posts import BASE, EPOCH
from bench.processes import ROOT, environment, running
from tests.servers import free_port, fresh_database, postgres

POLL_SECONDS = 5.0
TOKEN = "t" * 32
PULSE = re.compile(r'hx-get="(/changes/[^"]+)"')
SEEN = re.compile(r'name="seen" value="(\d+)"')
Times = dict[str, list[tuple[float, float]]]
"""Milliseconds, and of these milliseconds of CPU, of each kind of request."""


def main() -> None:
    """Measure and print the tables."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    asked.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    asked.add_argument("--rounds", type=int, default=60)
    asked.add_argument("--database", choices=("sqlite", "postgresql"), nargs="+")
    size = asked.parse_args()
    wanted = size.database or ["sqlite", "postgresql"]
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as place:
        if "sqlite" in wanted:
            times = {n: measured(Path(place) / f"s{n}", n, size.rounds) for n in size.items}
            show("SQLite", times)
        if "postgresql" in wanted:
            times = {}
            for n in size.items:
                with postgres(durable=True) as server, fresh_database(server) as url:
                    home = Path(place) / f"p{n}"
                    times[n] = measured(home, n, size.rounds, DATABASE_URL=url)
            show("PostgreSQL", times)


def measured(home: Path, items: int, rounds: int, **addresses: str) -> Times:
    """The times of each kind of request, in ms, on an installation with so many items."""
    home.mkdir()
    env = environment(home, **addresses)
    fill = [sys.executable, "-m", "bench.many", str(items)]
    filled = subprocess.run(fill, env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return times_of(env, home, filled.stdout.split()[-50:], items, rounds)


def times_of(
    env: dict[str, str], home: Path, sessions: list[str], items: int, rounds: int
) -> Times:
    """Serve an installation that is filled, and use it."""
    port, times = free_port(), home / "times"
    web = [sys.executable, "-m", "gunicorn", "bench.timed", "--no-control-socket"]
    web += ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "8"]
    with running(env | {"TIMES": str(times)}, [*web, "--log-level", "error"]):
        wait_for(port)
        use(port, sessions[0], items, 3)
        times.write_text("")
        ended = threading.Event()
        pollers = [
            threading.Thread(target=poll, args=(port, session, number, ended))
            for number, session in enumerate(sessions)
        ]
        for poller in pollers:
            poller.start()
        use(port, sessions[0], items, rounds)
        use_lanes(port, sessions[0], rounds)
        ended.set()
        for poller in pollers:
            poller.join()
    return by_kind(times.read_text())


def wait_for(port: int) -> None:
    """Wait until the server answers."""
    for _ in range(300):
        with suppress(OSError):
            http.client.HTTPConnection("127.0.0.1", port, timeout=2).request("GET", "/healthz")
            return
        time.sleep(0.1)
    raise TimeoutError("the web server does not answer")


def poll(port: int, session: str, number: int, ended: threading.Event) -> None:
    """An open page that asks for changes as its script does."""
    browser = Browser(port, session)
    ended.wait(POLL_SECONDS * number / 50)
    address = _pulse(browser.get("/queue/support/?poller")) or "/changes/"
    while not ended.is_set():
        address = _pulse(browser.get(address)) or address
        ended.wait(POLL_SECONDS)


def _pulse(page: str) -> str:
    found = PULSE.search(page)
    return html.unescape(found[1]) if found else ""


_claimed = count()


def use(port: int, session: str, items: int, rounds: int) -> None:
    """Go through everything that is measured, again and again."""
    browser = Browser(port, session)
    for number in range(rounds):
        nth = number * 97 % (items // 2)
        deep = f"/queue/support/?after=1~{_micros(items // 2 + nth)}~{BASE}"
        waiting = BASE + items - 50 * next(_claimed) - 47  # the newest, far from who takes the next
        for path in (
            "/queue/support/",
            deep,
            "/queue/support/?show=risk",
            "/queue/support/?show=resolved",
            "/queue/support/?intent=question",
            "/queue/support/?sentiment=negative",
            "/items/",
            "/items/?show=resolved",
            "/items/?channel=1",
            f"/item/{BASE + nth}/",
            f"/items/?q=O{nth}",
            f"/items/?q={quote('the battery')}",
            f"/items/?q={quote('how do')}",
            f"/items/?q={quote('thank')}",
        ):
            browser.get(path)
        browser.post(f"/item/{waiting}/claim/")
        browser.post("/queue/support/next/")


def use_lanes(port: int, session: str, rounds: int) -> None:
    """Put both lanes on one page, as ops do it, and look at them and take the next out of both."""
    browser = Browser(port, session)
    seen = SEEN.search(browser.get("/tuning/inbox/"))
    form = {"both_lanes": "1", "reason": "to be measured", "seen": seen[1] if seen else ""}
    browser.post("/tuning/inbox/", **form)
    for _ in range(rounds):
        browser.get("/queue/support/?both")
        browser.post("/queue/promo/next/")


def _micros(number: int) -> int:
    return (EPOCH + number * 60) * 1_000_000


KINDS = (
    ("GET /changes/", "poll"),
    ("POST /item/", "claim"),
    ("GET /item/", "open"),
    ("GET /items/?q=O", "search, an order number"),
    ("GET /items/?q=the%20battery", "search, two words"),
    ("GET /items/?q=how%20do", "search, two common words"),
    ("GET /items/?q=thank", "search, a common word"),
    ("GET /items/?show=resolved", "list, everything resolved"),
    ("GET /items/?channel", "list, a channel"),
    ("GET /items/", "list, everything"),
    ("POST /queue/support/next/", "next"),
    ("POST /queue/promo/next/", "next, out of both lanes"),
    ("GET /queue/support/?both", "list, both lanes"),
    ("GET /queue/support/?poller", ""),
    ("GET /queue/support/?after", "list, deep"),
    ("GET /queue/support/?show=risk", "list, at risk"),
    ("GET /queue/support/?show=resolved", "list, resolved"),
    ("GET /queue/support/?intent", "list, an intent"),
    ("GET /queue/support/?sentiment", "list, a sentiment that nothing has"),
    ("GET /queue/support/", "list"),
)


def by_kind(lines: str) -> Times:
    """The lines of `bench.timed` -> milliseconds of each kind of request."""
    times: Times = defaultdict(list)
    for line in lines.splitlines():
        method, path, took, cpu, status = line.split("\t")
        kind = next((kind for start, kind in KINDS if f"{method} {path}".startswith(start)), "")
        if kind and status in ("200", "302", "204"):
            times[kind].append((float(took), float(cpu)))
        elif kind:
            times[f"{kind}, refused {status}"].append((float(took), float(cpu)))
    return times


def show(name: str, times: dict[int, Times]) -> None:
    """One table: a line for each kind of request."""
    sizes = sorted(times)
    print(f"\n{name}; load average {os.getloadavg()[0]:.1f}")
    print("| | " + " | ".join(f"{n:,}: median, p95, CPU" for n in sizes) + " | growth |")
    print("|---|" + "---|" * (len(sizes) + 1))
    for kind in sorted({kind for each in times.values() for kind in each}):
        cells = [_cell(times[n].get(kind, [])) for n in sizes]
        first, last = times[sizes[0]].get(kind), times[sizes[-1]].get(kind)
        grew = _median(last) / _median(first) if first and last else 0.0
        print(f"| {kind} | {' | '.join(cells)} | {grew:.1f} |", flush=True)


def _median(found: list[tuple[float, float]]) -> float:
    return statistics.median(took for took, _ in found)


def _cell(found: list[tuple[float, float]]) -> str:
    if len(found) < 2:
        return "-"
    late = statistics.quantiles([took for took, _ in found], n=20)[-1]
    return f"{_median(found):.0f}, {late:.0f}, {statistics.median(c for _, c in found):.0f}"


class Browser:
    """A signed-in browser with one connection."""

    def __init__(self, port: int, session: str) -> None:
        self._server = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies = f"sessionid={session}; csrftoken={TOKEN}"

    def get(self, path: str) -> str:
        """Ask for a page and read it."""
        return self._ask("GET", path)

    def post(self, path: str, **form: str) -> None:
        """Send a form as the script does."""
        kind = "application/x-www-form-urlencoded"
        headers = {"X-CSRFToken": TOKEN, "HX-Request": "true", "Content-Type": kind}
        self._ask("POST", path, headers, urlencode(form))

    def _ask(
        self, method: str, path: str, more: dict[str, str] | None = None, body: str = ""
    ) -> str:
        headers = {"Cookie": self._cookies} | (more or {})
        for _ in range(2):  # a kept connection can have been closed meanwhile
            try:
                self._server.request(method, path, body=body or None, headers=headers)
                return self._server.getresponse().read().decode()
            except (http.client.HTTPException, OSError):
                self._server.close()
        return ""


if __name__ == "__main__":
    main()
