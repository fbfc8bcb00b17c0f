"""Bluesky: replies with links and mentions, likes, hiding, deleting; refusals; one try or two."""

from datetime import timedelta
from typing import Any

import pytest

from tests.channels.sendings import ASKED, TEXT, sending
from tests.channels.server import Platform, Reply
from triage.vocabulary import Act
from workers.channels.base import (
    Config,
    NotSent,
    Refused,
    Sending,
    Sent,
    SourceError,
    Throttled,
    Unreachable,
)
from workers.channels.bluesky import BlueskySource
from workers.channels.bluesky_text import facets_of, record_key

PASSWORD = "abcd-efgh-ijkl-mnop"
US, ANN = "did:plc:us", "did:plc:ann"
POSTS, PUT, DELETE, GET, RESOLVE = (
    "/xrpc/app.bsky.feed.getPosts",
    "/xrpc/com.atproto.repo.putRecord",
    "/xrpc/com.atproto.repo.deleteRecord",
    "/xrpc/com.atproto.repo.getRecord",
    "/xrpc/com.atproto.identity.resolveHandle",
)
GATE = "app.bsky.feed.threadgate"


def source(platform: Platform) -> BlueskySource:
    settings = {"base_url": platform.url, "handle": "acme.example"}
    return BlueskySource(Config("b", "Acme", "public", settings, {"app_password": PASSWORD}))


def uri(key: str, did: str = ANN) -> str:
    return f"at://{did}/app.bsky.feed.post/{key}"


def ref(address: str, cid: str) -> dict[str, str]:
    return {"$type": "com.atproto.repo.strongRef", "uri": address, "cid": cid}


def view(key: str, *, root: str | None = None, **viewer: Any) -> dict[str, Any]:
    """Ann's post, below the post `root` where there is one."""
    record: dict[str, Any] = {"text": "hi"}
    if root:
        record["reply"] = {"root": {"uri": root, "cid": "cid-root"}, "parent": {}}
    author = {"did": ANN, "handle": "ann.example", "viewer": {}}
    return {"uri": uri(key), "cid": "cid-3", "author": author, "record": record, "viewer": viewer}


def error(status: int, name: str, message: str = "") -> Reply:
    return Reply({"error": name, "message": f"{message} {PASSWORD}"}, status)


GONE = error(400, "RecordNotFound", "Could not locate record")


@pytest.fixture
def server(platform: Platform) -> Platform:
    """A server that knows us and Ann's post."""
    session = {"did": US, "handle": "acme.example", "accessJwt": "access-1", "refreshJwt": "r-1"}
    platform.on("/xrpc/com.atproto.server.createSession", session)
    platform.on(POSTS, {"posts": [view("3")]})
    platform.on(PUT, {"uri": uri("9", US), "cid": "cid-9"})
    platform.on(DELETE, Reply(""))
    platform.on(GET, GONE)
    platform.on(RESOLVE, error(400, "InvalidRequest", "Unable to resolve handle"))
    return platform


def test_a_reply_names_its_parent_and_the_root_of_the_conversation(server: Platform) -> None:
    root = uri("1", US)
    server.on(POSTS, {"posts": [view("3", root=root)]})
    sent = source(server).send(sending(uri("3")))
    assert sent == Sent(uri("9", US), "https://bsky.app/profile/did:plc:us/post/9")
    [asked] = server.asked(PUT)
    written = asked.json
    assert (written["repo"], written["collection"]) == (US, "app.bsky.feed.post")
    record = written["record"]
    assert (record["$type"], record["text"]) == ("app.bsky.feed.post", TEXT)
    assert record["createdAt"] == "2026-11-21T12:00:00.123Z"
    assert record["reply"]["parent"] == ref(uri("3"), "cid-3")
    assert record["reply"]["root"] == ref(root, "cid-root")
    assert "facets" not in record


def test_the_first_post_of_a_conversation_is_parent_and_root(server: Platform) -> None:
    source(server).send(sending(uri("3")))
    [asked] = server.asked(PUT)
    assert asked.json["record"]["reply"]["root"] == ref(uri("3"), "cid-3")


