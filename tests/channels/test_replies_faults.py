"""What may happen to any write: a fault is transient, and may have happened all the same.

Each fault is followed by a good answer, so that a test cannot pass for the wrong reason.
"""

import logging
from dataclasses import dataclass
from typing import Any

import pytest

from tests.channels.clients import CANARY, OTHER
from tests.channels.sendings import TEXT, sending
from tests.channels.server import (
    Platform,
    Reply,
    cut_short,
    html,
    redirect,
    reset,
    short_of_length,
    silent,
)
from workers.channels import source_class
from workers.channels.base import Config, Source, Unreachable

US = "did:plc:us"


@dataclass(frozen=True)
class Way:
    """The way back to a platform: where a reply is written to, and what is asked before."""

    kind: str
    settings: dict[str, str]
    secrets: dict[str, str]
    post: str
    path: str
    good: Any
    before: dict[str, Any]

    def source(self, platform: Platform) -> Source:
        for path, answer in self.before.items():
            platform.on(path, answer)
        settings = {"base_url": platform.url, **self.settings}
        return source_class(self.kind)(Config("c", None, "public", settings, self.secrets))


WAYS = [
    Way(
        "linkedin",
        {"organization": "7"},
        {"access_token": CANARY},
        "urn:li:share:5",
        "POST /comments",
        {"id": "9"},
        {},
    ),
    Way(
        "bluesky",
        {"handle": "acme.example"},
        {"app_password": OTHER},
        "at://did:plc:ann/app.bsky.feed.post/3",
        "/xrpc/com.atproto.repo.putRecord",
        {"uri": f"at://{US}/app.bsky.feed.post/9", "cid": "c"},
        {
            "createSession": {"did": US, "handle": "a.b", "accessJwt": CANARY, "refreshJwt": "r"},
            "getPosts": {"posts": [{"uri": "at://did:plc:ann/app.bsky.feed.post/3", "cid": "c"}]},
        },
    ),
    Way(
        "reddit",
        {"username": "Acme"},
        {"client_id": "app", "client_secret": OTHER, "password": OTHER},
        "t1_c3",
        "/api/comment",
        {"json": {"data": {"things": [{"kind": "t1", "data": {"id": "c9"}}]}}},
        {"access_token": {"access_token": CANARY, "expires_in": 9, "scope": "*"}},
    ),
    Way(
        "youtube",
        {"channel_id": "UC1"},
        {"access_token": CANARY},
        "t1",
        "/youtube/v3/comments",
        {"id": "t1.9"},
        {},
    ),
    Way(
        "discourse",
        {},
        {"api_key": CANARY},
        "3",
        "POST /posts.json",
        {"id": 9},
        {"/posts/3.json": {"id": 3, "topic_id": 7, "post_number": 2}},
    ),
]
FAULTS: dict[str, tuple[Reply, str]] = {
    "a proxy's error page": (html(502), "error of its own"),
    "a web page with status 200": (html(200), "a web page in place of data"),
    "a web page with status 403": (html(403), "a web page in place of data"),
    "JSON that stops in the middle": (cut_short({"id": "9", "uri": "x"}), "cannot be read"),
    "null": (Reply("null"), "cannot be read"),
    "a list": (Reply("[]"), "cannot be read"),
    "a broken line": (reset(), "cannot be reached"),
    "an answer shorter than it said": (short_of_length(), "broke off"),
    "silence": (silent(1.5), "took too long"),
    "a redirect": (redirect("http://169.254.169.254/latest"), "another address"),
}


@pytest.fixture(params=WAYS, ids=lambda way: way.kind)
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_may_have_happened_and_is_over_with_the_next_good_answer(
    platform: Platform,
    way: Way,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("workers.channels.http.READ_SECONDS", 0.5)
    caplog.set_level(logging.DEBUG)
    reply, says = FAULTS[fault]
    platform.on(way.path, reply, way.good)
    source = way.source(platform)
    with pytest.raises(Unreachable, match=says) as caught:
        source.send(sending(way.post))
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    sent = source.send(sending(way.post))
    assert (sent.id or "").rstrip(")").endswith("9")
    assert len(platform.asked(way.path)) == 2
    assert CANARY in str([each.headers for each in platform.asked(way.path)])
    for text in (str(caught.value), caplog.text, repr(source)):
        assert CANARY not in text
        assert OTHER not in text


def test_nobody_at_home_is_transient(platform: Platform, way: Way) -> None:
    settings = {**way.settings, "base_url": "http://127.0.0.1:1"}
    gone = source_class(way.kind)(Config("c", None, "public", settings, way.secrets))
    with pytest.raises(Unreachable, match="cannot be reached"):
        gone.send(sending(way.post))
    with pytest.raises(Unreachable, match="cannot be reached"):
        gone.find_sent(sending(way.post))


def test_what_a_kind_offers_is_what_it_sends(way: Way) -> None:
    kind = source_class(way.kind)
    assert kind.acts[0] == "reply"
    assert kind.longest is not None
    assert len(TEXT) < kind.longest
