"""Standing lines: Mastodon's server-sent events and Bluesky's Jetstream, from local servers."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.utils import timezone
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.channels.server import Handler, Platform, Reply
from triage.tables import Channel, Delivery, PostRow, Stream
from workers import streaming
from workers.channels.bluesky_stream import word_pattern
from workers.channels.lines import LONGEST_MESSAGE
from workers.deliveries import read_waiting
from workers.streaming import Hearing, Streamer, give_back, keep, take, wait_after

SECONDS = 10
CANARY = "canary-0123456789-token"
ACCOUNT = "/api/v1/accounts/verify_credentials"
NOTIFIED = "/api/v1/streaming/user/notification"
TAGGED = "/api/v1/streaming/hashtag"
Later = timezone.timedelta(days=1)


def event(name: str, payload: Any) -> str:
    data = payload if isinstance(payload, str) else json.dumps(payload)
    return f"event: {name}\ndata: {data}\n\n"


def toot(number: int, text: str = "hi", **more: Any) -> dict[str, Any]:
    account = {"id": "7", "acct": "ann@a.test"}
    at = "2026-11-21T10:00:00.000Z"
    return {
        "id": str(number),
        "content": f"<p>{text}</p>",
        "created_at": at,
        "account": account,
    } | more


def mention(number: int, text: str = "hi", **more: Any) -> dict[str, Any]:
    return {"id": f"n{number}", "type": "mention", "status": toot(number, text, **more)}


def sse(*parts: str | bytes, then: Callable[[], object] = lambda: None) -> Reply:
    """A line that brings these parts one by one, then ends."""

    def fault(handler: Handler) -> None:
        head = {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"}
        handler.head(200, head)
        for part in parts:
            data = part.encode() if isinstance(part, str) else part
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        then()
        handler.wfile.write(b"0\r\n\r\n")

    return Reply(fault=fault)


@pytest.fixture
def mastodon(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Platform:
    monkeypatch.setenv("M_TOKEN", CANARY)
    platform.on(ACCOUNT, {"id": "1", "acct": "acme"})
    return platform


def channel(platform: Platform, **settings: str) -> Channel:
    given = {"base_url": platform.url, "stream": "yes"} | settings
    return Channel.objects.create(
        name="toots", source="mastodon", settings=given, secret_names={"access_token": "M_TOKEN"},
        next_pull_at=timezone.now() + Later,
    )  # fmt: skip


def listen(row: Channel) -> Stream:
    """Hold the line from its opening to its end, in this thread."""
    Stream.objects.filter(channel=row).update(retry_at=None)
    stream = take(row)
    assert stream is not None
    Hearing(row, stream).run()
    return Stream.objects.get(channel=row)


def posts() -> dict[str, PostRow]:
    while read_waiting():
        pass
    return {row.external_id: row for row in PostRow.objects.all()}


# Mastodon


def test_a_mention_is_kept_as_a_delivery_and_read_like_one(mastodon: Platform) -> None:
    mastodon.on(NOTIFIED, sse(":thump\n\n", event("notification", mention(5, "help"))))
    row = channel(mastodon)
    stream = listen(row)
    assert (Delivery.objects.count(), stream.heard) == (1, 1)
    post = posts()["5"]
    assert (post.text, post.author, post.platform) == ("help", "ann@a.test", "mastodon")
    [asked] = mastodon.asked(NOTIFIED)
    assert asked.headers["authorization"] == f"Bearer {CANARY}"
    assert CANARY not in str(asked.query) + asked.path


def test_what_is_none_of_ours_is_not_kept(mastodon: Platform) -> None:
    liked = {"id": "n1", "type": "favourite", "status": toot(1)}
    mastodon.on(NOTIFIED, sse(event("notification", liked), event("filters_changed", "x")))
    listen(channel(mastodon))
    assert not Delivery.objects.exists()


def test_a_hashtag_brings_posts_edits_and_deletions(mastodon: Platform) -> None:
    edited = toot(5, "later", edited_at="2026-11-21T11:00:00.000Z")
    mastodon.on(
        TAGGED,
        sse(
            event("update", toot(5, "first")),
            event("update", toot(6)),
            event("status.update", edited),
        ),
        sse(event("delete", "6"), event("delete", "999")),
    )
    row = channel(mastodon, hashtag="acme")
    listen(row)
    assert posts()["5"].text == "later"
    listen(row)
    assert Delivery.objects.count() == 4, "a deletion of what we do not have is not kept"
    assert posts()["6"].deleted_at is not None
    assert mastodon.asked(TAGGED)[0].query == {"tag": "acme"}


def test_our_own_posts_are_context_and_an_answer_brings_what_it_answers(mastodon: Platform) -> None:
    own = toot(8, "we are on it", account={"id": "1", "acct": "acme"})
    answer = toot(9, "thanks", in_reply_to_id="8")
    mastodon.on("/api/v1/statuses/8", own)
    mastodon.on(TAGGED, sse(event("update", own), event("update", answer)))
    listen(channel(mastodon, hashtag="acme"))
    found = posts()
    assert (found["8"].state, found["9"].state) == ("context", "new")
    assert (found["9"].conversation, found["9"].parent_text) == ("8", "we are on it")


def test_the_same_event_twice_and_the_pull_behind_it_make_one_post(mastodon: Platform) -> None:
    told = event("notification", mention(5))
    mastodon.on(NOTIFIED, sse(told), sse(told))
    row = channel(mastodon)
    listen(row)
    listen(row)
    assert Delivery.objects.count() == 1
    assert len(posts()) == 1


def test_an_event_may_come_in_any_pieces(mastodon: Platform) -> None:
    told = (":\r\n" + event("notification", mention(5, "käse")).replace("\n", "\r\n")).encode()
    mastodon.on(NOTIFIED, sse(*(told[i : i + 1] for i in range(len(told)))))
    listen(channel(mastodon))
    assert posts()["5"].text == "käse"


def test_opening_a_line_has_pulled_what_was_missed(mastodon: Platform) -> None:
    mastodon.on(NOTIFIED, sse())
    row = channel(mastodon)
    stream = listen(row)
    row.refresh_from_db()
    assert row.next_pull_at <= timezone.now()
    assert (stream.error, stream.failures) == ("The platform ended the line.", 1)
    assert stream.retry_at is not None
    assert stream.lease_until is None


@pytest.mark.parametrize("endless", ["x", "data: x\n"])
def test_a_line_or_an_event_without_an_end_is_given_up(mastodon: Platform, endless: str) -> None:
    chunk = endless * (65_536 // len(endless))
    mastodon.on(NOTIFIED, sse(*[chunk] * 200))
    assert "larger than" in listen(channel(mastodon)).error
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply({"error": f"bad {CANARY}"}, 401), "refuses to stream (status 401)"),
        (Reply({"error": "no"}, 404), "refuses to stream (status 404)"),
        (Reply("", 503), "error of its own"),
        (Reply("", 429, {"Retry-After": "60"}), "asks us to wait"),
        (Reply("", 302, {"Location": "http://169.254.169.254/"}), "another address"),
    ],
)
def test_a_line_that_is_not_opened_says_why_and_waits(
    mastodon: Platform, reply: Reply, says: str
) -> None:
    mastodon.on(NOTIFIED, reply, sse(event("notification", mention(5))))
    row = channel(mastodon)
    stream = listen(row)
    assert says in stream.error
    assert CANARY not in stream.error
    assert (stream.failures, stream.connected_at) == (1, None)
    assert take(row) is None, "not before its wait is over"
    listen(row)
    assert list(posts()) == ["5"]


# Bluesky


def commit(seq: int, text: str | None, *, operation: str = "create", **more: Any) -> str:
    payload = {"$type": "network.bsky.jetstream.subscribeEvents#commit", "seq": seq,
               "did": "did:plc:ann", "time": "2026-11-21T10:00:00.000Z", "rev": "r",
               "collection": "app.bsky.feed.post", "rkey": f"k{more.pop('rkey', seq)}",
               "operation": operation}  # fmt: skip
    if text is not None:
        payload["record"] = {"text": text, "createdAt": "2026-11-21T10:00:00.000Z"}
    return json.dumps({"$type": "message", "payload": payload | more})


@contextmanager
def jetstream(*rounds: list[str]) -> Iterator[tuple[str, list[str]]]:
    """A server that sends one round of frames to each who connects -> its address, the requests."""
    asked: list[str] = []

    def answer(line: ServerConnection) -> None:
        assert line.request is not None
        asked.append(line.request.path)
        try:
            for frame in rounds[min(len(asked), len(rounds)) - 1]:
                line.send(frame)
        except ConnectionClosed:
            pass

    with serve(answer, "127.0.0.1", 0, subprotocols=["xrpc.v1.json"]) as server:  # type: ignore[list-item]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/xrpc", asked
        finally:
            server.shutdown()
            thread.join(SECONDS)


@pytest.fixture
def bluesky(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Platform:
    monkeypatch.setenv("B_PASSWORD", CANARY)
    session = {"did": "did:plc:us", "handle": "acme.example", "accessJwt": "a", "refreshJwt": "r"}
    platform.on("/xrpc/com.atproto.server.createSession", session)
    return platform


def words_channel(platform: Platform, address: str, words: str = "acme, acme phone") -> Channel:
    settings = {"handle": "acme.example", "base_url": platform.url, "stream": "yes",
                "words": words, "jetstream_url": address}  # fmt: skip
    return Channel.objects.create(
        name="sky", source="bluesky", settings=settings, secret_names={"app_password": "B_PASSWORD"}
    )


def test_posts_with_our_words_are_kept_and_the_cursor_goes_on(bluesky: Platform) -> None:
    frames = [
        commit(1, "my ACME is broken"),
        commit(2, "acmeology is a science"),
        commit(3, None, operation="delete", rkey="other"),
        commit(4, "we at acme", did="did:plc:us"),
        '{"$type": "message", "payload": {"$type": "x#info", "name": "OutdatedCursor"}}',
        "no json",
        commit(5, "like", collection="app.bsky.feed.like"),
    ]
    with jetstream(frames, [commit(5, "acme again"), commit(6, "acme, later")]) as (address, asked):
        row = words_channel(bluesky, address)
        stream = listen(row)
        assert stream.cursor == {"seq": 5}
        listen(row)
    found = posts()
    uri = "at://did:plc:{}/app.bsky.feed.post/k{}"
    assert set(found) == {uri.format("ann", 1), uri.format("us", 4), uri.format("ann", 6)}
    assert found[uri.format("us", 4)].state == "context"
    assert found[uri.format("ann", 1)].url == "https://bsky.app/profile/did:plc:ann/post/k1"
    assert "collections=app.bsky.feed.post" in asked[0]
    assert "cursor" not in asked[0]
    assert "cursor=5" in asked[1]
    assert CANARY not in str(asked)


def test_a_deletion_is_told_of_what_we_have(bluesky: Platform) -> None:
    gone = commit(2, None, operation="delete", rkey="1")
    with jetstream([commit(1, "my acme")], [gone]) as (address, _):
        row = words_channel(bluesky, address)
        listen(row)
        assert [post.deleted_at for post in posts().values()] == [None]
        listen(row)
    assert [post.deleted_at is not None for post in posts().values()] == [True]


def test_an_error_frame_a_frame_too_large_and_nobody_at_home_are_transient(
    bluesky: Platform,
) -> None:
    for frame, says in (
        ('{"$type": "error", "error": "ConsumerTooSlow"}', "an error of its own"),
        ("x" * (LONGEST_MESSAGE + 1), "broke"),
    ):
        with jetstream([frame]) as (address, _):
            row = words_channel(bluesky, address)
            assert says in listen(row).error
            row.delete()
    row = words_channel(bluesky, "ws://127.0.0.1:1/xrpc")
    assert "The line to Jetstream failed" in listen(row).error


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("Acme!", True),
        ("#acme rocks", True),
        ("the acme\nphone", True),
        ("acmes", False),
        ("nothing", False),
        ("c++ is fine", True),
        ("c+", False),
    ],
)
def test_words_are_whole_words_in_any_case(text: str, fits: bool) -> None:
    assert bool(word_pattern("acme, acme phone ,c++").search(text)) == fits
    assert not word_pattern(" , ").search(text)


# Who holds a line


def test_a_line_has_one_listener_at_a_time(mastodon: Platform) -> None:
    row = channel(mastodon)
    first = take(row)
    assert first is not None
    assert take(row) is None
    assert keep(first)
    Stream.objects.update(lease_until=timezone.now() - Later)  # it died
    second = take(row)
    assert second is not None
    assert not keep(first)
    give_back(first, "late", wait=0)
    assert keep(second), "what the first one writes counts no more"
    give_back(second, "", wait=0)
    assert take(row) is not None


def test_a_listener_whose_line_was_taken_writes_no_cursor(bluesky: Platform) -> None:
    with jetstream([commit(1, "acme")]) as (address, _):
        row = words_channel(bluesky, address)
        stream = take(row)
        assert stream is not None
        Stream.objects.update(lease_epoch=99)
        Hearing(row, stream).run()
    found = Stream.objects.get()
    assert (found.cursor, found.lease_epoch, found.error) == ({}, 99, "")
    assert len(posts()) == 1, "what was heard is kept all the same"


def test_only_channels_that_ask_for_it_and_are_active_are_heard(mastodon: Platform) -> None:
    row = channel(mastodon)
    Channel.objects.create(name="off", source="mastodon", settings={"stream": "no"})
    Channel.objects.create(name="quiet", source="mastodon", settings={})
    Channel.objects.create(
        name="paused", source="mastodon", settings={"stream": "yes"}, state="paused"
    )
    assert [each.pk for each in streaming.wanted_channels()] == [row.pk]


def test_a_line_is_let_go_when_nobody_wants_it_any_more(
    mastodon: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hearing, "start", lambda self: None)
    monkeypatch.setattr(threading.Thread, "is_alive", lambda self: True)
    row = channel(mastodon)
    streamer = Streamer()
    streamer.look()
    hearing = streamer.hearings[row.pk]
    streamer.look()
    assert not hearing._ended
    Channel.objects.update(state="paused")
    streamer.look()
    assert hearing._ended


def test_waits_grow_with_failures_and_are_spread(mastodon: Platform) -> None:
    assert [wait_after(n, lambda: 1.0) for n in (0, 1, 3, 20)] == [1, 2, 8, 300]
    assert wait_after(3, lambda: 0.0) == 4
