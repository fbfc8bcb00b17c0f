"""`triage reply`, `triage outbox`, and `triage run --once` as the sender."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from tests.cli.conftest import Command
from tests.domain import making
from triage.tables import Channel, Item, Outgoing, User
from triage.tuning.policies import put_in_force
from triage.vocabulary import Team
from workers.pulling import open_source

pytestmark = pytest.mark.usefixtures("judge")


@pytest.fixture
def item(db: None) -> Item:
    User.objects.create(username="bob", teams=[Team.COMMUNITY])
    channel = Channel.objects.create(
        name="Demo X", source="demo", brand="Whimbrel", settings={"platforms": "x"}, state="active"
    )
    open_source(channel)
    return making.bring(channel, making.post("x-1"))


def test_a_reply_waits_in_the_outbox_and_leaves_with_the_next_run(
    triage: Command, item: Item
) -> None:
    waits = triage("reply", str(item.pk), "--text", "On its way.", "--json").data[0]
    assert (waits["state"], waits["item"], waits["user"]) == ("waiting", item.pk, "bob")
    assert triage("outbox", "--json").data == [waits]
    counts = [line for line in triage("run", "--once", "--json").data if "outbox" in line]
    assert counts == [
        {"outbox": "Demo X", "sent": 1, "waiting": 0, "refused": 0, "failed": 0, "unknown": 0}
    ]
    assert triage("outbox", "--json").data == []
    sent = triage("outbox", "--all", "--json").data[0]
    assert (sent["state"], sent["error"]) == ("sent", None)
    assert sent["url"].startswith("https://demo.example/replies/")


def test_the_outbox_reads_as_lines(triage: Command, item: Item) -> None:
    said = triage("reply", str(item.pk), "--text", "On its way.")
    assert f"to item {item.pk} waits" in said.out
    assert "On its way." in triage("outbox").out
    assert "Demo X: 1 sent" in triage("run", "--once").out
    assert "Nothing waits" in triage("outbox").err


def test_a_reply_that_has_to_be_approved_says_by_whom_and_is_not_sent(
    triage: Command, item: Item
) -> None:
    put_in_force('[approval]\nqueues = ["support"]', author=None, reason="a try")
    User.objects.create(username="ann", first_name="Ann", teams=[Team.COMMUNITY], may_approve=True)
    said = triage("reply", str(item.pk), "--text", "On its way.", "--user", "bob")
    assert "waits for approval by Ann." in said.out
    triage("run", "--once")
    [row] = triage("outbox", "--json").data
    assert (row["state"], row["user"], row["approved_by"]) == ("pending", "bob", None)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--text", ""), "Write something"),
        (("--text", "a" * 281), "280 is the limit"),
        (("--text", "Hi", "--user", "nobody"), "nobody called"),
    ],
)
def test_what_cannot_be_sent_is_said_in_one_sentence(
    triage: Command, item: Item, arguments: tuple[str, ...], said: str
) -> None:
    assert said in triage("reply", str(item.pk), *arguments, code=1).sentence
    assert not Outgoing.objects.exists()


def test_an_item_that_is_not_there_is_said_so(triage: Command, item: Item) -> None:
    assert "there is no item" in triage("reply", "999", "--text", "Hi", code=1).sentence


def test_with_several_people_somebody_has_to_answer(triage: Command, item: Item) -> None:
    User.objects.create(username="ann", teams=[Team.COMMUNITY])
    assert "--user" in triage("reply", str(item.pk), "--text", "Hi", code=1).sentence
    answered = triage("reply", str(item.pk), "--text", "Hi", "--user", "ann", "--json").data[0]
    assert answered["user"] == "ann"


def test_the_doctor_and_the_metrics_tell_of_what_does_not_leave(
    triage: Command, item: Item, client: Client
) -> None:
    triage("reply", str(item.pk), "--text", "On its way.")
    assert said_of_the_outbox(triage) == []
    hour = timezone.now() - timedelta(hours=1)
    Outgoing.objects.update(created_at=hour)
    assert "has waited 60 minutes" in said_of_the_outbox(triage)[0]
    metrics = client.get("/metrics").content.decode()
    assert 'triage_outbox{state="waiting"} 1.0' in metrics
    assert 3600 <= float(metrics.split("\ntriage_oldest_unsent_seconds ")[1].split()[0]) < 3700
    Outgoing.objects.update(state=Outgoing.State.UNKNOWN)
    assert "a person must look" in said_of_the_outbox(triage)[0]


def said_of_the_outbox(triage: Command) -> list[str]:
    findings = triage("doctor", "--json", code=None).data
    return [each["message"] for each in findings if each["part"] == "outbox"]


def test_a_new_channel_says_at_once_what_it_can_do(
    triage: Command, db: None, tmp_path: Path
) -> None:
    triage("channel", "add", "demo", "--name", "Demo X", "--set", "platforms=x")
    assert Channel.objects.get(name="Demo X").can["longest"] == 280
    triage("channel", "add", "file", "--name", "Old", "--set", f"path={tmp_path}")
    assert Channel.objects.get(name="Old").can["acts"] == []