def test_two_tries_write_the_same_record_under_the_same_key(server: Platform) -> None:
    source(server).send(sending(uri("3")))
    source(server).send(sending(uri("3")))
    source(server).send(sending(uri("3"), key="another"))
    first, second, other = (asked.json for asked in server.asked(PUT))
    assert first == second
    assert other["rkey"] != first["rkey"]
    assert source(server).idempotent


def test_a_key_is_a_tid_that_holds_when_it_was_asked_for() -> None:
    letters = "234567abcdefghijklmnopqrstuvwxyz"
    key = record_key(sending(uri("3")))
    number = 0
    for letter in key:
        number = number * 32 + letters.index(letter)
    assert (len(key), letters.index(key[0]) < 16) == (13, True)
    assert (number >> 10) == int(ASKED.timestamp()) * 1_000_000 + 123_456
    assert record_key(later(sending(uri("3")))) > key


def later(asked: Sending) -> Sending:
    return Sending(asked.act, asked.key, asked.post, "", "", asked.asked_at + timedelta(seconds=1))


def test_links_and_mentions_are_marked_by_their_bytes(server: Platform) -> None:
    server.on(RESOLVE, {"did": ANN}, error(400, "InvalidRequest"))
    text = "Grüße @Ann.example and @nobody.example: see (https://example.com/a_(b)), a@b.example"
    source(server).send(sending(uri("3"), text=text))
    [asked] = server.asked(PUT)
    raw = text.encode()
    marked = [
        (raw[each["index"]["byteStart"] : each["index"]["byteEnd"]].decode(), each["features"][0])
        for each in asked.json["record"]["facets"]
    ]
    link, mention = "app.bsky.richtext.facet#link", "app.bsky.richtext.facet#mention"
    assert marked == [
        ("https://example.com/a_(b)", {"$type": link, "uri": "https://example.com/a_(b)"}),
        ("@Ann.example", {"$type": mention, "did": ANN}),
    ]
    assert [each.query["handle"] for each in server.asked(RESOLVE)] == [
        "ann.example",
        "nobody.example",
    ]


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("look: https://example.com/a.", "https://example.com/a"),
        ("(https://example.com)", "https://example.com"),
        ("https://example.com/?a=1&b=%20!", "https://example.com/?a=1&b=%20"),
        ("nohttps://example.com", None),
        ("https://", None),
    ],
)
def test_a_link_ends_before_the_sentence_does(text: str, link: str | None) -> None:
    found = [facet["features"][0]["uri"] for facet in facets_of(text, lambda _: None)]
    assert found == ([link] if link else [])


def test_a_like_is_given_once_and_taken_back(server: Platform) -> None:
    assert source(server).send(sending(uri("3"), Act.LIKE)) == Sent()
    [asked] = server.asked(PUT)
    assert asked.json["collection"] == "app.bsky.feed.like"
    assert asked.json["record"]["subject"] == ref(uri("3"), "cid-3")
    source(server).send(sending(uri("3"), Act.UNLIKE))
    assert server.asked(DELETE) == []
    server.on(POSTS, {"posts": [view("3", like=f"at://{US}/app.bsky.feed.like/77")]})
    source(server).send(sending(uri("3"), Act.LIKE))
    assert len(server.asked(PUT)) == 1
    source(server).send(sending(uri("3"), Act.UNLIKE))
    [asked] = server.asked(DELETE)
    assert (asked.json["collection"], asked.json["rkey"]) == ("app.bsky.feed.like", "77")


