"""Webhook and pull together: nothing doubles, nothing is lost, and no old page undoes anything."""

from collections.abc import Sequence
from itertools import permutations

import pytest
from django.utils import timezone

from tests.channels.conftest import platform
from tests.channels.server import Platform
from tests.hooks.sending import deliver, rows, watch
from tests.hooks.ways import ALL, DISCOURSE, EDITED, REMOVED, Told, Ways, discourse_event
from triage.tables import Channel, DeadLetter, Delivery, PostRow, PostVersion
from workers.deliveries import read_waiting
from workers.pulling import pull_channel

__all__ = ["platform"]
pytestmark = pytest.mark.django_db

each_kind = pytest.mark.parametrize("ways", ALL, ids=lambda ways: ways.kind)
each_editing = pytest.mark.parametrize("ways", EDITED, ids=lambda ways: ways.kind)
each_removing = pytest.mark.parametrize("ways", REMOVED, ids=lambda ways: ways.kind)


def watched(ways: Ways, platform: Platform) -> Channel:
    return watch(ways.kind, settings={**ways.settings, "base_url": platform.url})


def pull(ways: Ways, channel: Channel, platform: Platform, text: str) -> None:
    ways.serve(platform, text)
    past = timezone.now() - timezone.timedelta(seconds=1)
    Channel.objects.filter(pk=channel.pk).update(next_pull_at=past, cursor={})
    run = pull_channel(channel.pk)
    assert run is not None
    assert run.error == ""


def hook(channel: Channel, *told: Told) -> None:
    for payload, headers in told:
        assert deliver(channel, payload, **headers).status_code == 200
    read_waiting()


def tried_again() -> None:
    """As if a minute had passed."""
    Delivery.objects.update(retry_at=None)
    read_waiting()


def the_post(ways: Ways, channel: Channel) -> PostRow:
    assert not DeadLetter.objects.exists()
    (row,) = [row for row in rows(channel) if row.external_id == ways.key]
    assert not [row for row in rows(channel) if row.external_id != ways.key and not own(row)]
    return row


def own(row: PostRow) -> bool:
    return row.state == PostRow.State.CONTEXT


@each_kind
def test_a_post_that_comes_by_both_ways_is_one_row(ways: Ways, platform: Platform) -> None:
    channel = watched(ways, platform)
    hook(channel, ways.add("hello"))
    first = the_post(ways, channel)
    pull(ways, channel, platform, "hello")
    second = the_post(ways, channel)
    assert (second.pk, second.version, second.text) == (first.pk, 1, "hello")
    assert (second.conversation, second.platform) == (first.conversation, ways.kind)


@each_kind
def test_a_post_that_was_pulled_first_is_not_doubled(ways: Ways, platform: Platform) -> None:
    channel = watched(ways, platform)
    pull(ways, channel, platform, "hello")
    pulled = the_post(ways, channel)
    hook(channel, ways.add("hello"))
    row = the_post(ways, channel)
    assert (row.pk, row.version, row.conversation) == (pulled.pk, 1, pulled.conversation)
    assert row.in_reply_to == pulled.in_reply_to


@each_kind
def test_both_ways_tell_the_same_of_a_post(ways: Ways, platform: Platform) -> None:
    one, other = watched(ways, platform), watch(ways.kind, "other", settings=ways.settings)
    pull(ways, one, platform, "hello")
    hook(other, ways.add("hello"))
    pulled, told = the_post(ways, one), the_post(ways, other)
    for name in ("text", "conversation", "in_reply_to", "posted_at", "state", "lang"):
        assert getattr(pulled, name) == getattr(told, name), name
    assert pulled.person == told.person


@each_kind
def test_a_pull_repairs_what_a_webhook_missed(ways: Ways, platform: Platform) -> None:
    channel = watched(ways, platform)
    pull(ways, channel, platform, "hello")
    assert the_post(ways, channel).text == "hello"


@each_editing
def test_an_older_pull_does_not_undo_an_edit(ways: Ways, platform: Platform) -> None:
    assert ways.edit
    channel = watched(ways, platform)
    hook(channel, ways.add("hello"), ways.edit("hello again"))
    pull(ways, channel, platform, "hello")
    row = the_post(ways, channel)
    assert (row.text, row.version) == ("hello again", 2)
    assert PostVersion.objects.get().text == "hello"


@each_editing
def test_an_edit_whose_beginning_was_missed_stays_too(ways: Ways, platform: Platform) -> None:
    assert ways.edit
    channel = watched(ways, platform)
    hook(channel, ways.edit("hello again"))
    pull(ways, channel, platform, "hello")
    assert the_post(ways, channel).text == "hello again"


@each_removing
def test_whatever_the_order_and_however_often_the_end_is_the_same(
    ways: Ways, platform: Platform
) -> None:
    assert ways.edit
    assert ways.remove
    told = [ways.add("hello"), ways.edit("hello again"), ways.remove()]
    orders: list[Sequence[Told]] = [*permutations(told), [*told, *reversed(told)]]
    for number, order in enumerate(orders):
        settings = {**ways.settings, "base_url": platform.url}
        channel = watch(ways.kind, f"order {number}", settings=settings)
        for each in order:
            hook(channel, each)
        tried_again()
        row = the_post(ways, channel)
        assert row.text in ("hello", "hello again")
        assert row.deleted_at is not None, number
        pull(ways, channel, platform, "hello")
        assert the_post(ways, channel).deleted_at == row.deleted_at


@each_removing
def test_the_end_of_a_post_that_never_came_is_given_up(ways: Ways, platform: Platform) -> None:
    assert ways.remove
    channel = watched(ways, platform)
    hook(channel, ways.remove())
    assert Delivery.objects.get().state == "new"
    assert read_waiting() == 0
    Delivery.objects.update(received_at=timezone.now() - timezone.timedelta(minutes=16))
    tried_again()
    assert Delivery.objects.get().state == "read"
    assert not rows(channel)


def test_what_a_forum_brings_back_is_back(platform: Platform) -> None:
    channel = watched(DISCOURSE, platform)
    assert DISCOURSE.remove
    hook(channel, DISCOURSE.add("hello"))
    hook(channel, DISCOURSE.remove())
    gone = the_post(DISCOURSE, channel)
    assert gone.deleted_at is not None
    hook(channel, discourse_event("post_recovered", "hello you", 4))
    row = the_post(DISCOURSE, channel)
    assert (row.deleted_at, row.text, row.state) == (None, "hello you", "new")
    hook(channel, DISCOURSE.remove())  # a replay
    assert the_post(DISCOURSE, channel).deleted_at is None


def test_what_a_forum_keeps_private_stays_there(platform: Platform) -> None:
    channel = watched(DISCOURSE, platform)
    payload, headers = DISCOURSE.add("hello")
    payload["post"]["topic_archetype"] = "private_message"
    hook(channel, (payload, headers), ({"ping": "OK"}, {"X-Discourse-Event": "ping"}))
    assert not rows(channel)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"read"}
