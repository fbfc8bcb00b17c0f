"""Reading deliveries: into posts with the mark that they are read, or aside for a person."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.hooks.sending import deliver, rows, told, watch
from triage.tables import Channel, DeadLetter, Delivery, PostRow, Pulse
from triage.watch.channels import set_state
from triage.watch.health import health, oldest_unread_seconds
from workers import deliveries, tasks
from workers.channels.base import Delivered
from workers.channels.generic import GenericSource
from workers.deliveries import MAX_ATTEMPTS, forget_read, read_all, read_waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Channel:
    return watch("generic")


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading fails where the body holds the word."""
    read = GenericSource.read_delivery

    def failing(self: GenericSource, body: bytes, headers: Mapping[str, str]) -> Delivered:
        if b"poison" in body:
            raise ZeroDivisionError("canary-text")
        return read(self, body, headers)

    monkeypatch.setattr(GenericSource, "read_delivery", failing)


def one(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"p{number}", "text": f"text {number}", **more}


def again() -> int:
    """Read, as if all waiting were over."""
    Delivery.objects.update(retry_at=None)
    return read_waiting()


def test_a_delivery_becomes_posts_and_is_marked_read(place: Channel) -> None:
    full = one(1, author="Ada", created_at="2026-11-20T10:00:00Z", url="https://a.example/1")
    (row,) = told(place, full)
    assert (row.external_id, row.text, row.author, row.state) == ("p1", "text 1", "Ada", "new")
    assert row.posted_at.isoformat() == "2026-11-20T10:00:00+00:00"
    assert Delivery.objects.get().state == "read"
    assert read_waiting() == 0


def test_a_list_brings_each_of_its_posts_and_a_bad_one_is_kept_aside(place: Channel) -> None:
    found = told(place, [one(1), {"text": "no id"}, "no object", one(2), one(1, text="changed")])
    assert [(row.external_id, row.text) for row in found] == [("p1", "changed"), ("p2", "text 2")]
    reasons = sorted(DeadLetter.objects.values_list("reason", flat=True))
    assert reasons == [
        "a record is an object, this is str",
        "the post has no id; give it a non-empty text as id",
    ]


def test_a_generic_post_can_be_edited_and_deleted(place: Channel) -> None:
    told(place, one(1), one(1, text="better"))
    (row,) = told(place, {"id": "p1", "deleted": True})
    assert (row.text, row.deleted_at is not None) == ("better", True)


@pytest.mark.parametrize(
    "body",
    [b"", b"no json", b"\xff", b"[" * 50_000, b'{"id": ' + b"9" * 5_000 + b"}", b"null", b"7"],
)
def test_a_body_that_cannot_be_read_is_kept_aside_at_once(place: Channel, body: bytes) -> None:
    assert deliver(place, body).status_code == 200
    assert read_waiting() == 1
    assert Delivery.objects.get().state == "read"
    assert DeadLetter.objects.count() == 1
    assert not rows(place)


@pytest.mark.parametrize("kind", ["x", "facebook", "instagram", "linkedin", "discourse"])
@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"data": 1, "entry": 1, "object": "page", "notifications": 1, "post": 1},
        {"data": [None], "entry": [None], "object": "page", "notifications": [7], "post": [7]},
        {"data": {"event_type": "post.mention.create", "payload": None}},
        {"object": "page", "entry": [{"changes": [{"field": "feed", "value": {"item": "post"}}]}]},
        {"object": "instagram", "entry": {"changes": [{"field": "comments", "value": {}}]}},
        {"notifications": [{"action": "COMMENT_DELETE"}], "post": {"id": None}},
        [],
        None,
    ],
)
def test_odd_shapes_never_hold_up_the_others(kind: str, payload: Any) -> None:
    channel = watch(kind)
    told(channel, payload)
    assert Delivery.objects.get().state == "read"
    assert not rows(channel)


