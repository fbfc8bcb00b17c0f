"""Every recorded answer of Instagram through the real client. What it is tells its use."""

from fnmatch import fnmatch
from typing import Any

import pytest

from tests.channels.conftest import all_used_or_listed, recorded, recorded_names, recorded_response
from tests.channels.server import Platform
from tests.channels.test_recorded_facebook import listed_in
from workers.channels.base import Config, Page, Refused
from workers.channels.instagram import InstagramSource
from workers.channels.records import part

UNUSED = {
    "*hashtag*": "the id of a hashtag; hashtags are not searched",
    "*stories*": "stories, which are gone after a day and have no comments",
}
NAMES = recorded_names("instagram")
EMPTY: dict[str, Any] = {"data": []}
US = {"id": "1", "username": "acme"}


def role(name: str) -> str | None:
    body = recorded_response("instagram", name)["body"]
    if "error" in body:
        return "error"
    if any(fnmatch(name, pattern) for pattern in UNUSED):
        return None
    records = listed_in(body)
    if all("permalink" in record for record in records):
        return "media"
    if all({"text", "timestamp"} <= record.keys() for record in records):
        return "comments"
    return "account" if "media_count" in body else None


def named(wanted: str) -> list[str]:
    return [name for name in NAMES if role(name) == wanted]


def fetch(platform: Platform, cursor: dict[str, Any]) -> Page:
    settings = {"base_url": platform.url, "ig_user_id": "1"}
    return InstagramSource(Config("i", None, "public", settings, {"access_token": "t"})).fetch(
        cursor
    )


def has_media(page: Page, records: list[Any], *, ours: bool) -> None:
    assert page.rejected == ()
    assert [post.id for post in page.posts] == [record["id"] for record in records]
    for post, record in zip(page.posts, records, strict=True):
        assert post.text == record.get("caption", "")
        assert (post.url, post.conversation) == (record["permalink"], record["id"])
        assert post.created_at is not None
        assert post.own is ours
        if not ours:
            assert post.author == record.get("username")


def test_every_recorded_answer_is_used_or_listed_with_a_reason() -> None:
    all_used_or_listed(NAMES, UNUSED, role, at_least=12)


@pytest.mark.parametrize("name", named("media"))
def test_every_recorded_media_becomes_a_post_of_ours(platform: Platform, name: str) -> None:
    reply = recorded("instagram", name)
    records = listed_in(reply.body)
    paging = part(reply.body, "paging") or {}
    platform.on("/v26.0/1", US)
    platform.on("/v26.0/1/media", {"data": records, "paging": paging})
    page = fetch(platform, {})
    has_media(page, records, ours=True)
    commented = [record["id"] for record in records if record["comments_count"]]
    assert [entry[0] for entry in page.cursor["round"]["todo"]] == commented
    assert "SCRUBBED" not in str(page.cursor)


@pytest.mark.parametrize("name", named("media"))
def test_every_recorded_media_that_tags_us_becomes_a_post(platform: Platform, name: str) -> None:
    records = listed_in(recorded("instagram", name).body)
    platform.on("/v26.0/1", US)
    platform.on("/v26.0/1/media", EMPTY)
    platform.on("/v26.0/1/tags", {"data": records})
    has_media(fetch(platform, fetch(platform, {}).cursor), records, ours=False)


@pytest.mark.parametrize("name", named("comments"))
def test_every_recorded_comment_becomes_a_post(platform: Platform, name: str) -> None:
    records = listed_in(recorded("instagram", name).body)
    media = {"id": "10", "caption": "what is commented", "permalink": "https://ig.example/p/x"}
    above = {"id": "20", "text": "what is answered", "timestamp": "2026-11-21T10:00:00+0000"}
    platform.on("/v26.0/1", US)
    platform.on("/v26.0/1/media", {"data": [media]})
    inside = {**above, "replies": {"data": [{**r, "id": "r" + r["id"]} for r in records]}}
    platform.on("/v26.0/10/comments", {"data": [*records, inside]})
    page = fetch(platform, fetch(platform, {}).cursor)
    assert page.rejected == ()
    posts = {post.id: post for post in page.posts}
    for record in records:
        comment, reply = posts[record["id"]], posts["r" + record["id"]]
        assert comment.text == reply.text == record["text"]
        assert comment.author == comment.author_id == record.get("username")
        assert comment.created_at is not None
        assert (comment.url, comment.conversation) == ("https://ig.example/p/x", "10")
        assert (comment.in_reply_to, comment.parent_text) == ("10", "what is commented")
        assert (reply.in_reply_to, reply.parent_text) == ("20", "what is answered")
        assert not comment.own


@pytest.mark.parametrize("name", named("account"))
def test_every_recorded_account_says_who_it_is(platform: Platform, name: str) -> None:
    reply = recorded("instagram", name)
    platform.on("/v26.0/1", reply)
    platform.on("/media", EMPTY)
    known = fetch(platform, {}).cursor["page"]
    assert known == {"id": reply.body["id"], "name": reply.body["username"]}
    theirs = {"id": "30", "text": "x", "username": reply.body["username"]}
    platform.on("/media", {"data": [{"id": "10", "comments_count": 1}]})
    platform.on("/10/comments", {"data": [theirs]})
    assert [post.own for post in fetch(platform, fetch(platform, {}).cursor).posts] == [True]


@pytest.mark.parametrize("name", named("error"))
def test_every_recorded_error_is_one_of_our_three(platform: Platform, name: str) -> None:
    platform.on("/v26.0/1", US)
    platform.on("/v26.0/1/media", recorded("instagram", name), EMPTY)
    with pytest.raises(Refused, match="Instagram does not accept the request"):
        fetch(platform, {})
    assert fetch(platform, {}).posts == ()


@pytest.mark.parametrize("name", named("account"))
def test_check_names_the_recorded_account(platform: Platform, name: str) -> None:
    reply = recorded("instagram", name)
    platform.on("/v26.0/1", reply)
    platform.on("/media", EMPTY)
    platform.on("/tags", EMPTY)
    settings = {"base_url": platform.url, "ig_user_id": "1"}
    source = InstagramSource(Config("i", None, "public", settings, {"access_token": "t"}))
    assert reply.body["username"] in source.check()
