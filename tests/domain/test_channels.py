"""Channels: watch a place, pause, remove, and bring it back without losing a post."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from tests.domain.making import post
from triage.tables import Channel, DeadLetter
from triage.walk.importing import import_batch, import_channel
from triage.walk.intake import store
from triage.walk.reading import BadLine
from triage.watch.channels import add_channel, remove_channel, set_state

State = Channel.State
pytestmark = pytest.mark.django_db


def add(name: str = "Acme", source: str = "x", **more: Any) -> Channel:
    values: dict[str, Any] = {
        "kind": "public", "settings": {"user_id": "7"}, "secret_names": {"token": "T"},
        "interval": 60,
    }  # fmt: skip
    return add_channel(name=name, source=source, **(values | more))


def test_a_new_channel_is_due_at_once() -> None:
    channel = add()
    assert (channel.state, channel.cursor, channel.settings) == ("active", {}, {"user_id": "7"})
    assert channel.next_pull_at <= timezone.now()


def test_a_name_is_used_once() -> None:
    add()
    with pytest.raises(IntegrityError):
        add(source="mastodon")
    assert Channel.objects.count() == 1


def test_a_removed_channel_comes_back_with_its_posts_and_its_cursor() -> None:
    channel = add()
    store(channel, [post("1")], cursor={"since": "1"})
    Channel.objects.update(failures=4, error="dead", error_kind="refused")
    remove_channel(channel)
    back = add(settings={"user_id": "8"})
    assert (back.pk, back.state, back.cursor) == (channel.pk, "active", {"since": "1"})
    assert (back.settings, back.failures, back.error) == ({"user_id": "8"}, 0, "")
    assert back.posts.count() == 1


def test_a_resumed_channel_is_due_and_its_failures_are_forgotten() -> None:
    channel = add()
    later = timezone.now() + timedelta(hours=1)
    Channel.objects.update(state="refused", failures=4, error="x", next_pull_at=later)
    set_state(channel, State.ACTIVE)
    channel.refresh_from_db()
    assert (channel.state, channel.failures, channel.error) == ("active", 0, "")
    assert channel.next_pull_at <= timezone.now()


def test_a_paused_channel_keeps_what_is_known_of_it() -> None:
    channel = add()
    Channel.objects.update(failures=4, error="x")
    set_state(channel, State.PAUSED)
    channel.refresh_from_db()
    assert (channel.state, channel.failures, channel.error) == ("paused", 4, "x")


# What is imported


def test_a_channel_that_is_only_imported_into_is_never_pulled() -> None:
    channel = import_channel("Old posts", brand="Acme", community=True)
    assert (channel.source, channel.kind, channel.brand) == ("import", "community", "Acme")
    assert channel.state == State.PAUSED
    assert import_channel("Old posts") == channel


def test_importing_into_a_watched_channel_leaves_it_as_it_is() -> None:
    channel = add(brand="Acme")
    again = import_channel("Acme", brand="Other", community=True)
    assert (again.pk, again.brand, again.kind, again.state) == (
        channel.pk, "Acme", "public", "active",
    )  # fmt: skip


def test_a_brand_that_was_missing_can_be_given_later() -> None:
    import_channel("Old posts")
    assert import_channel("Old posts", brand="Acme").brand == "Acme"
    assert Channel.objects.get().brand == "Acme"


def test_importing_into_a_removed_channel_brings_it_back_paused() -> None:
    channel = add()
    remove_channel(channel)
    assert import_channel("Acme").state == State.PAUSED
    assert Channel.objects.get().state == State.PAUSED


def test_unreadable_lines_are_kept_aside_with_their_number() -> None:
    channel = import_channel("Old posts")
    stored = import_batch(channel, [post("1")], [BadLine(2, "the post has no id", '{"text": 1}')])
    assert (stored.seen, stored.new, stored.rejected) == (2, 1, 1)
    letter = DeadLetter.objects.get()
    assert (letter.reason, letter.raw) == ("line 2: the post has no id", {"line": '{"text": 1}'})