@pytest.mark.usefixtures("poison")
def test_a_delivery_that_fails_five_times_becomes_a_dead_letter(place: Channel) -> None:
    for number, payload in enumerate([one(1), one(2, text="poison"), one(3)]):
        assert deliver(place, payload).status_code == 200, number
    assert read_waiting() == 3
    assert {row.external_id for row in rows(place)} == {"p1", "p3"}
    bad = Delivery.objects.get(state="new")
    assert (bad.attempts, bad.retry_at is not None) == (1, True)
    assert read_waiting() == 0  # its time has not come
    for _ in range(MAX_ATTEMPTS - 1):
        assert again() == 1
    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == ("dead", MAX_ATTEMPTS)
    letter = DeadLetter.objects.get()
    assert "ZeroDivisionError" in letter.reason
    assert "canary-text" not in letter.reason
    assert json.loads(letter.raw["body"])["id"] == "p2"
    assert again() == 0


def test_posts_and_the_mark_are_written_together(
    place: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(deliveries, "_came_early", broken)  # behind the storing of the posts
        deliver(place, one(1))
        read_waiting()
    assert not rows(place)
    assert Delivery.objects.get().state == "new"
    again()
    assert len(rows(place)) == 1


def test_what_came_while_a_channel_was_paused_is_read_when_it_is_resumed(place: Channel) -> None:
    set_state(place, Channel.State.PAUSED)
    deliver(place, one(1))
    assert read_waiting() == 0
    Delivery.objects.update(received_at=timezone.now() - timedelta(hours=1))
    assert oldest_unread_seconds() == 0
    set_state(place, Channel.State.ACTIVE)
    assert oldest_unread_seconds() > 3_000
    assert read_waiting() == 1
    assert len(rows(place)) == 1


def test_a_channel_that_its_platform_refuses_is_still_told_by_webhooks() -> None:
    assert len(told(watch("generic", state="refused"), one(1))) == 1


def test_without_its_keys_a_channels_deliveries_wait_and_others_are_read(
    place: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = watch("x", "other")
    deliver(other, {"data": {}})
    deliver(place, one(1))
    monkeypatch.delenv("API_KEY")
    assert read_waiting() == 1
    waiting = Delivery.objects.get(state="new")
    assert (waiting.channel, waiting.attempts) == (other, 0)
    assert waiting.retry_at is not None


def test_more_than_one_batch_is_read_in_order(
    place: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "AT_ONCE", 2)
    for number in range(5):
        deliver(place, one(number))
    assert read_waiting() == 2
    assert [row.external_id for row in rows(place)] == ["p0", "p1"]
    read_all()
    assert [row.external_id for row in rows(place)] == [f"p{number}" for number in range(5)]


def test_a_pull_is_not_asked_for_again_and_again() -> None:
    channel = watch("facebook", last_success_at=timezone.now())
    change = {"field": "mention", "value": {"item": "post", "verb": "add", "post_id": "1_2"}}
    told(channel, {"object": "page", "entry": [{"id": "1234567890321", "changes": [change]}]})
    channel.refresh_from_db()
    wait = (channel.next_pull_at - timezone.now()).total_seconds()
    assert 10 < wait <= deliveries.PULLS_APART.total_seconds()


def test_the_task_reads_and_rings_for_sorting(
    place: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Any] = []
    monkeypatch.setattr(tasks, "ring", lambda task, **_: rung.append(task.name))
    tasks.read_deliveries()
    assert rung == []
    deliver(place, one(1))
    tasks.read_deliveries()
    assert rung == ["workers.tasks.sort", "workers.tasks.read_deliveries"]
    assert PostRow.objects.count() == 1


def test_what_was_read_long_ago_is_forgotten_and_what_waits_is_not(place: Channel) -> None:
    told(place, one(1))
    set_state(place, Channel.State.PAUSED)
    deliver(place, one(2))
    Delivery.objects.update(received_at=timezone.now() - timedelta(days=8))
    forget_read()
    assert Delivery.objects.get().state == "new"
    set_state(place, Channel.State.ACTIVE)
    assert len(told(place, one(1))) == 2  # sent again after all: the post is known


def test_deliveries_that_nobody_reads_are_an_alarm(place: Channel) -> None:
    Pulse.objects.create(name="schedule")
    deliver(place, one(1))
    assert health().stopped == ()
    Delivery.objects.update(received_at=timezone.now() - timedelta(minutes=3))
    assert "Reading of webhooks stands still" in health().stopped[0]
    read_waiting()
    PostRow.objects.update(state="sorted")
    assert health().stopped == ()