def test_a_reply_in_our_conversation_is_hidden_and_shown_again(server: Platform) -> None:
    server.on(POSTS, {"posts": [view("3", root=uri("1", US))]})
    source(server).send(sending(uri("3"), Act.HIDE))
    [asked] = server.asked(PUT)
    assert (asked.json["collection"], asked.json["rkey"]) == (GATE, "1")
    gate = asked.json["record"]
    assert (gate["post"], gate["hiddenReplies"], "allow" in gate) == (
        uri("1", US),
        [uri("3")],
        False,
    )
    known = {"allow": [], "post": uri("1", US), "hiddenReplies": [uri("2"), uri("3")]}
    server.on(GET, {"uri": f"at://{US}/{GATE}/1", "cid": "cid-gate", "value": known})
    source(server).send(sending(uri("3"), Act.HIDE))
    assert len(server.asked(PUT)) == 1
    source(server).send(sending(uri("3"), Act.UNHIDE))
    shown = server.asked(PUT)[1].json
    assert shown["record"] == {**known, "hiddenReplies": [uri("2")]}
    assert shown["swapRecord"] == "cid-gate"


def test_only_our_own_is_deleted_and_hidden_only_below_our_own(server: Platform) -> None:
    source(server).send(sending(uri("9", US), Act.DELETE))
    [asked] = server.asked(DELETE)
    assert asked.json["rkey"] == "9"
    with pytest.raises(NotSent, match="delete only its own posts"):
        source(server).send(sending(uri("3"), Act.DELETE))
    with pytest.raises(NotSent, match="can hide its replies, and that was somebody else"):
        source(server).send(sending(uri("3"), Act.HIDE))
    server.on(POSTS, {"posts": [view("3", root=uri("1"))]})
    with pytest.raises(NotSent, match="somebody else"):
        source(server).send(sending(uri("3"), Act.HIDE))
    assert server.asked(PUT) == []


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ([], "no longer has this post"),
        ([view("3", replyDisabled=True)], "lets only some accounts answer"),
        ([view("3") | {"author": {"viewer": {"blockedBy": True}}}], "has blocked our account"),
        ([view("3") | {"author": {"viewer": {"blocking": "at://x"}}}], "our account blocks"),
    ],
)
def test_a_reply_that_nobody_would_see_is_not_sent(
    server: Platform, found: list[Any], says: str
) -> None:
    server.on(POSTS, {"posts": found})
    with pytest.raises(NotSent, match=says):
        source(server).send(sending(uri("3")))
    assert server.asked(PUT) == []


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (error(400, "InvalidRecord", "text must not be longer"), NotSent, "does not take this"),
        (error(400, "InvalidSwap"), Unreachable, "at the same moment"),
        (error(403, "Forbidden", "no"), Refused, "not let this app_password write"),
        (error(400, "AccountTakedown"), Refused, "the account at Bluesky is closed"),
        (Reply("", 429, {"ratelimit-reset": "4102444800"}), Throttled, "asks us to wait until"),
        (error(500, "InternalServerError"), Unreachable, "an error of its own"),
    ],
)
def test_what_bluesky_refuses_is_said_in_words(
    server: Platform, reply: Reply, kind: type[SourceError], says: str
) -> None:
    server.on(PUT, reply, {"uri": uri("9", US), "cid": "cid-9"})
    with pytest.raises(SourceError, match=says) as caught:
        source(server).send(sending(uri("3")))
    assert type(caught.value) is kind
    assert PASSWORD not in str(caught.value)
    assert source(server).send(sending(uri("3"))).id == uri("9", US)


def test_a_session_that_is_over_is_opened_anew_for_a_write(server: Platform) -> None:
    server.on(PUT, error(400, "ExpiredToken"), {"uri": uri("9", US), "cid": "cid-9"})
    assert source(server).send(sending(uri("3"))).id == uri("9", US)
    assert len(server.asked("createSession")) == 2


def test_what_was_sent_is_found_by_its_key(server: Platform) -> None:
    assert source(server).find_sent(sending(uri("3"))) is None
    server.on(GET, {"uri": uri("9", US), "cid": "cid-9", "value": {"text": TEXT}})
    assert source(server).find_sent(sending(uri("3"))) == source(server).send(sending(uri("3")))
    assert server.asked(GET)[0].query["rkey"] == server.asked(PUT)[0].json["rkey"]
