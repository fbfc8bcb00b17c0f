"""Backfill: each kind's way back through its pages, newest first, as far as it was asked."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.channels.clients import CLIENTS, Client
from tests.channels.server import Platform, Reply
from workers.channels import KINDS, source_class
from workers.channels.base import Page, Refused

NOW = datetime.now(UTC).replace(microsecond=0)
UNTIL = NOW - timedelta(days=10)
PAGES = ((1, 2), (3, 4), (8, 12), (20, 21))
"""The ages in days of what stands on each page; the last one need not be asked for."""
Records = tuple[int, ...]


def at(age: int) -> datetime:
    return NOW - timedelta(days=age)


def iso(age: int) -> str:
    return at(age).strftime("%Y-%m-%dT%H:%M:%S+00:00")


@dataclass(frozen=True)
class Way:
    """How a kind pages back: its answer for a page, and what the next request must hold."""

    kind: str
    answer: Callable[[Records, int | None], Any]
    asks: Callable[[int], dict[str, str]]
    window: tuple[str, str] | None = None
    """The parameter that keeps the platform itself from going back further."""
    before: int = 20
    """The first age that is not asked for any more."""

    @property
    def client(self) -> Client:
        return next(client for client in CLIENTS if client.kind == self.kind)


def _x(ages: Records, following: int | None) -> Any:
    posts = [{"id": str(1000 - age), "text": "hi", "created_at": iso(age)} for age in ages]
    meta = {"result_count": 2, "newest_id": posts[0]["id"]}
    return {"data": posts, "meta": meta | ({"next_token": f"t{following}"} if following else {})}


def _graph(field: str, time: str) -> Callable[[Records, int | None], Any]:
    def answer(ages: Records, following: int | None) -> Any:
        records = [{"id": f"1_{1000 - age}", field: "hi", time: iso(age)} for age in ages]
        for record in records:
            record["comments"] = {"summary": {"total_count": 0}}  # type: ignore[assignment]
            record["comments_count"] = 0  # type: ignore[assignment]
        address = f"https://graph.facebook.com/v26.0/1/feed?until={following}"
        return {"data": records} | ({"paging": {"next": address}} if following else {})

    return answer


def _mastodon(ages: Records, _: int | None) -> Any:
    def toot(age: int) -> dict[str, Any]:
        status = {"id": str(1000 - age), "content": "<p>hi</p>", "created_at": iso(age)}
        return {"id": str(5000 - age), "type": "mention", "status": status}

    return [toot(age) for age in ages]


def _reddit(ages: Records, following: int | None) -> Any:
    def comment(age: int) -> dict[str, Any]:
        name = f"t1_{1000 - age}"
        record = {"id": name, "name": name, "body": "hi", "link_id": "t3_1", "parent_id": "t3_1"}
        return {"kind": "t1", "data": {**record, "created_utc": at(age).timestamp()}}

    after = f"t1_{following}" if following else None
    return {"kind": "Listing", "data": {"children": [comment(a) for a in ages], "after": after}}


def _youtube(ages: Records, following: int | None) -> Any:
    def thread(age: int) -> dict[str, Any]:
        name = str(1000 - age)
        top = {"id": name, "snippet": {"textDisplay": "hi", "publishedAt": iso(age)}}
        inside = {"videoId": "v", "totalReplyCount": 0, "topLevelComment": top}
        return {"id": name, "snippet": inside}

    more = {"nextPageToken": f"t{following}"} if following else {}
    return {"items": [thread(age) for age in ages], **more}


def _discourse(ages: Records, _: int | None) -> Any:
    return {
        "latest_posts": [
            {"id": 1000 - age, "raw": "hi", "topic_id": 7, "created_at": iso(age)} for age in ages
        ]
    }


WAYS = [
    Way(
        "x",
        _x,
        lambda page: {"pagination_token": f"t{page}"},
        ("start_time", f"{UNTIL:%Y-%m-%dT%H:%M:%SZ}"),
    ),
    Way(
        "facebook",
        _graph("message", "created_time"),
        lambda page: {"until": str(page)},
        ("since", str(int(UNTIL.timestamp()))),
    ),
    Way("instagram", _graph("caption", "timestamp"), lambda page: {"until": str(page)}, before=22),
    Way("mastodon", _mastodon, lambda page: {"max_id": str(5000 - PAGES[page - 1][-1])}),
    Way("reddit", _reddit, lambda page: {"after": f"t1_{page}"}),
    Way("youtube", _youtube, lambda page: {"pageToken": f"t{page}"}),
    Way("discourse", _discourse, lambda page: {"before": str(1000 - PAGES[page - 1][-1])}),
]


@pytest.fixture(params=WAYS, ids=lambda way: way.kind)
def way(request: pytest.FixtureRequest, platform: Platform, db: None) -> Way:
    """A platform of that kind with four pages."""
    found: Way = request.param
    last = len(PAGES) - 1
    answers = [found.answer(ages, n + 1 if n < last else None) for n, ages in enumerate(PAGES)]
    if found.window:
        answers = [*answers[:2], found.answer((8,), None)]
    platform.on("/tagged", {"data": []})
    platform.on("/tags", {"data": []})
    platform.on("/accounts/verify_credentials", {"id": "1", "acct": "acme"})
    platform.on("/api/v1/access_token", {"access_token": "t", "expires_in": 86400})
    platform.on("/videos", {"items": []})
    platform.on("/v26.0/1", {"id": "1", "name": "Acme"})
    platform.on(found.client.path, *answers)
    return found


def walk(way: Way, platform: Platform) -> list[Page]:
    """All pages, each with a new source, as a worker may die in between."""
    pages: list[Page] = []
    cursor: dict[str, Any] = {}
    while not pages or pages[-1].more:
        assert len(pages) < 8, "it does not end"
        source = way.client.source(platform.url)
        pages.append(source.fetch_back(json.loads(json.dumps(cursor)), UNTIL))
        cursor = pages[-1].cursor
    return pages


def test_a_kind_walks_back_newest_first_to_where_it_was_asked(way: Way, platform: Platform) -> None:
    pages = walk(way, platform)
    ages = [
        round((NOW - post.created_at) / timedelta(days=1))
        for page in pages
        for post in sorted(page.posts, key=lambda post: post.created_at or NOW, reverse=True)
        if post.created_at
    ]
    assert ages[:5] == [1, 2, 3, 4, 8]
    assert max(ages) < way.before, "it asks no further than it must"
    requests = platform.asked(way.client.path)
    for number, seen in enumerate(requests[1:3], start=1):
        assert way.asks(number).items() <= seen.query.items()
    if way.window:
        name, value = way.window
        assert {seen.query[name] for seen in requests} == {value}


def test_the_walk_does_not_touch_the_cursor_of_live_pulls(way: Way, platform: Platform) -> None:
    [first, *_] = walk(way, platform)
    platform.on(way.client.path, way.answer((1, 2), None))
    live = way.client.source(platform.url).fetch(way.client.cursor)
    assert {post.id for post in live.posts} == {post.id for post in first.posts}


def test_a_walk_that_the_platform_breaks_off_goes_on_where_it_was(
    way: Way, platform: Platform
) -> None:
    first = way.client.source(platform.url).fetch_back({}, UNTIL)
    kept = json.loads(json.dumps(first.cursor))
    good = way.answer(PAGES[1], None)
    platform.on(way.client.path, Reply({"error": "busy"}, 503), good)
    with pytest.raises(Exception, match=r"error of its own|try again"):
        way.client.source(platform.url).fetch_back(kept, UNTIL)
    again = way.client.source(platform.url).fetch_back(kept, UNTIL)
    assert [round((NOW - (p.created_at or NOW)) / timedelta(days=1)) for p in again.posts]
    assert way.asks(1).items() <= platform.asked(way.client.path)[-1].query.items()


@pytest.mark.parametrize("kind", KINDS)
def test_the_kinds_that_cannot_say_so(kind: str) -> None:
    found = source_class(kind)
    assert found.backfills is (kind in {way.kind for way in WAYS})
    assert ("backfill" in found.settings) is found.backfills


def test_a_kind_that_cannot_refuses_in_words(platform: Platform) -> None:
    client = next(client for client in CLIENTS if client.kind == "hackernews")
    with pytest.raises(Refused, match="cannot bring earlier posts"):
        client.source(platform.url).fetch_back({}, UNTIL)


def test_a_page_token_of_x_that_has_run_out_begins_the_walk_again(platform: Platform) -> None:
    client = next(client for client in CLIENTS if client.kind == "x")
    over = {"errors": [{"message": "pagination_token is over"}], "title": "Invalid Request"}
    platform.on(client.path, _x((1, 2), 1), Reply(over, 400), _x((1, 2), None))
    first = client.source(platform.url).fetch_back({}, UNTIL)
    again = client.source(platform.url).fetch_back(first.cursor, UNTIL)
    assert (again.posts, again.more) == ((), True)
    last = client.source(platform.url).fetch_back(again.cursor, UNTIL)
    assert "pagination_token" not in platform.asked(client.path)[-1].query
    assert (len(last.posts), last.more) == (2, False)
