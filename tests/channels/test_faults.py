"""What may happen to any platform: every fault is one of our three errors, for every client.

Each fault is followed by a good answer, so that a test cannot pass for the wrong reason.
"""

import json
import logging
import random
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from tests.channels.clients import CANARY, CLIENTS, FB_POST, KEYED, OTHER, RICH, X_POST, Client
from tests.channels.server import (
    Platform,
    Reply,
    cut_short,
    dripping,
    gzip_bomb,
    html,
    redirect,
    reset,
    short_of_length,
    silent,
)
from workers.channels import source_class
from workers.channels.base import (
    BODY_LIMIT,
    Config,
    Refused,
    SourceError,
    Throttled,
    Unreachable,
)


@pytest.fixture(params=CLIENTS, ids=lambda client: client.kind)
def client(request: pytest.FixtureRequest) -> Client:
    found: Client = request.param
    return found


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.channels.http.READ_SECONDS", 0.5)
    monkeypatch.setattr("workers.channels.http.TOTAL_SECONDS", 1.0)


def nested(depth: int) -> str:
    return '{"data": ' + "[" * depth + "]" * depth + "}"


FAULTS: dict[str, tuple[Reply, str]] = {
    "a proxy's error page": (html(502), "error of its own"),
    "a web page with status 200": (html(200), "a web page in place of data"),
    "a web page with status 403": (html(403), "a web page in place of data"),
    "a web page with status 404": (html(404), "a web page in place of data"),
    "JSON that stops in the middle": (cut_short({"data": [X_POST, FB_POST]}), "cannot be read"),
    "an empty answer": (Reply(""), "cannot be read"),
    "JSON without a type": (Reply("{", 200, {"Content-Type": ""}), "cannot be read"),
    "null": (Reply("null"), "cannot be read"),
    "a number": (Reply("1e999"), "cannot be read"),
    "JSON nested 100,000 deep": (Reply(nested(100_000)), "cannot be read"),
    "a broken line": (reset(), "cannot be reached"),
    "an answer shorter than it said": (short_of_length(), "broke off"),
    "silence": (silent(1.5), "took too long"),
    "a byte at a time": (dripping(3), "took too long"),
    "a first line a byte at a time": (dripping(3, head=False), "took too long"),
    "a redirect": (redirect("http://169.254.169.254/latest"), "another address"),
    "a redirect to a file": (redirect("file:///etc/passwd"), "another address"),
    "a body that is no gzip": (
        Reply(b"{}", 200, {"Content-Encoding": "gzip"}),
        "cannot be unpacked",
    ),
    "a body beyond the limit": (Reply(b" " * (BODY_LIMIT + 1)), "larger than 16 MiB"),
    "a gzip bomb": (gzip_bomb(64), "larger than 16 MiB"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_transient_and_over_with_the_next_good_answer(
    platform: Platform, client: Client, fault: str
) -> None:
    reply, says = FAULTS[fault]
    platform.on(client.path, reply, client.good)
    source = client.source(platform.url)
    with pytest.raises(Unreachable, match=says) as caught:
        source.fetch(client.cursor)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert len(source.fetch(client.cursor).posts) == 1
    assert len(platform.seen) == 2


def test_a_gzip_bomb_does_not_fill_the_memory(platform: Platform, client: Client) -> None:
    platform.on(client.path, gzip_bomb(256))
    source = client.source(platform.url)
    tracemalloc.start()
    with pytest.raises(Unreachable):
        source.fetch(client.cursor)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50 * 1024 * 1024


def test_nobody_at_home_is_transient(platform: Platform, client: Client) -> None:
    with pytest.raises(Unreachable, match="cannot be reached"):
        client.source("http://127.0.0.1:1").fetch(client.cursor)
    with pytest.raises(Unreachable, match="cannot be reached"):
        client.source("http://host.invalid").fetch(client.cursor)
    platform.on(client.path, client.good)
    assert client.source(platform.url + "/").fetch(client.cursor).posts


def test_a_server_without_tls_is_transient(platform: Platform, client: Client) -> None:
    with pytest.raises(Unreachable, match="certificate"):
        client.source(platform.url.replace("http:", "https:")).fetch(client.cursor)


@pytest.mark.parametrize("client", KEYED, ids=lambda client: client.kind)
@pytest.mark.parametrize("key", ["a\nb", "käse\N{SNOWMAN}"])
def test_a_key_that_cannot_be_sent_is_for_a_person_to_mend(
    platform: Platform, client: Client, key: str
) -> None:
    platform.on(client.path, client.good)
    settings = {name: "header" if name == "token_in" else v for name, v in client.settings.items()}
    secrets = dict.fromkeys(client.secrets, key)
    config = Config("c", None, "public", {"base_url": platform.url, **settings}, secrets)
    with pytest.raises(Refused, match="characters that cannot be sent") as caught:
        source_class(client.kind)(config).fetch(client.cursor)
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"Retry-After": "60"}, 60.0),
        ({"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}, 86_400.0),
        ({"Retry-After": "Fri, 01 Jan 2021 00:00:00 GMT"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "9" * 400}, None),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_a_rate_limit_is_throttled_until_its_header_says(
    platform: Platform, client: Client, headers: dict[str, str], waits: float | None
) -> None:
    platform.on(client.path, Reply("Too many requests", 429, headers), client.good)
    source = client.source(platform.url)
    with pytest.raises(Throttled) as caught:
        source.fetch(client.cursor)
    at = caught.value.retry_at
    assert (at is None) == (waits is None)
    if at is not None and waits is not None:
        assert abs(at.timestamp() - time.time() - waits) < 10
    assert source.fetch(client.cursor).posts


@pytest.mark.parametrize("client", KEYED, ids=lambda client: client.kind)
def test_no_secret_shows_in_errors_logs_or_reprs(
    platform: Platform, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    keys = " and ".join(client.secrets.values())
    echo = {"error": {"code": 190, "message": f"bad {keys}"}, "detail": keys}
    said = []
    for reply in (Reply(echo, 400), Reply(echo, 403), reset(), html(500), Reply(client.good)):
        platform.on(client.path, reply)
        source = client.source(platform.url)
        try:
            said.append(repr(source.fetch(client.cursor)))
        except SourceError as error:
            said.append(f"{error} {error!r}")
        said.append(repr(source) + repr(source.config))
    assert CANARY in str(platform.seen)
    for text in (*said, caplog.text):
        assert CANARY not in text
        assert OTHER not in text


def mutations(good: Any, seed: int) -> Iterator[Any]:
    """Answers like the good one with something odd somewhere in it."""
    chance = random.Random(seed)
    odd: list[Any] = [None, [], {}, "", "x", 0, -1, 10**30, True, [[]], {"a": 1}, "\ud800", 1.5]
    for _ in range(150):
        answer = json.loads(json.dumps(good))
        spots = list(places(answer))
        for _ in range(chance.randint(1, 2)):
            holder, key = chance.choice(spots)
            holder[key] = chance.choice(odd)
        yield answer


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) inside a JSON value."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if value else ()
    if isinstance(value, dict | list):
        for key in keys:
            yield value, key
            if isinstance(value[key], dict | list):
                yield from places(value[key])


@pytest.mark.parametrize(
    "client", [each for each in CLIENTS if each.kind in RICH], ids=lambda client: client.kind
)
def test_odd_answers_never_raise_anything_but_our_errors(
    platform: Platform, client: Client
) -> None:
    good = RICH[client.kind]
    source = client.source(platform.url)
    for answer in mutations(good, seed=20261121):
        platform.on(client.path, Reply(json.dumps(answer)))
        try:
            page = source.fetch(client.cursor)
        except SourceError:
            continue
        json.dumps([page.cursor, [post.raw for post in page.posts]])
        json.dumps([each.raw for each in page.rejected])
