"""`triage report`: the week in one line a measure."""

from tests.cli.conftest import Command
from tests.web.desk import arrive
from triage.tables import Item


def test_each_measure_is_a_line_with_its_numbers(triage: Command, db: None) -> None:
    arrive("how do I pair it?")
    lines = triage("report", "--json").data
    assert len(lines) == 11
    assert lines[0]["intent"] == "question"
    assert (lines[0]["opened"], lines[0]["before"]) == (1, 0)
    assert "1 conversation (+1)" in triage("report").out


def test_what_is_no_week_is_wrong_usage(triage: Command, db: None) -> None:
    said = triage("report", "--week", "last", code=2)
    assert "write it as 2026-W47" in said.err


def test_response_times_are_told_in_words_and_as_a_sheet(triage: Command, db: None) -> None:
    item = arrive("how do I pair it?")
    arrive("where to buy?", intent="lead")
    Item.objects.filter(pk=item.pk).update(reply_seconds=600, resolve_seconds=5)
    said = triage("report", "times").out
    assert "first reply: median 10 min, nine in ten within 10 min" in said
    assert "done: median under a minute" in said
    assert "first reply: none yet" in said
    sheet = triage("report", "times", "--csv").out.splitlines()
    assert sheet[0].startswith("group,name,conversations,reply_number")
    assert sheet[1].startswith("all,,2,1,600.0,600.0,")


def test_options_of_the_times_stand_behind_their_word(triage: Command, db: None) -> None:
    for words in (
        ("report", "--json", "times"),
        ("report", "times", "--json", "--csv"),
        ("report", "times", "--week", "last"),
    ):
        assert triage(*words, code=2).err
