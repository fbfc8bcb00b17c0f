"""Every recorded answer of the Graph API through the real client. What it is tells its use."""

from fnmatch import fnmatch
from typing import Any

import pytest

from tests.channels.conftest import all_used_or_listed, recorded, recorded_names, recorded_response
from tests.channels.server import Platform
from workers.channels.base import Config, Page, Refused, SourceError, Throttled, Unreachable
from workers.channels.facebook import FacebookSource
from workers.channels.records import part

UNUSED = {
    "*token*": "answers about access tokens, which people make by hand",
    "*users-user*": "a person or the pages of one; a channel has one page's token",
    "*as-user*": "a person, not a page",
    "*strange-cursor*": "a list of friends",
    "*conversations*": "private messages",
    "*messages*": "private messages",
    "*likes*": "likes, no words",
    "*search_pages*": "a search for pages",
    "*live_videos*": "a video by itself; comments come through the feed",
    "*videos*": "a video by itself; comments come through the feed",
    "*photos-photo_info*": "a photo by itself; comments come through the feed",
    "*opengraphrating*": "ratings of a page, another edge",
    "*batch*": "answers to batches, which we do not send",
    "*create_resp*": "answer to a write",
}
NAMES = recorded_names("facebook")
NO_ERROR = {"data": []}


COMMENTS = ("*comments-comments_p*", "*comment_info*", "*v2_2-comment*", "*comment-permalink*")
"""Answers that are comments; in Graph they look like posts."""


def listed_in(body: Any) -> list[Any]:
    """The records of an answer in whichever of Graph's shapes: a page, by id, or one alone."""
    if isinstance(body.get("data"), list):
        return list(body["data"])
    by_id = body and all(part(each, "id") == key for key, each in body.items())
    return list(body.values()) if by_id else [body]


def posts_in(name: str, body: Any) -> list[Any]:
    """The posts of the feed that an answer holds."""
    records = listed_in(body)
    posts = all("_" in str(part(each, "id")) or part(each, "to") for each in records)
    return records if posts and not any(fnmatch(name, pattern) for pattern in COMMENTS) else []


def comments_in(name: str, body: Any) -> list[Any]:
    """The comments that an answer holds: as a page of them, alone, or inside a post."""
    if any(fnmatch(name, pattern) for pattern in COMMENTS):
        return listed_in(body)
    return list(part(body, "comments", "data") or ())


def role(name: str) -> str | None:
    response = recorded_response("facebook", name)
    body = response["body"]
    if isinstance(body, dict) and ("error" in body or "error_code" in body):
        return "error"
    if any("usage" in header for header in response["headers"]):
        return "usage"
    if any(fnmatch(name, pattern) for pattern in UNUSED):
        return None
    if posts_in(name, body):
        return "posts"
    if comments_in(name, body):
        return "comments"
    return "page" if {"id", "name", "category"} <= body.keys() else None


def named(wanted: str) -> list[str]:
    return [name for name in NAMES if role(name) == wanted]


def with_comments() -> list[str]:
    """Also the posts that carry comments inside."""
    both = named("posts") + named("comments")
    return [n for n in both if comments_in(n, recorded_response("facebook", n)["body"])]


def fetch(platform: Platform, cursor: dict[str, Any]) -> Page:
    settings = {"base_url": platform.url, "page_id": "1"}
    config = Config("f", None, "public", settings, {"access_token": "t"})
    return FacebookSource(config).fetch(cursor)


def test_every_recorded_answer_is_used_or_listed_with_a_reason() -> None:
    all_used_or_listed(NAMES, UNUSED, role, at_least=40)


@pytest.mark.parametrize("name", named("posts"))
def test_every_recorded_post_becomes_a_post(platform: Platform, name: str) -> None:
    reply = recorded("facebook", name)
    records = posts_in(name, reply.body)
    paging = reply.body.get("paging") or {}
    platform.on("/v26.0/1/feed", {"data": records, "paging": paging})
    page = fetch(platform, {})
    assert page.rejected == ()
    assert [post.id for post in page.posts] == [record["id"] for record in records]
    for post, record in zip(page.posts, records, strict=True):
        assert post.text == record.get("message", "")
        assert post.conversation == record["id"]
        assert post.author == record.get("from", {}).get("name")
        assert post.author_id == record.get("from", {}).get("id")
        dated = {"created_time", "tagged_time"} & record.keys()
        assert (post.created_at is not None) == bool(dated)
        assert post.url
    following = page.cursor["round"]["next"]
    assert bool(following) == bool(paging.get("next"))
    assert "access_token" not in following


