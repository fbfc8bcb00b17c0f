"""`triage report`: the week in one line a measure."""

from tests.cli.conftest import Command
from tests.web.desk import arrive


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
