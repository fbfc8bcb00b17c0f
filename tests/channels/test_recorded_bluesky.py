"""Every recorded answer of Bluesky through the real client. What it is tells how it is served."""

from fnmatch import fnmatch
from typing import Any

import pytest

from tests.channels.conftest import recorded, recorded_names
from tests.channels.server import Platform
from workers.channels.base import Config, Page
from workers.channels.bluesky import REASONS, BlueskySource

UNUSED = {
    "*get_follows*": "accounts, no posts",
    "*profile-views*": "accounts, no posts",
    "*resolve_handle*": "an account, no post",
    "*feed_record*": "the description of a feed generator",
    "*custom_record*": "a record of somebody else's making",
    "*like_record*": "a like as the repository holds it; as a notification it is covered below",
}
FOLDERS = ("bluesky", "bluesky_snapshots")
NAMES = [(folder, name) for folder in FOLDERS for name in recorded_names(folder)]
NOTES = "/xrpc/app.bsky.notification.listNotifications"
SESSION = {"did": "user(9)", "handle": "acme.example", "accessJwt": "a", "refreshJwt": "r"}


def is_view(record: Any) -> bool:
    return isinstance(record, dict) and {"uri", "record", "author"} <= record.keys()


def notifications_in(body: Any) -> list[Any]:
    records = body.get("notifications", []) if isinstance(body, dict) else body
    return [each for each in records if is_view(each) and "reason" in each]


def views_in(body: Any) -> list[Any]:
    """The posts of an answer: one alone, several, or a thread."""
    if is_view(body):
        return [body] if "reason" not in body else []
    if not isinstance(body, dict):
        return []
    below = [body.get("thread"), body.get("post"), *body.get("posts", []), *body.get("replies", [])]
    return [view for part in below if part for view in views_in(part)]


def is_bare(body: Any) -> bool:
    """A post as its author's repository holds it, without the author."""
    value = body.get("value", {}) if isinstance(body, dict) else {}
    return value.get("$type") == "app.bsky.feed.post"


def role(folder: str, name: str) -> str | None:
    body = recorded(folder, name).body
    if notifications_in(body):
        return "notifications"
    if views_in(body):
        return "views"
    if is_bare(body):
        return "bare"
    return "document" if isinstance(body, dict) and "didDoc" in body else None


def named(wanted: str) -> list[tuple[str, str]]:
    return [each for each in NAMES if role(*each) == wanted]


def fetched(platform: Platform, records: list[Any]) -> Page:
    platform.on("/xrpc/com.atproto.server.createSession", SESSION)
    platform.on("/xrpc/app.bsky.feed.getPosts", {"posts": views_in(records)})
    platform.on(NOTES, {"notifications": records})
    settings = {"base_url": platform.url, "handle": "acme.example"}
    return BlueskySource(Config("b", None, "public", settings, {"app_password": "p"})).fetch({})


def has_fields(page: Page, records: list[Any]) -> None:
    assert page.rejected == ()
    posts = {post.id: post for post in page.posts}
    assert posts.keys() == {record["uri"] for record in records}
    for record in records:
        post, written = posts[record["uri"]], record["record"]
        assert post.text == written["text"]
        assert post.author == record["author"]["handle"]
        assert post.author_id == record["author"]["did"]
        assert post.lang == (written["langs"][0] if written.get("langs") else None)
        reply = written.get("reply")
        assert post.in_reply_to == (reply["parent"]["uri"] if reply else None)
        assert post.conversation == (reply["root"]["uri"] if reply else record["uri"])
        assert post.created_at is not None
        assert (post.url is None) == (not post.id.startswith("at://"))


def test_every_recorded_answer_is_used_or_listed_with_a_reason() -> None:
    if not NAMES:
        pytest.skip("the recorded responses (../shared/recorded) are not here")
    listed = {each for each in NAMES for pattern in UNUSED if fnmatch(each[1], pattern)}
    used = {each for each in NAMES if role(*each)}
    assert used | listed == set(NAMES)
    assert used & listed == set()
    assert len(used) >= 20


@pytest.mark.parametrize(("folder", "name"), named("notifications"))
def test_every_recorded_notification_of_a_post_becomes_a_post(
    platform: Platform, folder: str, name: str
) -> None:
    records = notifications_in(recorded(folder, name).body)
    posts = [each for each in records if each["reason"] in REASONS]
    page = fetched(platform, records)
    has_fields(page, posts)


@pytest.mark.parametrize(("folder", "name"), named("views"))
def test_every_recorded_post_becomes_a_post(platform: Platform, folder: str, name: str) -> None:
    views = views_in(recorded(folder, name).body)
    has_fields(fetched(platform, [{**view, "reason": "mention"} for view in views]), views)


@pytest.mark.parametrize(("folder", "name"), named("bare"))
def test_every_recorded_record_becomes_a_post(platform: Platform, folder: str, name: str) -> None:
    body = recorded(folder, name).body
    author = {"did": body["uri"].split("/")[2], "handle": "ann.example"}
    record = {"uri": body["uri"], "record": body["value"], "author": author}
    has_fields(fetched(platform, [{**record, "reason": "reply"}]), [record])


@pytest.mark.parametrize(("folder", "name"), named("document"))
def test_a_recorded_document_of_an_account_does_not_lead_us_to_another_host(
    platform: Platform, folder: str, name: str
) -> None:
    body = recorded(folder, name).body
    platform.on("/xrpc/com.atproto.server.createSession", {**SESSION, "didDoc": body["didDoc"]})
    platform.on(NOTES, {"notifications": []})
    settings = {"base_url": platform.url, "handle": body["handle"]}
    source = BlueskySource(Config("b", None, "public", settings, {"app_password": "p"}))
    assert body["handle"] in source.check()
    assert source.fetch({}).posts == ()
    assert len(platform.asked(NOTES)) == 2
