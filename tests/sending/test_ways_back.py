"""The ways back of the kinds that are no platform: the demo keeps a reply, a generic place is
called, a file takes none."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from tests.domain import making
from tests.sending.board import Board, Handler, board, lost, saying
from triage.back.replies import write_reply
from triage.tables import Channel, Item, Outgoing, PostRow, User
from triage.vocabulary import Act, Team
from workers.channels.base import (
    Ability,
    Config,
    NotSent,
    Refused,
    Sending,
    Throttled,
    Unreachable,
)
from workers.channels.demo import DemoSource
from workers.channels.demo_replies import ACTS
from workers.channels.file import FileSource
from workers.channels.generic import GenericSource
from workers.pulling import open_source, pull_channel
from workers.sending import send_all

SECRET = "a-secret"
SENDING = Sending(
    act=Act.REPLY,
    key="k1",
    post="p1",
    conversation="c1",
    author="ann",
    asked_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    text="On its way, Ann.",
)


@pytest.fixture
def place() -> Iterator[Board]:
    with board() as running:
        yield running


def generic(place: Board, **secrets: str) -> GenericSource:
    config = Config("Shop", None, "public", {"reply_url": place.url}, secrets)
    return GenericSource(config)


def test_a_generic_place_gets_a_reply_with_its_key_and_a_signature(place: Board) -> None:
    seen: dict[str, Any] = {}

    def look(handler: Handler, record: dict[str, Any]) -> None:
        seen.update(headers=dict(handler.headers), body=record)
        handler.answer(201, {"id": "r1", "url": "https://shop.example.com/r1"})

    place.faults = [look]
    sent = generic(place, webhook_secret=SECRET).send(SENDING)
    assert (sent.id, sent.url) == ("r1", "https://shop.example.com/r1")
    assert seen["body"] == {
        "act": "reply", "key": "k1", "post": "p1", "conversation": "c1", "author": "ann",
        "text": "On its way, Ann.", "asked_at": "2026-03-01T12:00:00+00:00",
    }  # fmt: skip
    headers = seen["headers"]
    assert headers["Idempotency-Key"] == "k1"
    signed = f"{headers['X-Triage-Timestamp']}.".encode() + json.dumps(seen["body"]).encode()
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Triage-Signature"] == f"sha256={digest}"
    assert SECRET not in str(headers)


def test_without_a_secret_the_token_is_shown_in_its_place(place: Board) -> None:
    seen: list[str | None] = []

    def look(handler: Handler, record: dict[str, Any]) -> None:
        seen.append(handler.headers["Authorization"])
        handler.answer(200, {})

    place.faults = [look]
    assert generic(place, token="a-token").send(SENDING).id is None
    assert seen == ["Bearer a-token"]


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        (saying(422), NotSent, "not this one"),
        (saying(401), Refused, "does not take our key"),
        (saying(429, Retry_After="60"), Throttled, "asks us to wait"),
        (saying(503), Unreachable, "an error of its own"),
        (lost, Unreachable, "cannot be reached"),
    ],
)
def test_what_a_generic_place_answers_is_told_apart(
    place: Board, fault: Any, error: type[Exception], said: str
) -> None:
    place.faults = [fault]
    source = generic(place, webhook_secret=SECRET)
    with pytest.raises(error, match=said):
        source.send(SENDING)
    assert source.send(SENDING).id == "b1"


def test_a_generic_place_without_an_address_has_no_way_back() -> None:
    secrets = {"webhook_secret": SECRET}
    source = GenericSource(Config("Shop", None, "public", {}, secrets))
    assert source.ability() == Ability()
    with pytest.raises(NotSent, match="no way back"):
        source.send(SENDING)
    assert "reply_url must begin" in (GenericSource.problem({"reply_url": "shop"}, secrets) or "")


def test_a_file_has_no_way_back() -> None:
    source = FileSource(Config("Old posts", None, "public", {"path": "posts.jsonl"}))
    assert source.ability() == Ability()
    with pytest.raises(NotSent, match="no way back"):
        source.send(SENDING)


@pytest.mark.parametrize(
    ("platforms", "kind", "expected"),
    [
        ("x", "public", Ability(ACTS, 280, "weighted")),
        ("mastodon,bluesky", "public", Ability(ACTS, 300, "graphemes")),
        ("reddit", "public", Ability(ACTS, 10_000, "characters")),
        ("", "community", Ability(ACTS, 32_000, "characters")),
    ],
)
def test_the_demo_keeps_to_the_limits_of_the_platforms_it_tells_of(
    platforms: str, kind: str, expected: Ability
) -> None:
    source = DemoSource(Config("Demo", "Whimbrel", kind, {"platforms": platforms}))
    assert source.ability() == expected


@pytest.mark.django_db
@pytest.mark.usefixtures("demo_home")
def test_a_reply_in_the_demo_stands_in_its_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.walk.sorting.judge_rows", making.judged)
    channel = Channel.objects.create(name="Demo X", source="demo", brand="Whimbrel",
                                     settings={"platforms": "x"})  # fmt: skip
    assert pull_channel(channel.pk)
    item = making.bring(channel, making.post("x-own", author="ann"))
    bob = User.objects.create(username="bob", teams=[Team.COMMUNITY])
    row = write_reply(item, bob, text="On its way, Ann.", seen=item.version)
    assert send_all() == {("Demo X", "sent"): 1}
    row.refresh_from_db()
    ours = PostRow.objects.get(external_id=row.external_id)
    assert (ours.text, ours.conversation, ours.state) == (
        "On its way, Ann.", item.conversation, PostRow.State.CONTEXT
    )  # fmt: skip
    kept = json.loads((tmp_path / "demo" / f"{row.key}.json").read_text())
    assert (kept["post"], kept["text"]) == ("x-own", "On its way, Ann.")


@pytest.mark.usefixtures("demo_home")
def test_the_demo_takes_the_same_key_once(tmp_path: Path) -> None:
    source = DemoSource(Config("Demo", "Whimbrel", "public", {}))
    assert source.send(SENDING) == source.send(SENDING)
    assert len(list((tmp_path / "demo").iterdir())) == 1


@pytest.fixture
def demo_home(tmp_path: Path, settings: Settings) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, home=tmp_path)


@pytest.mark.django_db
def test_what_a_channel_can_do_is_written_when_it_is_opened() -> None:
    channel = Channel.objects.create(name="Demo X", source="demo", settings={"platforms": "x"})
    open_source(channel)
    channel.refresh_from_db()
    assert channel.can == {
        "title": "Demo story", "acts": [act.value for act in ACTS], "longest": 280,
        "counting": "weighted",
    }  # fmt: skip
    assert not Outgoing.objects.exists()
    assert not Item.objects.exists()