@pytest.mark.parametrize("name", with_comments())
def test_every_recorded_comment_becomes_a_post(platform: Platform, name: str) -> None:
    reply = recorded("facebook", name)
    records = comments_in(name, reply.body)
    post = {"id": "1_10", "message": "what is commented"}
    platform.on("/v26.0/1/feed", {"data": [post]})
    body = reply.body if records == reply.body.get("data") else {"data": records}
    platform.on("/v26.0/1_10/comments", body, {"data": []})
    page = fetch(platform, fetch(platform, {}).cursor)
    assert page.rejected == ()
    assert len(page.posts) == len(records)
    for found, record in zip(page.posts, records, strict=True):
        assert found.id == record.get("id", found.id)
        assert found.text == record["message"]
        assert found.author_id == record.get("from", {}).get("id")
        assert (found.conversation, found.parent_text) == ("1_10", "what is commented")
    assert len({found.id for found in page.posts}) == len(records)


def test_the_two_recorded_pages_of_comments_follow_one_another(platform: Platform) -> None:
    first, second = (recorded("facebook", f"pyfacebook-comments-comments_p{n}") for n in (1, 2))
    platform.on("/v26.0/1/feed", {"data": [{"id": "1_10"}]})
    platform.on("/v26.0/1_10/comments", first, second)
    platform.on("/v26.0/1/tagged", {"data": []})
    cursor, found, more = {}, [], True
    while more:
        page = fetch(platform, cursor)
        found += [post.id for post in page.posts]
        cursor, more = page.cursor, page.more
    assert len(set(found)) == 1 + len(first.body["data"]) + len(second.body["data"])
    assert platform.asked("/comments")[1].query["after"] == "after"


def test_a_recorded_tag_becomes_a_post_without_an_author(platform: Platform) -> None:
    record = recorded("facebook", "restfb-v10_0-tagged-post").body
    platform.on("/v26.0/1/feed", {"data": []})
    platform.on("/v26.0/1/tagged", {"data": [record]})
    [post] = fetch(platform, fetch(platform, {}).cursor).posts
    assert (post.id, post.text, post.author_id) == (record["id"], record["message"], None)
    assert post.created_at is not None


@pytest.mark.parametrize("name", named("page"))
def test_every_recorded_page_says_who_it_is(platform: Platform, name: str) -> None:
    reply = recorded("facebook", name)
    platform.on("/v26.0/me", reply)
    platform.on(f"/{reply.body['id']}/feed", {"data": []})
    config = Config("f", None, "public", {"base_url": platform.url}, {"access_token": "t"})
    page = FacebookSource(config).fetch({})
    assert page.cursor["page"] == {"id": reply.body["id"], "name": reply.body["name"]}


@pytest.mark.parametrize("name", named("usage"))
def test_recorded_usage_headers_below_the_limit_change_nothing(
    platform: Platform, name: str
) -> None:
    platform.on("/v26.0/1/feed", recorded("facebook", name))
    assert fetch(platform, {}).more


ERRORS: dict[int, type[SourceError]] = {
    **dict.fromkeys((1, 2), Unreachable),
    **dict.fromkeys((4, 17, 32, 341, 613, *range(80000, 80015)), Throttled),
    **dict.fromkeys((3, 10, 100, 190, 368, *range(200, 300)), Refused),
}


def expected_error(body: Any) -> type[SourceError]:
    """Which of our three a recorded error must be, by its code."""
    return ERRORS[body.get("error", {"code": body.get("error_code")})["code"]]


@pytest.mark.parametrize("name", named("error"))
def test_every_recorded_error_is_one_of_our_three(platform: Platform, name: str) -> None:
    reply = recorded("facebook", name)
    platform.on("/v26.0/1/feed", reply, NO_ERROR)
    with pytest.raises(expected_error(reply.body)) as caught:
        fetch(platform, {})
    if isinstance(caught.value, Throttled):
        assert caught.value.retry_at is not None
    assert fetch(platform, {}).posts == ()


@pytest.mark.parametrize("name", [each for each in NAMES if "100-33" in each])
def test_a_recorded_object_that_is_gone_is_dropped(platform: Platform, name: str) -> None:
    platform.on("/v26.0/1/feed", {"data": [{"id": "1_10"}]})
    platform.on("/v26.0/1_10/comments", recorded("facebook", name))
    page = fetch(platform, fetch(platform, {}).cursor)
    assert (page.posts, page.cursor["round"]["stage"]) == ((), "tagged")
