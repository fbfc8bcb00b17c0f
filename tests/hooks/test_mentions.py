"""Mentions on Instagram: a webhook names them by id, and the platform is asked for them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.channels.conftest import platform
from tests.channels.server import Platform, Reply, reset
from tests.hooks.sending import deliver, rows, watch
from triage.tables import Channel, DeadLetter, Delivery
from workers.deliveries import LOOKUPS, read_all, read_waiting

__all__ = ["platform"]
pytestmark = pytest.mark.django_db

COMMENT = {
    "id": "91",
    "text": "look at acme",
    "username": "ann",
    "timestamp": "2026-11-21T10:00:00+0000",
    "media": {"id": "90", "permalink": "https://www.instagram.com/p/90/"},
}
CAPTION = {
    "id": "90",
    "caption": "with acme",
    "username": "bo",
    "timestamp": "2026-11-21T10:00:00+0000",
    "permalink": "https://www.instagram.com/p/90/",
}


@pytest.fixture
def account(platform: Platform) -> Channel:
    return watch("instagram", settings={"ig_user_id": "17", "base_url": platform.url})


def named(**ids: str) -> dict[str, Any]:
    change = {"field": "mentions", "value": ids}
    return {"object": "instagram", "entry": [{"id": "17", "time": 1795255200, "changes": [change]}]}


def refused(code: int, subcode: int | None = None) -> Reply:
    error = {"message": "no canary", "type": "OAuthException", "code": code}
    return Reply({"error": error | ({"error_subcode": subcode} if subcode else {})}, 400)


def told(account: Channel, payload: dict[str, Any]) -> None:
    assert deliver(account, payload).status_code == 200
    read_all()


def test_a_comment_that_mentions_us_is_asked_for_by_its_id(
    account: Channel, platform: Platform
) -> None:
    platform.on("/v26.0/17", {"mentioned_comment": COMMENT, "id": "17"})
    told(account, named(media_id="90", comment_id="91"))
    (row,) = rows(account)
    assert (row.external_id, row.text, row.author) == ("91", "look at acme", "ann")
    assert (row.conversation, row.in_reply_to, row.url) == ("90", "90", CAPTION["permalink"])
    assert row.state == "new"
    [asked] = platform.seen
    assert asked.query["fields"].startswith("mentioned_comment.comment_id(91){id,text,")
    assert Delivery.objects.get().state == "read"


def test_a_caption_that_mentions_us_is_asked_for_by_its_id(
    account: Channel, platform: Platform
) -> None:
    platform.on("/v26.0/17", {"mentioned_media": CAPTION})
    told(account, named(media_id="90"))
    (row,) = rows(account)
    assert (row.external_id, row.conversation, row.text) == ("90", "90", "with acme")
    [asked] = platform.seen
    assert asked.query["fields"].startswith("mentioned_media.media_id(90){id,caption,")


@pytest.mark.parametrize("fault", [reset(), Reply("oops", 502), refused(190), refused(4)])
def test_what_could_not_be_asked_for_is_asked_for_later(
    account: Channel, platform: Platform, fault: Reply
) -> None:
    platform.on("/v26.0/17", fault, {"mentioned_comment": COMMENT})
    told(account, named(media_id="90", comment_id="91"))
    row = Delivery.objects.get()
    assert (row.state, rows(account)) == ("new", [])
    assert row.error
    assert row.retry_at is not None
    assert row.retry_at > timezone.now() + timedelta(seconds=30)
    assert read_waiting() == 0
    Delivery.objects.update(retry_at=None)
    read_all()
    assert [post.external_id for post in rows(account)] == ["91"]
    assert Delivery.objects.get().error == ""
    assert not DeadLetter.objects.exists()


def test_a_mention_that_is_gone_leaves_nothing(account: Channel, platform: Platform) -> None:
    platform.on("/v26.0/17", refused(100, 33))
    told(account, named(media_id="90", comment_id="91"))
    assert rows(account) == []
    assert Delivery.objects.get().state == "read"
    assert not DeadLetter.objects.exists()


@pytest.mark.parametrize("answer", [refused(100), Reply({"id": "17"}), Reply([])])
def test_what_instagram_does_not_show_is_kept_aside(
    account: Channel, platform: Platform, answer: Reply
) -> None:
    platform.on("/v26.0/17", answer)
    told(account, named(media_id="90", comment_id="91"))
    assert DeadLetter.objects.get().raw == {"media_id": "90", "comment_id": "91"}
    assert Delivery.objects.get().state == "read"


@pytest.mark.parametrize("ids", [{}, {"comment_id": "91"}, {"media_id": "90){x}"}])
def test_a_mention_without_an_id_is_kept_aside(
    account: Channel, platform: Platform, ids: dict[str, str]
) -> None:
    told(account, named(**ids))
    assert DeadLetter.objects.count() == 1
    assert platform.seen == []


def test_many_mentions_are_asked_for_a_few_at_a_time(account: Channel, platform: Platform) -> None:
    platform.on("/v26.0/17", {"mentioned_media": CAPTION})
    for number in range(LOOKUPS + 2):
        deliver(account, named(media_id=str(number)))
    read_waiting()
    assert len(rows(account)) == LOOKUPS
    read_all()
    assert len(rows(account)) == LOOKUPS + 2
    assert len(platform.seen) == LOOKUPS + 2
