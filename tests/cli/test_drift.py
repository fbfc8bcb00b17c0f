"""`triage drift`: where people, or the model, say something else than in the weeks before."""

from typing import Any

import pytest

from tests.api.conftest import program
from tests.cli.conftest import Command
from tests.web.desk import watch
from triage.tables import Channel, Drift, InputDrift, User

pytestmark = pytest.mark.django_db


def said(lang: str = "en", *, channel: str = "X mentions", **fields: Any) -> Drift:
    """A comparison of what the model says; it drifts unless `fields` say otherwise."""
    values = {"drifting": True, "effect": 0.4, "chance": 1e-9, "said": f"other words of {lang}"}
    return Drift.objects.create(
        channel=watch(channel), lang=lang, model="2026-03-02-bbbbbbbb", before=504, now=216,
        statistic=9.1, shares={"lead": [10, 40]}, **(values | fields),
    )  # fmt: skip


def written(lang: str = "en", *, channel: str = "X mentions", **fields: Any) -> InputDrift:
    """A comparison of what people write; it drifts unless `fields` say otherwise."""
    words = [["#launch26", 0, 30], ["old", 500, 20]]
    values = {"drifting": True, "words": words, "chance": 1e-9, "said": "So."}
    return InputDrift.objects.create(
        channel=watch(channel), lang=lang, before=1000, now=200, tested=400, length_before=64,
        length_now=71, length_effect=0.52, length_chance=0.3, **(values | fields),
    )  # fmt: skip


USUAL: dict[str, Any] = {"drifting": False, "effect": 0.03, "chance": 0.4}
STEADY: dict[str, Any] = {"drifting": False, "words": [], "chance": 0.4, "said": ""}


def test_what_drifts_is_told_with_its_words_and_what_to_do(triage: Command) -> None:
    written()
    said()
    said("de", **USUAL)
    told = triage("drift")
    lines = told.out.splitlines()
    assert lines[0] == "input\tX mentions, en\tchanged"
    assert lines[1] == "  200 people this week, 1000 before; p-value < 0.001"
    assert lines[2] == "  changed words: “#launch26” 0% → 15%, “old” 50% → 10% (of 400)"
    assert lines[3] == "  median length: 71 characters, was 64"
    assert lines[4] == "verdicts\tX mentions, en\tchanged"
    assert "216 conversations this week, 504 before; effect size 0.40" in lines[5]
    assert lines[6:] == ["  other words of en"]
    assert "Input: read some posts with these words." in told.err
    assert "Verdicts: an outage passes by itself." in told.err


def test_advice_is_given_only_for_what_drifts(triage: Command) -> None:
    said()
    written(**STEADY)
    told = triage("drift", "--all")
    assert "changed words: none (of 400)" in told.out
    assert "Verdicts:" in told.err
    assert "Input:" not in told.err


def test_where_nothing_drifts_one_sentence_says_so(triage: Command) -> None:
    said(**USUAL)
    written(**STEADY)
    told = triage("drift")
    assert told.out == ""
    assert told.err == "Nothing drifts (2 comparisons of channels and languages).\n"
    assert [row["drifting"] for row in triage("drift", "--all", "--json").data] == [False, False]


def test_before_anything_can_be_compared_it_says_what_that_takes(triage: Command) -> None:
    told = triage("drift")
    assert told.out == ""
    assert told.err.startswith("Not enough data yet: a channel needs 100 conversations")


def test_one_channel_or_one_language_is_picked_out(triage: Command) -> None:
    said("en")
    said("")
    said("en", channel="Forum")
    written("de", channel="Forum")

    def told(*options: str) -> list[tuple[str, str, str | None]]:
        rows = triage("drift", "--json", *options).data
        return sorted((row["what"], row["channel"], row["lang"]) for row in rows)

    assert told("--channel", "Forum") == [("input", "Forum", "de"), ("verdicts", "Forum", "en")]
    assert told("--language", "de") == [("input", "Forum", "de")]
    assert told("--language", "unknown") == [("verdicts", "X mentions", None)]
    assert told("--channel", "Forum", "--language", "en") == [("verdicts", "Forum", "en")]


def test_the_objects_are_those_of_the_api(triage: Command) -> None:
    said()
    said("de", **USUAL)
    written()
    api = program(User.objects.create(username="olga", teams=["ops"]))
    told = api.get("/api/v1/drift").json()
    for what, rows in (("input", told["inputs"]), ("verdicts", told["drifts"])):
        shown = [row for row in triage("drift", "--all", "--json").data if row.pop("what") == what]
        for row in [*rows, *shown]:
            row.pop("measured_at")  # one says Z, the other +00:00
        assert shown == rows


def test_a_channel_that_is_watched_no_more_is_left_out(triage: Command) -> None:
    said(channel="Forum")
    assert triage("drift", "--json").data
    Channel.objects.update(state=Channel.State.REMOVED)
    assert triage("drift", "--json").data == []


def test_an_unknown_channel_is_refused(triage: Command) -> None:
    said()
    sentence = triage("drift", "--channel", "Nowhere", code=1).sentence
    assert sentence == "there is no channel called 'Nowhere'; `triage channel list` shows them"
    assert "--language" in triage("drift", "--language", "", code=2).err
