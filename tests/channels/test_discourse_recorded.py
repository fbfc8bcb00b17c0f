"""Every recorded answer of Discourse through the real client. What it is tells how it is served."""

from fnmatch import fnmatch
from typing import Any

import pytest

from tests.channels.conftest import recorded, recorded_names, recorded_response
from tests.channels.server import Platform, Reply
from workers.channels.base import Config, Refused, Unreachable
from workers.channels.discourse import DiscourseSource
from workers.channels.markup import plain_text
from workers.channels.records import part

UNUSED = {
    "webhook-*": "a signature to check a webhook with; webhooks are another piece of work",
    "*categories": "the categories of a forum",
    "*category_latest_topics": "topics without the words in them; their posts come by themselves",
    "*-latest": "topics without the words in them; their posts come by themselves",
    "*-new": "topics without the words in them; their posts come by themselves",
    "*topics_created_by": "topics without the words in them; their posts come by themselves",
    "*private_messages": "private messages",
    "*notification_success": "answer to a write",
    "*replies*": "what one user did, cut to an excerpt; the posts come by themselves",
    "*search": "a search, without the words that it found",
    "*user": "an account by itself; a post says who wrote it",
}
NAMES = recorded_names("discourse")
POSTS = "/posts.json"


def is_post(record: Any) -> bool:
    return isinstance(record, dict) and {"id", "topic_id", "cooked", "post_type"} <= record.keys()


def posts_in(body: Any) -> list[Any]:
    """The posts that an answer holds: the newest of all, those of a topic, or one alone."""
    if is_post(body):
        return [body]
    found = part(body, "latest_posts") or part(body, "post_stream", "posts") or []
    return found if all(map(is_post, found)) else []


def used(name: str) -> bool:
    return bool(posts_in(recorded_response("discourse", name)["body"]))


USED = [name for name in NAMES if used(name)]


def source(platform: Platform) -> DiscourseSource:
    return DiscourseSource(Config("d", None, "community", {"base_url": platform.url}, {}))


def test_every_recorded_answer_is_used_or_listed_with_a_reason() -> None:
    if not NAMES:
        pytest.skip("the recorded responses (../shared/recorded) are not here")
    listed = {name for name in NAMES for pattern in UNUSED if fnmatch(name, pattern)}
    assert set(USED) | listed == set(NAMES)
    assert set(USED) & listed == set()
    assert len(USED) >= 5


@pytest.mark.parametrize("name", USED)
def test_every_recorded_post_becomes_a_post(platform: Platform, name: str) -> None:
    reply = recorded("discourse", name)
    records = posts_in(reply.body)
    body = reply.body if "latest_posts" in reply.body else {"latest_posts": records}
    platform.on(POSTS, Reply(body, 200, reply.headers))
    page = source(platform).fetch({})
    assert page.rejected == ()
    posts = {post.id: post for post in page.posts}
    assert posts.keys() == {str(record["id"]) for record in records}
    for record in records:
        post = posts[str(record["id"])]
        raw = record.get("raw")
        words = raw if isinstance(raw, str) else plain_text(record["cooked"])
        assert post.text.endswith(words)
        assert words or "<img" in record["cooked"]
        assert (post.author, post.author_id) == (record["username"], str(record["user_id"]))
        assert post.conversation == str(record["topic_id"])
        assert post.created_at is not None
        assert (post.edited_at is not None) == (record["created_at"] != record["updated_at"])
        assert post.url == (
            f"{platform.url}/t/{record['topic_slug']}/{record['topic_id']}/{record['post_number']}"
        )
        assert post.own == (record["user_id"] == -1)
        title = record.get("topic_title")
        if title and record["post_number"] == 1:
            assert post.text.startswith(title)
        elif title:
            assert post.parent_text == title
    assert not page.more


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("-topic")])
def test_a_recorded_reply_carries_what_it_answers(platform: Platform, name: str) -> None:
    records = posts_in(recorded("discourse", name).body)
    platform.on(POSTS, {"latest_posts": records})
    numbers = {record["post_number"]: str(record["id"]) for record in records}
    replies = {str(r["id"]): r["reply_to_post_number"] for r in records}
    for post in source(platform).fetch({}).posts:
        answered = replies[post.id]
        assert post.in_reply_to == numbers.get(answered)
        assert bool(post.parent_text) == bool(answered)


def test_the_two_recorded_pages_follow_one_another(platform: Platform) -> None:
    newest, before = (
        recorded("discourse", f"discourse_api-posts_{n}") for n in ("latest", "before")
    )
    platform.on(POSTS, newest)
    first = source(platform).fetch({})
    platform.on(POSTS, before)
    assert source(platform).fetch(first.cursor).posts == ()


@pytest.mark.parametrize("name", [name for name in NAMES if name not in USED])
def test_what_holds_no_posts_is_never_taken_for_posts(platform: Platform, name: str) -> None:
    platform.on(POSTS, recorded("discourse", name), {"latest_posts": []})
    with pytest.raises((Unreachable, Refused)):
        source(platform).fetch({})
    assert source(platform).fetch({}).posts == ()
