"""Every recorded answer of Mastodon through the real client. What it is tells how it is served."""

from fnmatch import fnmatch
from typing import Any

import pytest

from tests.channels.conftest import all_used_or_listed, recorded, recorded_names, recorded_response
from tests.channels.server import Platform, Reply
from workers.channels.base import Config, Page, Refused
from workers.channels.markup import plain_text
from workers.channels.mastodon import MastodonSource

UNUSED = {
    "*account-01": "another account",
    "*account_lookup-0[23]": "another account",
    "*block*-0[12]": "a relationship",
    "*mute_unmute*": "a relationship",
    "*relationships-01": "a relationship",
    "*app_verify*": "what an app is",
    "*conversations-0[23]": "private conversations; their posts come as mentions",
    "*grouped_notifications-03": "notifications of API v2, which groups them; we read v1",
    "*instance-*": "what an instance is; asked for nowhere",
    "*hashtag_tl-01": "what an instance is; asked for nowhere",
    "*public_tl_anonymous-01": "what an instance is; asked for nowhere",
    "*stream_healthy*": "what an instance is; asked for nowhere",
    "*timeline_disabled-0[013]": "what an instance is; asked for nowhere",
    "*markers-0[123]": "where somebody has read to; and a deleted post",
    "*notifications-03": "a number",
    "*notifications_clear*": "answer to a write",
    "*notifications_dismiss-02": "answer to a write",
    "*notifications_policy*": "settings of an account",
    "*polls-02": "a poll",
    "*report-02": "answer to a write",
    "*status_edit-01": "earlier versions of a post; our own history keeps them",
}
NAMES = recorded_names("mastodon")
TAG = "/api/v1/timelines/tag/acme"
MENTIONS = "/api/v1/notifications"


def is_status(record: Any) -> bool:
    return isinstance(record, dict) and {"id", "content", "account", "visibility"} <= record.keys()


def is_notification(record: Any) -> bool:
    return isinstance(record, dict) and {"id", "type", "group_key", "status"} <= record.keys()


def statuses_in(body: Any) -> list[Any]:
    """The statuses that an answer holds: a timeline, one alone, a context, or found by a search."""
    if is_status(body):
        return [body]
    if isinstance(body, dict):
        lists = (body.get(name) or [] for name in ("ancestors", "descendants", "statuses"))
        return [each for found in lists for each in found if is_status(each)]
    return list(body) if body and all(map(is_status, body)) else []


def notifications_in(body: Any) -> list[Any]:
    records = [body] if is_notification(body) else body
    return list(records) if records and all(map(is_notification, records)) else []


def role(name: str) -> str | None:
    response = recorded_response("mastodon", name)
    body = response["body"]
    if response["status"] >= 400:
        return "error"
    if any(fnmatch(name, pattern) for pattern in UNUSED):
        return None
    if body == []:
        return "empty"
    if notifications_in(body):
        return "notifications"
    if statuses_in(body):
        return "statuses"
    if isinstance(body, dict) and {"acct", "source"} <= body.keys():
        return "me"
    nothing = isinstance(body, dict) and [] in (body.get("statuses"), body.get("ancestors"))
    return "nothing" if nothing else None


def named(wanted: str) -> list[str]:
    return [name for name in NAMES if role(name) == wanted]


def source(platform: Platform, *, hashtag: str = "", token: str = "") -> MastodonSource:
    settings = {"base_url": platform.url, "hashtag": hashtag}
    return MastodonSource(Config("m", None, "public", settings, {"access_token": token}))


def test_every_recorded_answer_is_used_or_listed_with_a_reason() -> None:
    all_used_or_listed(NAMES, UNUSED, role, at_least=50)


def has_fields(page: Page, records: list[Any]) -> None:
    assert page.rejected == ()
    posts = {post.id: post for post in page.posts}
    assert posts.keys() == {record["id"] for record in records}
    for record in records:
        post = posts[record["id"]]
        assert post.text.endswith(plain_text(record["content"]))
        assert "<" not in post.text
        assert post.author == record["account"]["acct"]
        assert post.author_id == record["account"]["id"]
        assert post.reach == record["account"]["followers_count"]
        assert post.lang == record["language"]
        assert post.url == record["url"]
        assert post.in_reply_to == record["in_reply_to_id"]
        assert post.created_at is not None
        assert (post.edited_at is None) == (record["edited_at"] is None)


@pytest.mark.parametrize("name", named("statuses"))
def test_every_recorded_status_becomes_a_post(platform: Platform, name: str) -> None:
    reply = recorded("mastodon", name)
    records = statuses_in(reply.body)
    headers = reply.headers if isinstance(reply.body, list) else {}
    platform.on(TAG, Reply(records, 200, headers))
    page = source(platform, hashtag="acme").fetch({})
    has_fields(page, records)
    assert page.cursor["min_id"] == max((each["id"] for each in records), key=int)
    again = source(platform, hashtag="acme").fetch(page.cursor)
    assert not again.more


@pytest.mark.parametrize("name", named("notifications"))
def test_every_recorded_mention_becomes_a_post(platform: Platform, name: str) -> None:
    reply = recorded("mastodon", name)
    records = notifications_in(reply.body)
    headers = reply.headers if isinstance(reply.body, list) else {}
    platform.on(MENTIONS, Reply(records, 200, headers))
    platform.on("/verify_credentials", {"id": "1", "acct": "acme"})
    page = source(platform, token="t").fetch({})
    has_fields(page, [each["status"] for each in records])
    assert page.cursor["min_id"] == max((each["id"] for each in records), key=int)


@pytest.mark.parametrize("name", named("empty"))
def test_every_recorded_empty_page_is_the_end(platform: Platform, name: str) -> None:
    platform.on(MENTIONS, recorded("mastodon", name))
    platform.on("/verify_credentials", {"id": "1", "acct": "acme"})
    page = source(platform, token="t").fetch({"min_id": "5"})
    assert (page.posts, page.more, page.cursor["min_id"]) == ((), False, "5")


@pytest.mark.parametrize("name", named("me"))
def test_every_recorded_account_of_ours_is_known_by_its_id(platform: Platform, name: str) -> None:
    reply = recorded("mastodon", name)
    platform.on("/verify_credentials", reply)
    platform.on(MENTIONS, [])
    assert source(platform, token="t").fetch({}).cursor["account"]["id"] == reply.body["id"]
    assert source(platform, token="t").check().endswith("@" + reply.body["acct"])


@pytest.mark.parametrize("name", named("error"))
def test_every_recorded_error_is_one_of_our_three(platform: Platform, name: str) -> None:
    reply = recorded("mastodon", name)
    platform.on(TAG, reply, [])
    with pytest.raises(Refused):
        source(platform, hashtag="acme").fetch({})
    assert source(platform, hashtag="acme").fetch({}).posts == ()


def test_a_recorded_post_that_is_gone_is_no_failure_when_it_was_answered(
    platform: Platform,
) -> None:
    reply = recorded("mastodon", "mastodonpy-hashtag_tl-02")
    answer = {**reply.body[0], "in_reply_to_id": "77"}
    platform.on(TAG, [answer])
    platform.on("/api/v1/statuses/77", recorded("mastodon", "mastodonpy-status_missing-00"))
    [post] = source(platform, hashtag="acme").fetch({}).posts
    assert (post.in_reply_to, post.conversation, post.parent_text) == ("77", "77", None)
