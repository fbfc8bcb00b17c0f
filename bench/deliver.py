"""Send signed deliveries as fast as asked, from a process of its own, and say how it went.

    python -m bench.deliver URL --rate 1000 --seconds 10 [--lines 64] [--secret S]

Every delivery is another one, of about 1 KB, made and signed beforehand, so that the sender costs
as little as it can. Prints one JSON object: how many were sent and answered with which status, in
what time, the waits in ms, and the processor seconds that the sending itself took.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import resource
import time
from collections import Counter
from urllib.parse import urlsplit

SIZE = 1024


class Line(asyncio.Protocol):
    """One connection: it sends the next request as soon as it has the answer to the last one."""

    def __init__(self, round_: "Round") -> None:
        self.round, self.buffer = round_, b""
        self.began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, or go on after the server has closed the line."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.round.idle.append(self)

    def data_received(self, data: bytes) -> None:
        """Note an answer once it is whole."""
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if len(body) < int(length or 0):
            return
        self.round.note(int(head[9:12]), time.perf_counter() - self.began)
        self.buffer, self.began = b"", 0.0
        if b"connection: close" in head.lower():
            self.transport.close()
        else:
            self.round.idle.append(self)
            self.round.send()

    def connection_lost(self, _error: Exception | None) -> None:
        """A request without an answer is lost; another line takes the place of this one."""
        if self.began:
            self.round.note(0, time.perf_counter() - self.began)
        if self in self.round.idle:
            self.round.idle.remove(self)
        self.round.reopen()

    def ask(self, request: bytes) -> None:
        """Send one request."""
        self.began = time.perf_counter()
        self.transport.write(request)


class Round:
    """So many requests at such a rate (0: as fast as they are answered) over some lines."""

    def __init__(self, host: str, port: int, requests: list[bytes], *, rate: float) -> None:
        self.address, self.requests, self.rate = (host, port), requests, rate
        self.idle: list[Line] = []
        self.statuses: Counter[int] = Counter()
        self.waits: list[float] = []
        self.sent = 0
        self.begun = self.seconds = 0.0
        self.opening: set[asyncio.Task[None]] = set()

    def note(self, status: int, wait: float) -> None:
        """One answer."""
        self.statuses[status] += 1
        self.waits.append(wait)

    def reopen(self) -> None:
        """Open a line."""
        task = asyncio.ensure_future(self._open())
        self.opening.add(task)
        task.add_done_callback(self.opening.discard)

    async def _open(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: Line(self), *self.address)
        except OSError:
            self.note(0, 0.0)

    def send(self) -> bool:
        """Send as many as are due and lines are free -> whether there is more to send."""
        past = time.perf_counter() - self.begun
        if past >= self.seconds:
            return False
        due = int(self.rate * past) + 1 if self.rate else len(self.requests)
        while self.idle and self.sent < min(due, len(self.requests)):
            self.sent += 1
            self.idle.pop(0).ask(self.requests[self.sent - 1])
        return self.sent < len(self.requests)

    async def run(self, lines: int, seconds: float) -> float:
        """Send until the time is up and all is answered -> seconds until then."""
        await asyncio.gather(*(self._open() for _ in range(lines)))
        self.begun, self.seconds = time.perf_counter(), seconds
        while self.send():
            await asyncio.sleep(0.002)
        while len(self.waits) < self.sent and time.perf_counter() - self.begun < seconds + 30:
            await asyncio.sleep(0.005)
        return time.perf_counter() - self.begun


def requests_of(url: str, count: int, secret: str, *, mark: str) -> list[bytes]:
    """Signed requests, as a forum signs them."""
    parts = urlsplit(url)
    made = []
    for number in range(count):
        post = {"id": f"{mark}-{number}", "cooked": "how do I reset it? " * 46}
        body = json.dumps({"post": post}).encode()[: 8 * SIZE]
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"X-Discourse-Event-Signature: sha256={signature}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


def main() -> None:
    """Send, and print."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("url")
    asked.add_argument("--rate", type=float, default=0.0, help="a second; 0: as fast as answered")
    asked.add_argument("--seconds", type=float, default=10.0)
    asked.add_argument("--most", type=int, default=30_000, help="requests that are made beforehand")
    asked.add_argument("--lines", type=int, default=64)
    asked.add_argument("--secret", default="of-a-measurement")
    asked.add_argument("--mark", default="post", help="what the ids begin with")
    given = asked.parse_args()
    parts = urlsplit(given.url)
    count = round(given.rate * given.seconds) or given.most
    requests = requests_of(given.url, count, given.secret, mark=given.mark)
    round_ = Round(parts.hostname or "", parts.port or 80, requests, rate=given.rate)
    before = resource.getrusage(resource.RUSAGE_SELF)
    took = asyncio.run(round_.run(given.lines, given.seconds))
    after = resource.getrusage(resource.RUSAGE_SELF)
    waits = sorted(round_.waits) or [0.0]
    print(
        json.dumps(
            {
                "sent": round_.sent,
                "statuses": {str(status): n for status, n in sorted(round_.statuses.items())},
                "seconds": round(took, 2),
                "cpu": round(sum(after[:2]) - sum(before[:2]), 2),
                "p50_ms": round(1000 * waits[len(waits) // 2], 1),
                "p99_ms": round(1000 * waits[len(waits) * 99 // 100], 1),
            }
        )
    )


if __name__ == "__main__":
    main()
