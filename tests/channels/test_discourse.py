"""Discourse: own short answers in the shape of its API; pages, edits, threads, errors."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.channels.server import Platform, Reply
from workers.channels.base import Config, Cursor, Page, Refused, SourceError, Throttled, Unreachable
from workers.channels.discourse import DiscourseSource

KEY = "canary-discourse-key"
POSTS = "/posts.json"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("discourse", "failing"):
        monkeypatch.setattr(f"workers.channels.{module}.now", lambda: NOW)


def source(platform: Platform, *, key: str = KEY, **settings: str) -> DiscourseSource:
    secrets = {"api_key": key} if key else {}
    config = Config("d-test", "Acme", "community", {"base_url": platform.url, **settings}, secrets)
    return DiscourseSource(config)


def post(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "username": "ann",
        "name": "Ann",
        "user_id": 5,
        "created_at": "2026-11-21T10:00:00.000Z",
        "updated_at": "2026-11-21T10:00:00.000Z",
        "raw": f"post {number}",
        "cooked": f"<p>post <b>{number}</b></p>",
        "post_number": 2,
        "post_type": 1,
        "reply_to_post_number": None,
        "topic_id": 7,
        "topic_slug": "a-topic",
        "topic_title": "A topic",
        "version": 1,
        "hidden": False,
        "deleted_at": None,
        "user_deleted": False,
        **more,
    }


def listing(*posts: Any) -> dict[str, Any]:
    return {"latest_posts": list(posts)}


def ids(pages: list[Page]) -> list[str]:
    return [each.id for page in pages for each in page.posts]


def whole_round(platform: Platform, cursor: Cursor, **more: Any) -> tuple[list[Page], Cursor]:
    pages: list[Page] = []
    while not pages or pages[-1].more:
        assert len(pages) < 20
        pages.append(source(platform, **more).fetch(json.loads(json.dumps(cursor))))
        cursor = pages[-1].cursor
    return pages, cursor


def test_a_post_becomes_a_post_with_all_its_fields(platform: Platform) -> None:
    platform.on(POSTS, listing(post(3, version=2, updated_at="2026-11-21T11:00:00.000Z")))
    [found] = source(platform).fetch({}).posts
    assert (found.id, found.text) == ("3", "post 3")
    assert (found.author, found.author_id, found.own) == ("ann", "5", False)
    assert found.created_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert found.edited_at == datetime(2026, 11, 21, 11, tzinfo=UTC)
    assert found.url == f"{platform.url}/t/a-topic/7/2"
    assert (found.conversation, found.in_reply_to, found.parent_text) == ("7", None, "A topic")
    assert (found.platform, found.raw["topic_id"], found.kind) == ("discourse", 7, None)
    [asked] = platform.seen
    assert (asked.headers["api-key"], asked.headers["api-username"]) == (KEY, "system")
    assert "before" not in asked.query


def test_the_first_post_of_a_topic_has_its_title(platform: Platform) -> None:
    platform.on(POSTS, listing(post(3, post_number=1)))
    [found] = source(platform).fetch({}).posts
    assert (found.text, found.parent_text) == ("A topic\n\npost 3", None)


@pytest.mark.parametrize("raw", [None, "", [{"type": "paragraph"}]])
def test_without_the_typed_words_those_that_people_see_count(platform: Platform, raw: Any) -> None:
    platform.on(POSTS, listing(post(3, raw=raw)))
    assert [each.text for each in source(platform).fetch({}).posts] == ["post 3"]


def test_the_first_pull_takes_the_newest_page_only(platform: Platform) -> None:
    platform.on(POSTS, listing(*(post(number) for number in range(60, 10, -1))))
    pages, _ = whole_round(platform, {})
    assert ids(pages) == [str(number) for number in range(11, 61)]
    assert len(platform.seen) == 1


def test_a_round_goes_back_to_what_is_known(platform: Platform) -> None:
    platform.on(POSTS, listing(post(5), post(4)))
    _, cursor = whole_round(platform, {})
    newest, middle = ([post(n) for n in span] for span in (range(99, 60, -1), range(60, 20, -1)))
    platform.on(POSTS, listing(*newest), listing(*middle), listing(post(20), post(5), post(4)))
    pages, cursor = whole_round(platform, cursor)
    assert set(ids(pages)) == {str(number) for number in range(20, 100)}
    assert [seen.query.get("before") for seen in platform.seen[1:]] == [None, "61", "21"]
    platform.on(POSTS, listing(*newest))
    assert ids(whole_round(platform, cursor)[0]) == []


def test_an_older_forum_with_empty_windows_is_read_to_the_end(platform: Platform) -> None:
    platform.on(POSTS, listing(post(5)))
    _, cursor = whole_round(platform, {})
    platform.seen.clear()
    platform.on(POSTS, listing(post(150)), listing(post(150)), listing(), listing(post(7), post(5)))
    pages, _ = whole_round(platform, cursor)
    assert set(ids(pages)) == {"150", "7"}
    assert [seen.query.get("before") for seen in platform.seen] == [None, "150", "100", "50"]


def test_a_forum_that_repeats_a_page_does_not_turn_for_ever(platform: Platform) -> None:
    platform.on(POSTS, listing(post(5)))
    _, cursor = whole_round(platform, {})
    platform.on(POSTS, listing(post(200)))
    pages, _ = whole_round(platform, cursor)
    assert ids(pages) == ["200"]


def test_a_crash_in_the_middle_repeats_a_page_and_skips_none(platform: Platform) -> None:
    platform.on(POSTS, listing(post(5)))
    _, cursor = whole_round(platform, {})
    platform.on(POSTS, listing(post(80)), listing(post(70)), listing(post(60), post(5)))
    lost = source(platform).fetch(cursor)
    assert lost.more
    platform.on(POSTS, listing(post(80)), listing(post(70)), listing(post(60), post(5)))
    assert ids(whole_round(platform, cursor)[0]) == ["80", "70", "60"]


def test_an_edited_post_comes_again_and_an_unchanged_one_does_not(platform: Platform) -> None:
    platform.on(POSTS, listing(post(4), post(3)))
    _, cursor = whole_round(platform, {})
    edited = post(3, raw="better", updated_at="2026-11-21T10:02:00.000Z")
    platform.on(POSTS, listing(post(4), edited))
    [again] = [each for page in whole_round(platform, cursor)[0] for each in page.posts]
    assert (again.id, again.text) == ("3", "better")
    assert again.edited_at == datetime(2026, 11, 21, 10, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "gone", [{"user_deleted": True}, {"deleted_at": "2026-11-21T11:00:00.000Z"}]
)
def test_a_deleted_post_is_told_as_deleted(platform: Platform, gone: dict[str, Any]) -> None:
    platform.on(POSTS, listing(post(3)), listing(post(3, **gone)))
    _, cursor = whole_round(platform, {})
    [notice] = source(platform).fetch(cursor).posts
    assert (notice.id, notice.text, notice.deleted) == ("3", "", True)


def test_what_is_no_public_post_is_left_out(platform: Platform) -> None:
    platform.on(
        POSTS,
        listing(
            post(9, topic_archetype="private_message"),
            post(8, post_type=3),
            post(7, post_type=4),
            post(6, hidden=True, raw=None, cooked="<p>flagged by the community</p>"),
            post(5, hidden=True),
            post(4, post_type=2),
        ),
    )
    page = source(platform).fetch({})
    assert (ids([page]), page.rejected) == (["4", "5"], ())


def test_a_hidden_post_that_is_shown_again_comes(platform: Platform) -> None:
    platform.on(POSTS, listing(post(3, hidden=True, raw=None)), listing(post(3)))
    _, cursor = whole_round(platform, {})
    assert ids([source(platform).fetch(cursor)]) == ["3"]


def test_our_own_posts_are_marked(platform: Platform) -> None:
    platform.on(
        POSTS,
        listing(
            post(9, admin=True),
            post(8, moderator=True),
            post(7, user_id=-1, username="system"),
            post(6, username="Bea"),
            post(5, yours=True),
            post(4),
        ),
    )
    ours = source(platform, own_ids="@bea, carl", staff="ours").fetch({}).posts
    own = {each.id: each.own for each in ours}
    assert own == {"9": True, "8": True, "7": True, "6": True, "5": True, "4": False}
    theirs = source(platform).fetch({}).posts
    assert [each.id for each in theirs if each.own] == ["5", "7"]


def test_a_reply_carries_what_it_answers(platform: Platform) -> None:
    platform.on("/posts/by_number/7/4.json", post(30, post_number=4, raw="asked before"))
    platform.on(
        POSTS,
        listing(
            post(52, post_number=6, reply_to_post_number=5),
            post(51, post_number=5, reply_to_post_number=4),
        ),
    )
    first, second = source(platform).fetch({}).posts
    assert (first.in_reply_to, first.parent_text) == ("30", "asked before")
    assert (second.in_reply_to, second.parent_text) == ("51", "post 51")


def test_looking_up_what_is_answered_is_capped_and_never_fails_the_pull(platform: Platform) -> None:
    replies = [post(n, post_number=n, reply_to_post_number=n + 100) for n in range(50, 20, -1)]
    platform.on(POSTS, listing(*replies))
    platform.on("/posts/by_number/7/121.json", Reply({"errors": ["gone"]}, 404))
    page = source(platform).fetch({})
    assert len(page.posts) == 30
    assert {each.parent_text for each in page.posts} == {"A topic"}
    asked = [seen.path for seen in platform.seen if "by_number" in seen.path]
    assert len(asked) == 5
    platform.seen.clear()
    platform.on("/posts/by_number/7/121.json", Reply({}, 503))
    assert len(source(platform).fetch({}).posts) == 30
    assert len(platform.seen) == 2


def test_one_bad_record_among_good_ones_is_set_aside_once(platform: Platform) -> None:
    bad: list[Any] = [5, None, "x", {"cooked": "no id"}, post(8, raw=None, cooked=None)]
    platform.on(POSTS, listing(*bad, post(4)))
    first = source(platform).fetch({})
    again = source(platform).fetch(first.cursor)
    assert ids([first]) == ["4"]
    assert [len(page.rejected) for page in (first, again)] == [len(bad), 0]


def test_odd_values_in_optional_fields_do_not_lose_the_post(platform: Platform) -> None:
    odd = {"created_at": "x", "updated_at": 5, "version": "2", "topic_id": None, "user_id": {}}
    platform.on(POSTS, listing(post(3, **odd, topic_title=4, reply_to_post_number=[])))
    [found] = source(platform).fetch({}).posts
    assert (found.created_at, found.edited_at, found.url) == (None, None, None)
    assert (found.author_id, found.conversation) == ("ann", "3")


WAITS = {"errors": ["slow down"], "error_type": "rate_limit", "extras": {"wait_seconds": 30}}
NOT_PERMITTED = {"errors": ["You are not permitted"], "error_type": "invalid_access"}


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (Reply(WAITS, 429), Throttled, "until 2026-11-21 12:00"),
        (Reply("Slow down", 429), Throttled, "asks us to wait: "),
        (Reply(NOT_PERMITTED, 403), Refused, "does not accept the api_key: You are not permitted"),
        (Reply(NOT_PERMITTED, 403), Refused, "scope posts: list"),
        (Reply({"errors": ["no"]}, 404), Refused, "has no /posts.json: no"),
        (Reply({"error": "bad"}, 422), Refused, "does not accept the request: bad"),
        (Reply({"errors": {}}, 400), Refused, "does not accept the request: status 400"),
        (Reply({}, 500), Unreachable, "error of its own"),
        (Reply([], 404), Unreachable, "cannot be read"),
        (Reply({}), Unreachable, "no list of latest_posts"),
        (Reply([]), Unreachable, "no list of latest_posts"),
    ],
)
def test_each_error_answer_is_one_of_three_errors(
    platform: Platform, reply: Reply, error: type[SourceError], says: str
) -> None:
    platform.on(POSTS, reply, listing(post(3)))
    with pytest.raises(error, match=says):
        source(platform).fetch({})
    assert ids([source(platform).fetch({})]) == ["3"]


def test_a_rate_limit_says_when_it_ends(platform: Platform) -> None:
    platform.on(POSTS, Reply(WAITS, 429), Reply(WAITS, 429, {"Retry-After": "90"}))
    ends = []
    for _ in range(2):
        with pytest.raises(Throttled) as caught:
            source(platform).fetch({})
        ends.append(caught.value.retry_at)
    assert [(end - NOW).total_seconds() for end in ends if end] == [30, 90]


def test_a_forum_behind_a_login_asks_for_a_key(platform: Platform) -> None:
    platform.on(POSTS, Reply({"errors": ["log in"], "error_type": "not_logged_in"}, 403))
    with pytest.raises(Refused, match="only with a login: give an api_key"):
        source(platform, key="").fetch({})
    assert "api-key" not in platform.seen[0].headers


def test_check_says_what_is_shown_to_whom(platform: Platform) -> None:
    platform.on(POSTS, listing(post(3)))
    assert source(platform, api_username="ann").check() == (
        "Discourse at 127.0.0.1 shows its posts to ann (1 on the newest page)"
    )
    assert "to everybody" in source(platform, key="").check()


def test_a_forum_is_the_companys_own_place() -> None:
    assert DiscourseSource.community


@pytest.mark.parametrize(
    ("settings", "says"),
    [({}, "needs base_url"), ({"base_url": "forum"}, "base_url must begin")],
)
def test_wrong_settings_are_refused_before_anything_is_sent(
    settings: dict[str, str], says: str
) -> None:
    assert says in str(DiscourseSource.problem(settings, {}))
    with pytest.raises(Refused, match=says):
        DiscourseSource(Config("d", None, "community", settings, {})).fetch({})
    assert DiscourseSource.problem({"base_url": "https://forum.example"}, {}) is None
