"""`triage rates`: how much went to review or was handed off, of what, and how sure that is."""

import pytest
from django.utils import timezone

from tests.api.conftest import program
from tests.cli.conftest import Command
from tests.web.desk import arrive, watch
from triage.desk.items import hand_off
from triage.tables import Item, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(db: None) -> User:
    """Of ops, after four items came in: one unsure, and one that she handed off again."""
    user = User.objects.create(username="olga", teams=["ops"])
    wrong = arrive(intent="lead")
    hand_off(wrong, user, to="support", reason="a question")
    for intent, channel, confidence in (
        ("lead", "X mentions", 0.9),
        ("lead", "X mentions", 0.1),
        ("question", "Forum", 0.9),
    ):
        arrive(intent=intent, channel=watch(channel), confidence=confidence)
    Item.objects.update(opened_at=timezone.now())
    return user


def test_both_rates_stand_with_their_interval_and_what_they_rest_on(
    triage: Command, olga: User
) -> None:
    rows = {(row["group"], row["name"]): row for row in triage("rates", "--json").data}
    whole = rows["all", ""]
    assert (whole["unsure"]["estimate"], whole["unsure"]["n"]) == (0.25, 4)
    assert (whole["handed_off"]["estimate"], whole["handed_off"]["n"]) == (1 / 3, 3)
    assert round(whole["unsure"]["low"], 2) == 0.05
    assert rows["channel", "Forum"]["unsure"] == {
        "estimate": 0.0, "low": 0.0, "high": pytest.approx(0.793, abs=0.001), "n": 1,
    }  # fmt: skip
    assert rows["channel", "X mentions"]["handed_off"]["estimate"] == 0.5
    assert rows["intent", "lead"]["unsure"]["n"] == 3
    assert [group for group, _ in rows].count("week") == 1


def test_they_are_the_rates_of_the_api(triage: Command, olga: User) -> None:
    told = program(olga).get("/api/v1/accuracy").json()
    for row in triage("rates", "--json").data:
        for rate in ("unsure", "handed_off"):
            by = told[f"{rate}_by"]
            groups = {"channel": by["channels"], "intent": by["intents"], "week": by["weeks"]}
            found = groups[row["group"]][row["name"]] if row["name"] else by["whole"]
            assert row[rate] == found


def test_a_line_says_each_rate_in_words(triage: Command, olga: User) -> None:
    lines = triage("rates").out.splitlines()
    assert [part.strip() for part in lines[0].split("\t")] == [
        "all",
        "sent to review: 25.0% (4.6% to 69.9%) of 4 items",
        "handed off: 33.3% (6.1% to 79.2%) of 3 items",
    ]
    assert lines[1].startswith("channel Forum ")


def test_what_never_went_anywhere_alone_has_no_rate_of_hand_offs(triage: Command) -> None:
    arrive(intent="lead", confidence=0.1)
    Item.objects.update(opened_at=timezone.now())
    first = triage("rates").out.splitlines()[0]
    assert "sent to review: 100.0% (20.7% to 100.0%) of 1 item\t" in first
    assert first.endswith("handed off: unknown")


def test_where_nothing_came_in_it_says_so(triage: Command) -> None:
    said = triage("rates", "--weeks", "2")
    assert said.err == "Nothing came in within 2 weeks, so there is nothing to count.\n"
    assert said.out.split("\t")[1:] == ["sent to review: unknown", "handed off: unknown\n"]
    assert "--weeks" in triage("rates", "--weeks", "0", code=2).err
