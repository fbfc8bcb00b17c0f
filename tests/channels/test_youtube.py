"""YouTube: own short answers in the shape of its API; threads, replies, titles, quota, errors."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.channels.server import Platform, Reply
from workers.channels.base import Config, Page, Refused, SourceError, Throttled, Unreachable
from workers.channels.youtube import YouTubeSource
from workers.channels.youtube_errors import next_day

KEY = "AIza-canary"
THREADS, COMMENTS, VIDEOS = "/v3/commentThreads", "/v3/comments", "/v3/videos"


def source(platform: Platform, **settings: str) -> YouTubeSource:
    given = {"base_url": platform.url, **(settings or {"channel_id": "UCus"})}
    return YouTubeSource(Config("y", "Acme", "public", given, {"api_key": KEY}))


def comment(comment_id: str, **snippet: Any) -> dict[str, Any]:
    return {
        "kind": "youtube#comment",
        "id": comment_id,
        "snippet": {
            "textDisplay": f"comment {comment_id}",
            "authorDisplayName": "@ann",
            "authorChannelId": {"value": "UCann"},
            "publishedAt": "2026-11-21T10:00:00Z",
            "updatedAt": "2026-11-21T10:00:00Z",
            **snippet,
        },
    }


def thread(
    thread_id: str, *replies: Any, total: int | None = None, video: str | None = "v1", **top: Any
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "kind": "youtube#commentThread",
        "id": thread_id,
        "snippet": {
            "channelId": "UCus",
            "videoId": video,
            "topLevelComment": comment(thread_id, videoId=video, **top),
            "totalReplyCount": len(replies) if total is None else total,
        },
    }
    return made | ({"replies": {"comments": [*replies]}} if replies else {})


def reply(reply_id: str, **more: Any) -> dict[str, Any]:
    return comment(reply_id, **{"parentId": reply_id.partition(".")[0], **more})


def items(*records: Any, token: str | None = None) -> dict[str, Any]:
    return {"items": [*records], **({"nextPageToken": token} if token else {})}


def ids(page: Page) -> list[str]:
    return [post.id for post in page.posts]


@pytest.fixture
def youtube(platform: Platform) -> Platform:
    """A YouTube with one video of ours and no comments."""
    platform.on(THREADS, items())
    platform.on(COMMENTS, items())
    platform.on(VIDEOS, items({"id": "v1", "snippet": {"title": "Our video"}}))
    return platform


def test_a_comment_becomes_a_post_with_all_its_fields(youtube: Platform) -> None:
    youtube.on(THREADS, items(thread("c1", updatedAt="2026-11-21T11:00:00Z")))
    [post] = source(youtube).fetch({}).posts
    assert (post.id, post.text) == ("c1", "comment c1")
    assert (post.author, post.author_id, post.reach, post.lang) == ("@ann", "UCann", None, None)
    assert post.created_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert post.edited_at == datetime(2026, 11, 21, 11, tzinfo=UTC)
    assert post.url == "https://www.youtube.com/watch?v=v1&lc=c1"
    assert (post.conversation, post.in_reply_to, post.parent_text) == ("v1", None, "Our video")
    assert (post.own, post.platform) == (False, "youtube")
    asked = youtube.seen[0]
    assert asked.headers["x-goog-api-key"] == KEY
    assert KEY not in str(asked.query)
    assert asked.query["allThreadsRelatedToChannelId"] == "UCus"
    assert (asked.query["order"], asked.query["textFormat"]) == ("time", "plainText")


def test_an_access_token_is_sent_in_place_of_a_key(youtube: Platform) -> None:
    given = {"base_url": youtube.url, "video_id": "v1"}
    YouTubeSource(Config("y", None, "public", given, {"access_token": "ya29"})).fetch({})
    assert youtube.seen[0].headers["authorization"] == "Bearer ya29"
    assert "x-goog-api-key" not in youtube.seen[0].headers
    assert youtube.seen[0].query["videoId"] == "v1"


def test_replies_come_with_what_they_answer(youtube: Platform) -> None:
    youtube.on(THREADS, items(thread("c1", reply("c1.a", authorChannelId={"value": "UCus"}))))
    _, answer = source(youtube).fetch({}).posts
    assert (answer.id, answer.in_reply_to, answer.parent_text) == ("c1.a", "c1", "comment c1")
    assert (answer.conversation, answer.own) == ("v1", True)
    assert answer.url == "https://www.youtube.com/watch?v=v1&lc=c1.a"


def test_more_than_the_first_replies_are_read_page_by_page(youtube: Platform) -> None:
    youtube.on(THREADS, items(thread("c1", reply("c1.a"), total=3), thread("c2")))
    first = source(youtube).fetch({})
    assert (ids(first), first.more) == (["c1", "c1.a", "c2"], True)
    youtube.on(COMMENTS, items(reply("c1.a"), reply("c1.b"), token="t2"), items(reply("c1.c")))
    second = source(youtube).fetch(first.cursor)
    assert (ids(second), second.more) == (["c1.a", "c1.b"], True)
    third = source(youtube).fetch(second.cursor)
    assert (ids(third), third.more) == (["c1.c"], False)
    assert third.posts[0].parent_text == "comment c1"
    assert [seen.query.get("pageToken") for seen in youtube.asked(COMMENTS)] == [None, "t2"]
    assert source(youtube).fetch(third.cursor).posts == ()


@pytest.mark.parametrize(
    "gone",
    [
        Reply({"error": {"errors": [{"reason": "commentNotFound"}]}}, 404),
        Reply({"error": {"errors": [{"reason": "commentsDisabled"}]}}, 403),
    ],
)
def test_a_thread_that_is_gone_meanwhile_is_passed_over(youtube: Platform, gone: Reply) -> None:
    youtube.on(THREADS, items(thread("c1", total=3)))
    youtube.on(COMMENTS, gone)
    first = source(youtube).fetch({})
    second = source(youtube).fetch(first.cursor)
    assert (second.posts, second.more) == ((), False)


def test_new_replies_and_edits_show_in_threads_that_are_known(youtube: Platform) -> None:
    youtube.on(THREADS, items(thread("c2"), thread("c1")))
    first = source(youtube).fetch({})
    edited = thread("c1", textDisplay="new words", updatedAt="2026-11-21T12:00:00Z")
    youtube.on(THREADS, items(thread("c3"), thread("c2", reply("c2.a")), edited))
    page = source(youtube).fetch(first.cursor)
    assert ids(page) == ["c3", "c2", "c2.a", "c1"]
    assert (page.posts[3].text, page.posts[3].edited_at is not None) == ("new words", True)
    assert source(youtube).fetch(page.cursor).posts == ()


def test_a_round_reads_down_to_what_is_known_and_every_six_hours_behind_it(
    youtube: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    youtube.on(THREADS, items(thread("c1")))
    first = source(youtube).fetch({})
    youtube.on(
        THREADS, items(thread("c3"), token="t"), items(thread("c2"), thread("c1"), token="u")
    )
    second = source(youtube).fetch(first.cursor)
    third = source(youtube).fetch(second.cursor)
    assert (ids(second), second.more, ids(third), third.more) == (["c3"], True, ["c2"], False)
    later = datetime.now(UTC) + timedelta(hours=7)
    monkeypatch.setattr("workers.channels.youtube.now", lambda: later)
    recent = {"publishedAt": later.isoformat()}
    youtube.on(THREADS, items(thread("c3", **recent), token="t"), items(thread("c2", **recent)))
    assert source(youtube).fetch(third.cursor).more


def test_a_page_token_that_ran_out_begins_the_round_again(youtube: Platform) -> None:
    youtube.on(THREADS, items(thread("c1")))
    first = source(youtube).fetch({})
    bad = Reply({"error": {"errors": [{"reason": "invalidPageToken"}], "message": "x"}}, 400)
    youtube.on(THREADS, items(thread("c3"), token="t"), bad, items(thread("c3"), thread("c1")))
    second = source(youtube).fetch(first.cursor)
    again = source(youtube).fetch(second.cursor)
    assert (again.posts, again.more) == ((), False)
    assert ids(source(youtube).fetch(again.cursor)) == ["c3"]


def test_titles_are_asked_for_once_and_never_fail_the_pull(youtube: Platform) -> None:
    youtube.on(THREADS, items(thread("c1"), thread("c2", video="v2"), thread("c3", video=None)))
    first = source(youtube).fetch({})
    assert [post.parent_text for post in first.posts] == ["Our video", None, None]
    assert (first.posts[2].url, first.posts[2].conversation) == (None, "c3")
    youtube.on(THREADS, items(thread("c4"), thread("c1")))
    assert source(youtube).fetch(first.cursor).posts[0].parent_text == "Our video"
    assert [seen.query["id"] for seen in youtube.asked(VIDEOS)] == ["v1,v2"]
    youtube.on(VIDEOS, Reply({}, 503))
    assert source(youtube).fetch({}).posts[0].parent_text is None


def test_one_bad_record_among_good_ones_is_set_aside_once(youtube: Platform) -> None:
    bad: list[Any] = [5, None, {"id": "x"}, thread("c8", textDisplay=None), {"snippet": {}}]
    youtube.on(THREADS, items(*bad, thread("c1", 7)))
    page = source(youtube).fetch({})
    assert (ids(page), len(page.rejected)) == (["c1"], 6)
    assert source(youtube).fetch(page.cursor).rejected == ()


def error(status: int, reason: str, message: str = "because") -> Reply:
    row = {"domain": "youtube", "reason": reason, "message": message}
    return Reply({"error": {"code": status, "message": message, "errors": [row]}}, status)


KEY_INVALID = {
    "error": {
        "code": 400,
        "message": "API key not valid.",
        "errors": [{"reason": "badRequest"}],
        "status": "INVALID_ARGUMENT",
        "details": [{"@type": "ErrorInfo", "reason": "API_KEY_INVALID"}],
    }
}


@pytest.mark.parametrize(
    ("given", "expected", "says"),
    [
        (error(403, "quotaExceeded"), Throttled, "the quota of the YouTube key is used up"),
        (error(403, "rateLimitExceeded"), Throttled, "asks us to wait"),
        (error(429, "x"), Throttled, "asks us to wait"),
        (Reply(KEY_INVALID, 400), Refused, "does not accept the api_key: API key not valid"),
        (error(400, "keyInvalid"), Refused, "does not accept the api_key"),
        (error(403, "accessNotConfigured"), Refused, "is it enabled there"),
        (error(403, "insufficientPermissions"), Refused, "lacks the scope youtube.force-ssl"),
        (error(403, "commentsDisabled"), Refused, "of the channel UCus are switched off"),
        (error(401, "authError"), Refused, "does not accept the access_token"),
        (error(404, "channelNotFound"), Refused, "does not have the channel UCus"),
        (error(403, "forbidden"), Refused, "does not show the comments"),
        (error(400, "processingFailure"), Unreachable, "says to try again"),
        (error(400, "invalidValue", f"bad {KEY}"), Refused, r"request: bad \[secret\]"),
        (error(500, "backendError"), Unreachable, "error of its own"),
        (Reply({"kind": "x"}), Unreachable, "no list of items"),
        (Reply("x", 403), Unreachable, "cannot be read"),
    ],
)
def test_each_error_answer_is_one_of_three_errors(
    youtube: Platform, given: Reply, expected: type[SourceError], says: str
) -> None:
    youtube.on(THREADS, given, items(thread("c1")))
    with pytest.raises(expected, match=says):
        source(youtube).fetch({})
    assert ids(source(youtube).fetch({})) == ["c1"]


def test_the_quota_counts_anew_at_midnight_in_california() -> None:
    summer = datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert next_day(summer) == datetime(2026, 7, 2, 7, tzinfo=UTC)
    assert next_day(datetime(2026, 11, 21, 7, tzinfo=UTC)) == datetime(2026, 11, 21, 8, tzinfo=UTC)


def test_check_says_what_is_watched(youtube: Platform) -> None:
    assert source(youtube).check() == "YouTube shows the comments of the channel UCus"
    assert source(youtube, video_id="v1").check() == "YouTube shows the comments of the video v1"


@pytest.mark.parametrize(
    ("settings", "secrets", "says"),
    [
        ({"channel_id": "UC1"}, {}, "YouTube needs a key"),
        ({}, {"api_key": "k"}, "say what to watch"),
        ({"channel_id": "@acme"}, {"api_key": "k"}, "are ids, not names"),
        ({"channel_id": "UC1", "base_url": "x"}, {"api_key": "k"}, "base_url must begin"),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_sent(
    settings: dict[str, str], secrets: dict[str, str], says: str
) -> None:
    assert says in str(YouTubeSource.problem(settings, secrets))
    with pytest.raises(Refused, match=says):
        YouTubeSource(Config("y", None, "public", settings, secrets)).fetch({})
    assert YouTubeSource.problem({"video_id": "a-_b"}, {"access_token": "t"}) is None
