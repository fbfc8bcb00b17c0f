"""A small Mastodon on loopback: hashtags with seeded posts that flow in, and a log of what it gave.

New posts of a hashtag appear over time. Until a hashtag is asked for what comes after its first
page, it has that page only: a first pull takes the newest page, and what it skips is not lost.
"""

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.faults.checker import PostId

FIRST_ID = 114_000_000_000_000_000
FIRST_PAGE = 20
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
WORDS = ("Where is my parcel?", "We sell likes!", "Can I buy two?", "It broke again.", "Lovely.")


def seeded_statuses(rng: random.Random, count: int) -> list[dict[str, Any]]:
    """Statuses of a few people, a third of them in answer to an earlier one of their own."""
    statuses: list[dict[str, Any]] = []
    last: dict[int, str] = {}
    for number in range(count):
        person = rng.randrange(count // 4 + 1)
        answered = last.get(person) if rng.random() < 0.33 else None
        status = _status(number, person, rng.choice(WORDS), answered)
        last[person] = status["id"]
        statuses.append(status)
    return statuses


def _status(number: int, person: int, text: str, answered: str | None) -> dict[str, Any]:
    status_id = str(FIRST_ID + number)
    return {
        "id": status_id,
        "created_at": (START + timedelta(seconds=number)).isoformat(),
        "in_reply_to_id": answered,
        "content": f"<p>{text} ({number})</p>",
        "language": "en",
        "visibility": "public",
        "url": f"https://social.example/@person{person}/{status_id}",
        "account": {"id": str(person), "acct": f"person{person}", "followers_count": person},
        "reblog": None,
        "edited_at": None,
    }


class Platform:
    """Hashtags and their posts. `rate` is how many posts a second appear in all of them."""

    def __init__(self, seed: int, *, tags: int, posts: int, rate: float, latency: float) -> None:
        rng = random.Random(seed)
        self.statuses = {f"t{n}": seeded_statuses(rng, posts // tags) for n in range(tags)}
        self.rate, self.latency = rate / tags, latency
        self.url = ""
        self.served: set[PostId] = set()
        self.asked = 0
        self.waiting = 0
        self._flows_since: dict[str, float] = {}
        self._lock = threading.Lock()

    def timeline(self, tag: str, min_id: str, limit: int) -> list[dict[str, Any]]:
        """The oldest posts after `min_id`, without it the newest; newest first, as Mastodon."""
        with self._lock:
            self.asked += 1
            if min_id:
                self._flows_since.setdefault(tag, time.monotonic())
            there = self.statuses[tag][: self._flowed(tag)]
            if min_id:
                page = [each for each in there if each["id"] > min_id][:limit]
            else:
                page = there[-limit:]
            self.served |= {(tag, each["id"]) for each in page}
        return page[::-1]

    def status(self, status_id: str) -> dict[str, Any] | None:
        """One post by its id; hashtags number theirs alike, so whose it is does not matter."""
        number = int(status_id) - FIRST_ID
        longest = next(iter(self.statuses.values()))
        return longest[number] if number < len(longest) else None

    def all_served(self) -> bool:
        """Whether every post has been given out at least once."""
        return len(self.served) == sum(map(len, self.statuses.values()))

    def more(self, count: int) -> None:
        """Add posts to every hashtag, which appear at once."""
        with self._lock:
            for statuses in self.statuses.values():
                start = len(statuses)
                statuses += [_status(start + n, n, WORDS[0], None) for n in range(count)]
            self.rate = 1e9

    def _flowed(self, tag: str) -> int:
        since = self._flows_since.get(tag)
        return FIRST_PAGE + int((time.monotonic() - since) * self.rate) if since else FIRST_PAGE


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    platform: Platform

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.platform.waiting += 1
        time.sleep(self.platform.latency)
        self.platform.waiting -= 1
        kind, _, last = parts.path.rpartition("/")
        answer: Any = None
        if kind.endswith("/timelines/tag") and last in self.platform.statuses:
            limit = int(query.get("limit", "20"))
            answer = self.platform.timeline(last, query.get("min_id", ""), limit)
        elif kind.endswith("/statuses"):
            answer = self.platform.status(last)
        self._answer(404 if answer is None else 200, answer)

    def _answer(self, status: int, answer: Any) -> None:
        body = json.dumps({"error": "Record not found"} if answer is None else answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        # A limit far above what a storm asks, told as Mastodon tells it: else the product would
        # count its own calls against the usual 300 in five minutes, and rest.
        reset = datetime.now(UTC) + timedelta(minutes=5)
        self.send_header("X-RateLimit-Limit", "100000")
        self.send_header("X-RateLimit-Remaining", "99000")
        self.send_header("X-RateLimit-Reset", reset.isoformat())
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal: `Platform.served` is the log."""


@contextmanager
def platform(
    seed: int, *, tags: int = 6, posts: int = 3000, rate: float = 150, latency: float = 0.02
) -> Iterator[Platform]:
    """A platform that serves on a free port of 127.0.0.1."""
    made = Platform(seed, tags=tags, posts=posts, rate=rate, latency=latency)
    handler = type("BoundHandler", (_Handler,), {"platform": made})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    server.handle_error = lambda *_: None  # clients that are killed hang up
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
