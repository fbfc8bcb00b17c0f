"""Hacker News: short answers in the shape of the search; stories, comments, the way back."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.channels.server import Platform, Reply
from workers.channels.base import Config, Cursor, Page, Refused, SourceError, Throttled, Unreachable
from workers.channels.hackernews import HackerNewsSource

SEARCH = "/api/v1/search_by_date"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("hackernews", "failing"):
        monkeypatch.setattr(f"workers.channels.{module}.now", lambda: NOW)


def source(platform: Platform, **settings: str) -> HackerNewsSource:
    settings = {"base_url": platform.url, "query": "acme", **settings}
    return HackerNewsSource(Config("hn-test", "Acme", "public", settings))


def comment(number: int, ago: int = 600, **more: Any) -> dict[str, Any]:
    return {
        "objectID": str(number),
        "author": "ann",
        "comment_text": f"comment {number}",
        "created_at": "2026-11-21T11:50:00Z",
        "created_at_i": EPOCH - ago,
        "story_id": 7,
        "story_title": "A story",
        "parent_id": 8,
        "_tags": ["comment", "author_ann", "story_7"],
        "_highlightResult": {"comment_text": {"value": "<em>comment</em>"}},
        **more,
    }


def story(number: int, **more: Any) -> dict[str, Any]:
    return {
        "objectID": str(number),
        "author": "bo",
        "title": f"story {number}",
        "created_at": "2026-11-21T11:50:00Z",
        "created_at_i": EPOCH - 600,
        "_tags": ["story"],
        **more,
    }


def hits(*found: Any) -> dict[str, Any]:
    return {"hits": list(found), "nbHits": len(found), "page": 0}


def full(first: int, ago: int) -> dict[str, Any]:
    return hits(*(comment(first - n, ago + n) for n in range(100)))


def whole_round(platform: Platform, cursor: Cursor) -> tuple[list[Page], Cursor]:
    pages: list[Page] = []
    while not pages or pages[-1].more:
        assert len(pages) < 20
        pages.append(source(platform).fetch(json.loads(json.dumps(cursor))))
        cursor = pages[-1].cursor
    return pages, cursor


def ids(pages: list[Page]) -> list[str]:
    return [each.id for page in pages for each in page.posts]


def test_a_comment_becomes_a_post_with_all_its_fields(platform: Platform) -> None:
    shown = "one &#x27;two&#x27;<p>three &amp; <i>four</i><p><pre><code>x = 1\ny</code></pre>"
    platform.on(SEARCH, hits(comment(30, comment_text=shown)))
    [post] = source(platform).fetch({}).posts
    assert (post.id, post.text) == ("30", "one 'two'\n\nthree & four\n\nx = 1\ny")
    assert (post.author, post.author_id, post.own) == ("ann", "ann", False)
    assert post.created_at == NOW - timedelta(minutes=10)
    assert post.url == "https://news.ycombinator.com/item?id=30"
    assert (post.conversation, post.in_reply_to, post.parent_text) == ("7", "8", "A story")
    assert (post.platform, "_highlightResult" in post.raw) == ("hackernews", False)
    [asked] = platform.seen
    assert (asked.query["query"], asked.query["tags"]) == ("acme", "(story,comment)")
    assert asked.query["numericFilters"] == f"created_at_i>{EPOCH - 7 * 86400}"
    assert "authorization" not in asked.headers


def test_a_story_is_its_title_its_words_and_its_link(platform: Platform) -> None:
    told = story(5, story_text="why I <i>left</i>", url="https://acme.example/news")
    platform.on(SEARCH, hits(told, story(6)))
    second, first = source(platform).fetch({}).posts
    assert first.text == "story 5\n\nwhy I left\n\nhttps://acme.example/news"
    assert (first.conversation, first.in_reply_to, first.parent_text) == ("5", None, None)
    assert (second.text, second.conversation) == ("story 6", "6")


def test_a_link_that_hacker_news_shortens_is_whole(platform: Platform) -> None:
    address = "https://acme.example/a/very/long/path/that/goes/on/and/on/and/on.html"
    shown = f'see <a href="{address}" rel="nofollow">{address[:40]}...</a>'
    platform.on(SEARCH, hits(comment(3, comment_text=shown)))
    assert source(platform).fetch({}).posts[0].text == f"see {address}"


def test_the_first_pull_goes_back_as_far_as_it_is_told(platform: Platform) -> None:
    platform.on(SEARCH, hits(comment(3)))
    source(platform, lookback_days="2").fetch({})
    assert platform.seen[0].query["numericFilters"] == f"created_at_i>{EPOCH - 2 * 86400}"


def test_a_round_goes_back_in_time_to_what_is_known(platform: Platform) -> None:
    platform.on(SEARCH, hits(comment(10, 5000)))
    _, cursor = whole_round(platform, {})
    platform.seen.clear()
    platform.on(SEARCH, full(900, 100), full(801, 199), hits(comment(11, 4000), comment(10, 5000)))
    pages, cursor = whole_round(platform, cursor)
    assert set(ids(pages)) == {str(n) for n in range(702, 901)} | {"11"}
    windows = [seen.query["numericFilters"] for seen in platform.seen]
    since = f"created_at_i>{EPOCH - 5000 - 6 * 3600}"
    assert windows == [
        since,
        f"{since},created_at_i<={EPOCH - 199}",
        f"{since},created_at_i<={EPOCH - 298}",
    ]
    platform.on(SEARCH, full(900, 100))
    assert ids(whole_round(platform, cursor)[0]) == []


def test_a_crash_in_the_middle_repeats_a_page_and_skips_none(platform: Platform) -> None:
    platform.on(SEARCH, hits(comment(10, 5000)))
    _, cursor = whole_round(platform, {})
    platform.on(SEARCH, full(900, 100), hits(comment(11, 4000), comment(10, 5000)))
    assert source(platform).fetch(cursor).more
    platform.on(SEARCH, full(900, 100), hits(comment(11, 4000), comment(10, 5000)))
    assert len(ids(whole_round(platform, cursor)[0])) == 101


def test_a_whole_page_within_one_second_does_not_turn_for_ever(platform: Platform) -> None:
    platform.on(SEARCH, hits(*(comment(n, 60) for n in range(100))))
    pages, cursor = whole_round(platform, {})
    assert len(set(ids(pages))) == 100
    assert "round" not in cursor


def test_an_edited_comment_comes_again_and_an_unchanged_one_does_not(platform: Platform) -> None:
    platform.on(SEARCH, hits(comment(4), comment(3)))
    _, cursor = whole_round(platform, {})
    platform.on(SEARCH, hits(comment(4, points=9), comment(3, comment_text="better")))
    [again] = [each for page in whole_round(platform, cursor)[0] for each in page.posts]
    assert (again.id, again.text) == ("3", "better")


def test_our_own_posts_are_marked(platform: Platform) -> None:
    platform.on(SEARCH, hits(comment(4), story(3)))
    assert [p.own for p in source(platform, own_ids="Bo").fetch({}).posts] == [True, False]


def test_one_bad_record_is_set_aside_once(platform: Platform) -> None:
    bad: list[Any] = [5, None, {"title": "no id"}, story(8, title=None), comment(9, comment_text=5)]
    platform.on(SEARCH, hits(*bad, comment(3)))
    first = source(platform).fetch({})
    again = source(platform).fetch(first.cursor)
    assert ids([first]) == ["3"]
    assert [len(page.rejected) for page in (first, again)] == [len(bad), 0]


def test_odd_values_in_optional_fields_do_not_lose_the_post(platform: Platform) -> None:
    odd = {"author": 5, "created_at_i": "x", "created_at": None, "story_id": None, "parent_id": {}}
    platform.on(SEARCH, hits(comment(3, **odd, story_title=[])))
    [post] = source(platform).fetch({}).posts
    assert (post.author, post.created_at, post.parent_text) == (None, None, None)
    assert (post.conversation, post.in_reply_to) == ("3", None)


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (Reply({"message": "no such filter"}, 400), Refused, "request: no such filter"),
        (Reply({}, 403), Refused, "request: status 403"),
        (Reply({"message": "too many"}, 429), Throttled, "asks us to wait"),
        (Reply({}, 500), Unreachable, "error of its own"),
        (Reply({}), Unreachable, "no list of hits"),
        (Reply({"hits": {}}), Unreachable, "no list of hits"),
        (Reply("null"), Unreachable, "no list of hits"),
    ],
)
def test_each_error_answer_is_one_of_three_errors(
    platform: Platform, reply: Reply, error: type[SourceError], says: str
) -> None:
    platform.on(SEARCH, reply, hits(comment(3)))
    with pytest.raises(error, match=says):
        source(platform).fetch({})
    assert ids([source(platform).fetch({})]) == ["3"]


def test_check_says_how_much_is_found(platform: Platform) -> None:
    platform.on(SEARCH, hits(comment(3)), full(200, 0))
    assert source(platform).check() == "the search of Hacker News finds 1 for acme"
    assert "finds 100 or more" in source(platform).check()
    assert "numericFilters" not in platform.seen[0].query


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "needs something to watch"),
        ({"query": " "}, "needs something to watch"),
        ({"query": "a", "lookback_days": "0"}, "from 1 to 3650"),
        ({"query": "a", "base_url": "hn"}, "base_url must begin"),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_sent(
    settings: dict[str, str], says: str
) -> None:
    assert says in str(HackerNewsSource.problem(settings, {}))
    with pytest.raises(Refused, match=says):
        HackerNewsSource(Config("h", None, "public", settings)).fetch({})
    assert HackerNewsSource.problem({"query": '"acme corp"'}, {}) is None
