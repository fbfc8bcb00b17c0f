"""`triage accuracy`: the numbers of the page, one a line."""

import pytest
from django.utils import timezone

from tests.cli.conftest import Command
from tests.web.desk import arrive
from tests.web.reading import give, sampled, share
from triage.tables import User
from triage.tuning.accuracy import accuracy
from triage.tuning.policies import policy_in_force


def test_each_number_is_a_line_with_its_interval_and_its_readings(
    triage: Command, db: None
) -> None:
    alice, bob = (User.objects.create(username=name, teams=["social"]) for name in ("alice", "bob"))
    share(sure=1, second=1)
    for read_as in ("lead", "sales", "question"):
        item = arrive(intent="lead")
        give(alice, item, read_as)
        give(bob, item, "lead")
    lines = triage("accuracy", "--json").data
    rows = {(row["what"], row["name"]): row for row in lines}
    assert rows["read", ""]["number"] == rows["read", ""]["of"] == 3
    sure = rows["sure in queue", "promo"]
    assert (round(sure["estimate"], 3), round(sure["low"], 3), sure["n"]) == (0.667, 0.208, 3)
    assert rows["sure in queue", "support"]["estimate"] is None
    assert rows["kappa", "alice and bob"]["n"] == 3
    assert rows["unsure", ""]["of"] == 3
    said = triage("accuracy").out
    assert "sure in queue promo\t0.667\t0.208 to 0.939\t3 readings" in said
    assert "sure in queue support\tnot known\t0 readings" in said
    assert "read as question, judged lead\t1 post" in said
    assert "reliability, sure by 0.90\t0.000 right\t1 reading" in said


def test_a_program_gets_every_number_of_the_page(triage: Command, db: None) -> None:
    alice = User.objects.create(username="alice", teams=["social"])
    share(sure=1)
    for place in range(30):
        sampled(alice, said="lead", read_as="lead" if place % 3 else "question", confidence=0.8)
    rows = triage("accuracy", "--json").data
    found = accuracy(policy_in_force(), now=timezone.now())
    told = {(row["what"], row["name"]): row for row in rows}
    assert told["channel", "X mentions"]["estimate"] == found.channels["X mentions"].estimate
    bins = [row for row in rows if row["what"] == "reliability"]
    assert [(row["n"], row["estimate"]) for row in bins] == [(b.n, b.accuracy) for b in found.bins]
    risk = told["risk", "0.80"]
    assert (round(risk["risk"], 3), risk["coverage"]) == (0.333, 1.0)
    assert ("risk", "0.81") not in told  # nothing was said with more confidence
    assert told["unsure in channel", "X mentions"]["n"] == 30
    assert told["handed off in intent", "lead"]["estimate"] == 0
    assert "risk from 0.80 on\t0.333 wrong\t1.000 of all posts" in triage("accuracy").out


def test_a_cell_of_the_confusion_opens_its_posts(triage: Command, db: None) -> None:
    alice = User.objects.create(username="alice", teams=["social"])
    share(sure=1)
    for read_as in ("question", "question", "sales"):
        reading = sampled(alice, said="lead", read_as=read_as)
    cell = ("accuracy", "posts", "--said", "lead", "--read")
    rows = triage(*cell, "question", "--json").data
    assert [(row["said"], row["read"], row["by"]) for row in rows] == 2 * [
        ("lead", "question", "alice")
    ]
    assert len(triage(*cell, "question", "--limit", "1", "--json").data) == 1
    said = triage(*cell, "sales").out
    assert f"said lead (0.90), read as sales by alice  item {reading.post.item_id}" in said
    assert "  how do I pair it?" in said
    assert triage(*cell, "event").err == "There are none.\n"
    assert len(triage("accuracy", "--json", *cell[1:], "question").data) == 2


def test_the_surest_mistakes_come_first(triage: Command, db: None) -> None:
    alice = User.objects.create(username="alice", teams=["social"])
    share(sure=1)
    for said, sure in (("lead", 0.7), ("event", 0.95), ("question", 0.8)):
        sampled(alice, said=said, read_as="question", confidence=sure)
    rows = triage("accuracy", "disagreements", "--json").data
    assert [(row["said"], row["confidence"]) for row in rows] == [("event", 0.95), ("lead", 0.7)]
    [row] = triage("accuracy", "disagreements", "--intent", "lead", "--json").data
    assert (row["said"], row["read"]) == ("lead", "question")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("posts", "--said", "moon", "--read", "lead"), 1, "there is no intent 'moon'"),
        (("posts", "--said", "lead", "--read", "moon"), 1, "there is no intent 'moon'"),
        (("posts", "--said", "lead"), 2, "Missing option '--read'"),
        (("disagreements", "--intent", "moon"), 1, "there is no intent 'moon'"),
        (("disagreements", "--limit", "0"), 2, "0 is not in the range"),
        (("--weeks", "0", "disagreements"), 2, "0 is not in the range"),
        (("nosuch",), 2, "No such command 'nosuch'"),
    ],
)
def test_what_cannot_be_asked_is_said(
    triage: Command, db: None, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    assert sentence in triage("accuracy", *arguments, code=code).err


def test_an_empty_installation_has_numbers_that_are_not_known(triage: Command, db: None) -> None:
    assert "calibration error\tnot known\t0 readings" in triage("accuracy").out
    assert "0 weeks" not in triage("accuracy", "--weeks", "0", code=2).err
