"""Every recorded webhook of Meta, signed, delivered and read."""

from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatch
from typing import Any

import pytest

from tests.channels.conftest import platform, recorded_names, recorded_response
from tests.channels.server import Platform
from tests.hooks.sending import told, watch
from triage.tables import Channel, DeadLetter, Delivery, PostRow

__all__ = ["platform"]
pytestmark = pytest.mark.django_db

UNUSED = {
    "restfb-feed-album-*": "an album is no post; its pictures are told one by one",
    "restfb-feed-event-*": "an event of the page, without words of anybody",
    "restfb-feed-like-*": "a like, no words",
    "restfb-feed-reaction-*": "a reaction, no words",
    "restfb-feed-two-entries-25": "settings of the page",
    "restfb-unknown-change-value": "a field that nobody knows",
    "restfb-messaging-*": "private messages, which we do not read",
    "restfb-permission-granted*": "rights of the app",
    "restfb-ratings-*": "recommendations are another list, which pulling does not read either",
    "restfb-wh-livecomments": "comments on a live video, gone with it",
    "restfb-wh-story_insights": "numbers, no words",
    "restfb-feed-photo-edited": "a change without the words: a pull is asked for",
}
PULLED = ("restfb-feed-photo-edited", "restfb-mention-post-add")
NAMED = "restfb-wh-mentions"
NAMES = recorded_names("meta_webhooks")
LISTED = [name for name in NAMES for pattern in UNUSED if fnmatch(name, pattern)]
USED = [name for name in NAMES if name not in LISTED]
GONE = [name for name in USED if "-remove" in name]


def body(name: str) -> Any:
    return recorded_response("meta_webhooks", name)["body"]


def changes(payload: Any) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for entry in payload["entry"]:
        for change in entry.get("changes", ()):
            yield entry, change["value"]


def channel_for(payload: Any) -> Channel:
    if payload["object"] != "instagram":
        return watch("facebook")
    return watch("instagram", settings={"ig_user_id": payload["entry"][0]["id"]})


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_every_recorded_webhook_is_used_or_listed_with_a_reason() -> None:
    if not NAMES:
        pytest.skip("the recorded responses (../shared/recorded) are not here")
    assert len(LISTED) == len(set(LISTED))
    for pattern in UNUSED:
        assert any(fnmatch(name, pattern) for name in NAMES), pattern
    assert len(USED) >= 26


@pytest.mark.parametrize("name", [n for n in USED if "-wh-" not in n and n not in GONE])
def test_every_recorded_change_of_a_page_becomes_a_post(name: str) -> None:
    payload = body(name)
    channel = channel_for(payload)
    (row,) = told(channel, payload)
    ((entry, value),) = changes(payload)
    author = value.get("from") or {"id": value.get("sender_id"), "name": value.get("sender_name")}
    comment = value["item"] == "comment"
    assert row.external_id == value["comment_id" if comment else "post_id"]
    assert row.text == value.get("message", "")
    assert row.author == (author["name"] or "")
    assert (row.person is None) == (author["id"] is None)
    if row.person:
        assert row.person.external_id == str(author["id"])
    assert row.conversation == value["post_id"]
    assert row.in_reply_to == (value.get("parent_id", value["post_id"]) if comment else "")
    if "created_time" in value:
        assert row.posted_at == at(value["created_time"])
    edited = value["verb"] in ("edit", "edited")
    assert row.edited_at == (at(entry["time"]) if edited else None)
    assert row.state == ("context" if str(author["id"]) == str(entry["id"]) else "new")
    assert (row.platform, row.url) == ("facebook", f"https://www.facebook.com/{row.external_id}")
    assert not DeadLetter.objects.exists()


@pytest.mark.parametrize("name", GONE)
def test_every_recorded_removal_marks_the_post_as_gone(name: str) -> None:
    payload = body(name)
    channel = channel_for(payload)
    ((_, value),) = changes(payload)
    key = value.get("comment_id") or value["post_id"]
    PostRow.objects.create(
        channel=channel, external_id=key, conversation=key, text="x", posted_at=at(0)
    )
    (row,) = told(channel, payload)
    assert row.deleted_at is not None
    assert row.text == "x"


@pytest.mark.parametrize("name", [n for n in USED if "-wh-" in n and n != NAMED])
def test_every_recorded_comment_on_instagram_becomes_a_post(name: str) -> None:
    payload = body(name)
    (row,) = told(channel_for(payload), payload)
    ((entry, value),) = changes(payload)
    media = value.get("media", {}).get("id")
    author = value.get("from", {})
    assert (row.external_id, row.text) == (value["id"], value["text"])
    assert row.author == author.get("username", "")
    assert (row.person.external_id if row.person else None) == author.get("id")
    assert row.in_reply_to == (value.get("parent_id") or media or "")
    assert row.conversation == (media or value["id"])
    assert row.posted_at == at(entry["time"])
    assert row.state == "new"


@pytest.mark.parametrize("name", LISTED)
def test_what_is_none_of_ours_is_taken_and_leaves_nothing(name: str) -> None:
    payload = body(name)
    assert told(channel_for(payload), payload) == []
    assert Delivery.objects.get().state == "read"
    assert not DeadLetter.objects.exists()


def test_the_recorded_mention_is_looked_up_by_its_ids(platform: Platform) -> None:
    payload = body(NAMED)
    settings = {"ig_user_id": "0", "base_url": platform.url}
    platform.on("/v26.0/0", {"mentioned_comment": {"text": "hi @acme", "username": "ann"}})
    ((_, value),) = changes(payload)
    (row,) = told(watch("instagram", settings=settings), payload)
    assert (row.external_id, row.conversation) == (value["comment_id"], value["media_id"])
    assert (row.text, row.author) == ("hi @acme", "ann")


@pytest.mark.parametrize("name", [name for name in NAMES if name != NAMED])
def test_a_pull_is_asked_for_where_a_delivery_tells_too_little(name: str) -> None:
    payload = body(name)
    channel = channel_for(payload)
    before = channel.next_pull_at
    told(channel, payload)
    channel.refresh_from_db()
    assert (channel.next_pull_at < before) == (name in PULLED)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_takes_nothing_of_an_instagram_account_nor_the_reverse(name: str) -> None:
    payload = body(name)
    other = "facebook" if payload["object"] == "instagram" else "instagram"
    assert told(watch(other), payload) == []
    assert not DeadLetter.objects.exists()


def test_an_entry_of_a_login_at_instagram_holds_its_change_itself() -> None:
    payload = body("restfb-wh-comments-2021")
    entry = payload["entry"][0]
    flat = {"id": entry["id"], "time": entry["time"], **entry["changes"][0]}
    (row,) = told(channel_for(payload), {"object": "instagram", "entry": [flat]})
    assert row.external_id == entry["changes"][0]["value"]["id"]


def test_all_recorded_changes_in_one_delivery_are_read_together() -> None:
    names = [name for name in USED if "-wh-" not in name and name not in GONE]
    entries = [entry for name in names for entry in body(name)["entry"]]
    keys = {
        value["comment_id" if value["item"] == "comment" else "post_id"]
        for name in names
        for _, value in changes(body(name))
    }
    found = told(watch("facebook"), {"object": "page", "entry": entries})
    assert {row.external_id for row in found} == keys
