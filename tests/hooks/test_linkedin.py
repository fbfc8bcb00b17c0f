"""What LinkedIn delivers: the recorded notification, and what is none of ours."""

from typing import Any

import pytest

from tests.channels.conftest import RECORDED, recorded_names, recorded_response
from tests.hooks.sending import told, watch
from triage.tables import DeadLetter

pytestmark = pytest.mark.django_db


def recorded_notification() -> Any:
    for name in recorded_names("linkedin"):
        body = recorded_response("linkedin", name)["body"]
        if isinstance(body, dict) and "notifications" in body:
            return body
    pytest.skip(f"no recorded notification in {RECORDED}")


def test_the_recorded_notification_becomes_a_comment() -> None:
    payload = recorded_notification()
    (notice,) = payload["notifications"]
    comment = notice["decoratedGeneratedActivity"]["comment"]
    (row,) = told(watch("linkedin"), payload)
    assert (row.external_id, row.text) == (comment["entity"], comment["text"])
    assert row.conversation == row.in_reply_to == notice["sourcePost"]
    assert row.parent_text == notice["decoratedSourcePost"]["text"]
    assert int(row.posted_at.timestamp() * 1000) == notice["lastModifiedAt"]
    assert row.person is not None
    assert row.person.external_id == comment["owner"]


def test_a_post_that_mentions_us_is_taken_with_its_text_and_pulled_without() -> None:
    channel = watch("linkedin")
    before = channel.next_pull_at
    share = {"action": "SHARE_MENTION", "generatedActivity": "urn:li:share:1", "notificationId": 1}
    words = {"decoratedGeneratedActivity": {"share": {"text": "see @acme", "owner": "urn:x"}}}
    assert len(told(channel, {"notifications": [{**share, **words}]})) == 1
    channel.refresh_from_db()
    assert channel.next_pull_at == before
    other = {**share, "generatedActivity": "urn:li:share:2"}
    assert len(told(channel, {"notifications": [other]})) == 1
    channel.refresh_from_db()
    assert channel.next_pull_at < before


def test_likes_and_shares_are_none_of_ours() -> None:
    actions = ("LIKE", "SHARE", "PHOTO_MENTION", None)
    payload = {"notifications": [{"action": action} for action in actions]}
    assert told(watch("linkedin"), payload) == []
    assert not DeadLetter.objects.exists()
