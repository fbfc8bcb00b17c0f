"""Every recorded answer of Reddit through the real client. What it is tells how it is served."""

from typing import Any

import pytest

from tests.channels.conftest import all_used_or_listed, recorded, recorded_names, recorded_response
from tests.channels.server import Platform, Reply
from workers.channels.base import Config, Page, Refused, Throttled, Unreachable
from workers.channels.reddit import RedditSource

UNUSED = {
    "*test_delete-01": "answer to a deletion; what is left of the comment is used",
    "*TestMessage.test_delete-02": "answer to a deletion",
    "*test_block-02": "answer to a write",
    "*test_mark_*-02": "answer to a write",
    "*test_message_*collapse-0?": "answer to a write",
    "*test_remove-01": "answer to a write",
    "*test_report-01": "answer to a write",
    "*errors_null-01": "answer to a write",
    "*TestMessage.test_reply-03": "an account, no post",
}
NAMES = recorded_names("reddit")
TOKEN, COMMENTS, POSTS = "/api/v1/access_token", "/r/acme/comments/", "/r/acme/new"
GRANT = {"access_token": "token", "expires_in": 3600, "scope": "*", "token_type": "bearer"}
APP = {"client_id": "app", "client_secret": "secret"}
GONE = ("[deleted]", "[removed]")


def things_in(body: Any) -> list[Any]:
    """Every comment, submission and message in an answer: in lists, threads, answers to writes."""
    if isinstance(body, list):
        return [found for part in body for found in things_in(part)]
    if not isinstance(body, dict):
        return []
    data = body.get("data")
    if body.get("kind") in ("t1", "t3", "t4"):
        return [body, *things_in(data.get("replies"))]
    if body.get("kind") == "Listing":
        return things_in(data["children"])
    if isinstance(body.get("json"), dict):
        return things_in(body["json"].get("data", {}).get("things"))
    return []


def kinds_in(body: Any) -> set[str]:
    return {each["kind"] for each in things_in(body)}


def role(name: str) -> str | None:
    response = recorded_response("reddit", name)
    body = response["body"]
    if response["status"] >= 300:
        return "sign-in error" if "-00" in name else "error"
    if not isinstance(body, dict | list):
        return "unreadable"
    if kinds_in(body):
        return "things"
    if isinstance(body, dict) and body.get("kind") == "Listing":
        return "empty"
    if isinstance(body, dict) and "access_token" in body:
        return "token"
    return "me" if isinstance(body, dict) and {"name", "is_employee"} <= body.keys() else None


def named(wanted: str) -> list[str]:
    return [name for name in NAMES if role(name) == wanted]


def source(platform: Platform, **settings: str) -> RedditSource:
    secrets = {**APP, "refresh_token": "refresh"} if "mine" in settings else APP
    given = {"base_url": platform.url, "subreddit": "acme", **settings}
    given.pop("mine", None)
    platform.on(TOKEN, GRANT)
    platform.on("/api/info", {"kind": "Listing", "data": {"children": []}})
    return RedditSource(Config("r", None, "public", given, secrets))


def listing(records: list[Any]) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": records, "after": None}}


def has_fields(page: Page, records: list[Any]) -> None:
    assert page.rejected == ()
    posts = {post.id: post for post in page.posts}
    assert posts.keys() == {each["data"]["name"] for each in records}
    for record in records:
        data, post = record["data"], posts[record["data"]["name"]]
        gone = data.get("body") in GONE or data.get("selftext") in GONE
        assert (post.deleted, post.text == "") == (gone, gone)
        if not gone:
            assert (data.get("body") or data.get("title") or "") in post.text
        author = data.get("author")
        assert post.author == (None if author in GONE else author)
        assert (post.author is None) == (post.author_id is None)
        assert post.created_at is not None
        assert post.created_at.timestamp() == data["created_utc"]
        assert (post.edited_at is not None) == bool(data.get("edited"))
        assert post.in_reply_to == data.get("parent_id")
        assert post.conversation is not None
        assert post.conversation.startswith("t3_")
        if data.get("permalink") or data.get("context"):
            assert str(post.url).startswith("https://www.reddit.com/r/")


def test_every_recorded_answer_is_used_or_listed_with_a_reason() -> None:
    all_used_or_listed(NAMES, UNUSED, role, at_least=60)


@pytest.mark.parametrize("name", named("things"))
def test_every_recorded_comment_and_submission_becomes_a_post(
    platform: Platform, name: str
) -> None:
    things = things_in(recorded("reddit", name).body)
    comments = [each for each in things if each["kind"] == "t1"]
    posts = [each for each in things if each["kind"] == "t3"]
    messages = [each for each in things if each["kind"] == "t4"]
    platform.on(COMMENTS, listing([*comments[:100], *messages]))
    platform.on(POSTS, listing(posts))
    first = source(platform, posts="yes").fetch({})
    has_fields(first, comments[:100])
    has_fields(source(platform, posts="yes").fetch(first.cursor), posts)


@pytest.mark.parametrize("name", named("empty"))
def test_every_recorded_empty_page_is_the_end(platform: Platform, name: str) -> None:
    platform.on(COMMENTS, recorded("reddit", name))
    page = source(platform).fetch({})
    assert (page.posts, page.more, page.rejected) == ((), False, ())


@pytest.mark.parametrize("name", named("me"))
def test_every_recorded_account_of_ours_is_known_by_its_name(platform: Platform, name: str) -> None:
    reply = recorded("reddit", name)
    comment = {"kind": "t1", "data": {"name": "t1_a", "body": "x", "author": reply.body["name"]}}
    platform.on("/api/v1/me", reply)
    platform.on(COMMENTS, listing([comment]))
    assert source(platform, mine="").fetch({}).posts[0].own


@pytest.mark.parametrize("name", named("token"))
def test_every_recorded_token_opens_a_session(platform: Platform, name: str) -> None:
    made = source(platform)
    platform.on(TOKEN, recorded("reddit", name))
    platform.on(COMMENTS, listing([]))
    assert made.check() == "Reddit shows r/acme"


def expected(reply: Reply) -> type[Exception]:
    web_page = "html" in str(reply.headers.get("content-type"))
    if reply.status == 429:
        return Throttled
    return Refused if 400 <= reply.status < 500 and not web_page else Unreachable


@pytest.mark.parametrize("name", named("error"))
def test_every_recorded_error_is_one_of_our_three(platform: Platform, name: str) -> None:
    reply = recorded("reddit", name)
    platform.on(COMMENTS, reply, listing([]))
    with pytest.raises(expected(reply)) as caught:
        source(platform).fetch({})
    if reply.status == 429:
        assert caught.value.retry_at is not None  # type: ignore[attr-defined]
    assert len(platform.asked(COMMENTS)) == 1
    assert source(platform).fetch({}).posts == ()


@pytest.mark.parametrize("name", named("sign-in error"))
def test_every_recorded_error_of_a_sign_in_is_one_of_our_three(
    platform: Platform, name: str
) -> None:
    reply = recorded("reddit", name)
    made = source(platform)
    platform.on(TOKEN, reply)
    with pytest.raises(expected(reply)):
        made.fetch({})


@pytest.mark.parametrize("name", named("unreadable"))
def test_every_recorded_answer_without_json_is_transient(platform: Platform, name: str) -> None:
    platform.on(COMMENTS, recorded("reddit", name))
    with pytest.raises(Unreachable):
        source(platform).fetch({})
