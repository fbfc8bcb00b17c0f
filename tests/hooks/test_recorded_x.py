"""Every recorded event of the X Activity API, signed, delivered and read."""

import html
from datetime import datetime
from typing import Any

import pytest

from tests.channels.conftest import recorded_names, recorded_response
from tests.hooks.sending import told, watch
from triage.tables import DeadLetter, Delivery, PostRow

pytestmark = pytest.mark.django_db

UNUSED = {
    "xaa-chat.received": "a private message, which we do not read",
    "xaa-follow.unfollow": "no words",
    "xaa-like.create": "no words; the post that is liked is not to us",
    "xaa-oauth.revoke": "tells of a right; the next pull is refused and says so",
    "xaa-post.repost.create": "a repost, no words of its own",
}
GONE = "xaa-post.delete"
OWN = "xaa-post.create"
NAMES = recorded_names("x_activity_webhook")
POSTS = [name for name in NAMES if name not in UNUSED and name != GONE]


def event(name: str) -> Any:
    return recorded_response("x_activity_webhook", name)["body"]


def test_every_recorded_event_is_used_or_listed_with_a_reason() -> None:
    if not NAMES:
        pytest.skip("the recorded responses (../shared/recorded) are not here")
    assert {*POSTS, GONE, *UNUSED} == set(NAMES)
    assert len(POSTS) >= 4


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("watched", ["1111111111111111111", "42"])
def test_every_recorded_post_becomes_a_post(name: str, watched: str) -> None:
    data = event(name)["data"]
    record = data["payload"]
    users = {user["id"]: user for user in data.get("includes", {}).get("users", [])}
    (row,) = told(watch("x", settings={"user_id": watched}), event(name))
    author = users.get(record["author_id"])
    references = {each["type"]: each["id"] for each in record.get("referenced_tweets", [])}
    assert row.external_id == record["edit_history_tweet_ids"][0]
    assert row.text == html.unescape(record["text"])
    assert row.author == (author["username"] if author else "")
    assert row.person is not None
    assert row.person.external_id == record["author_id"]
    assert row.reach == (author["public_metrics"]["followers_count"] if author else None)
    assert row.posted_at == datetime.fromisoformat(record["created_at"])
    assert row.conversation == record["conversation_id"]
    assert row.in_reply_to == references.get("replied_to", "")
    assert row.lang == ("" if record["lang"] == "und" else record["lang"])
    assert row.url == f"https://x.com/i/web/status/{record['id']}"
    assert row.state == ("context" if name == OWN else "new")


def test_the_recorded_deletion_marks_the_post_as_gone() -> None:
    payload = event(GONE)
    channel = watch("x")
    key = payload["data"]["payload"]["id"]
    now = datetime.fromisoformat("2026-07-01T00:00:00Z")
    PostRow.objects.create(channel=channel, external_id=key, conversation=key, posted_at=now)
    (row,) = told(channel, payload)
    assert row.deleted_at is not None


@pytest.mark.parametrize("name", UNUSED)
def test_what_is_none_of_ours_is_taken_and_leaves_nothing(name: str) -> None:
    assert told(watch("x"), event(name)) == []
    assert Delivery.objects.get().state == "read"
    assert not DeadLetter.objects.exists()


def test_an_event_is_known_by_its_id_though_its_body_was_written_anew() -> None:
    payload = event("xaa-post.mention.create")
    again = {"data": dict(reversed(payload["data"].items()))}
    assert len(told(watch("x"), payload, again)) == 1
    assert Delivery.objects.count() == 1


def test_a_mention_that_is_a_reply_too_is_one_post() -> None:
    payload = event("xaa-post.reply.create")
    other = {"data": {**payload["data"], "event_uuid": "1", "event_type": "post.mention.create"}}
    assert len(told(watch("x"), payload, other)) == 1
    assert Delivery.objects.count() == 2


def test_a_post_of_somebody_else_is_not_to_us() -> None:
    payload = event(OWN)
    payload["data"]["filter"] = {}
    assert told(watch("x", settings={"user_id": "42"}), payload) == []
