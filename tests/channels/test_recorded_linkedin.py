"""Every recorded answer of LinkedIn through the real client. What it is tells how it is served."""

from datetime import UTC, datetime
from fnmatch import fnmatch

import pytest

from tests.channels.conftest import recorded, recorded_names, recorded_response
from tests.channels.server import Platform
from workers.channels.base import Config, Refused
from workers.channels.linkedin import LinkedInSource

UNUSED: dict[str, str] = {}
NAMES = recorded_names("linkedin")
NOTES, COMMENTS = "/rest/organizationalEntityNotifications", "/comments"
POST = "urn:li:activity:100"


def source(platform: Platform) -> LinkedInSource:
    settings = {"base_url": platform.url, "organization": "7"}
    return LinkedInSource(Config("l", None, "public", settings, {"access_token": "t"}))


def role(name: str) -> str | None:
    response = recorded_response("linkedin", name)
    if response["status"] >= 400:
        return "error"
    if "notifications" in response["body"]:
        return "notifications"
    return "comments" if "elements" in response["body"] else None


def named(wanted: str) -> list[str]:
    return [name for name in NAMES if role(name) == wanted]


def test_every_recorded_answer_is_used_or_listed_with_a_reason() -> None:
    if not NAMES:
        pytest.skip("the recorded responses (../shared/recorded) are not here")
    listed = {name for name in NAMES for pattern in UNUSED if fnmatch(name, pattern)}
    assert {name for name in NAMES if role(name)} | listed == set(NAMES)


@pytest.mark.parametrize("name", named("notifications"))
def test_every_recorded_notification_becomes_a_post(platform: Platform, name: str) -> None:
    """What a webhook was told is what a pull lists: the documentation has one table for both."""
    records = recorded("linkedin", name).body["notifications"]
    platform.on(NOTES, {"elements": records})
    page = source(platform).fetch({})
    assert page.rejected == ()
    for post, record in zip(page.posts, records, strict=True):
        comment = record["decoratedGeneratedActivity"]["comment"]
        assert (post.id, post.text) == (comment["entity"], comment["text"])
        assert post.author_id == comment["owner"]
        assert post.conversation == record["sourcePost"]
        assert post.parent_text == record["decoratedSourcePost"]["text"]
        assert post.url is not None
        assert post.created_at == datetime.fromtimestamp(record["lastModifiedAt"] / 1000, UTC)


@pytest.mark.parametrize("name", named("comments"))
def test_every_recorded_comment_becomes_a_post(platform: Platform, name: str) -> None:
    reply = recorded("linkedin", name)
    platform.on(COMMENTS, reply)
    page = source(platform).fetch({"todo": [[POST, "our post", 0]]})
    assert page.rejected == ()
    for post, record in zip(page.posts, reply.body["elements"], strict=True):
        assert (post.id, post.text) == (record["commentUrn"], record["message"]["text"])
        assert (post.author_id, post.conversation) == (record["actor"], record["object"])
        assert post.created_at == datetime.fromtimestamp(record["created"]["time"] / 1000, UTC)


@pytest.mark.parametrize("name", named("error"))
def test_every_recorded_error_is_one_of_our_three(platform: Platform, name: str) -> None:
    platform.on(NOTES, recorded("linkedin", name))
    with pytest.raises(Refused, match="no longer answers version 202606"):
        source(platform).fetch({})
