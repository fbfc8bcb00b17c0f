"""Sheets: CSV in lines, and nothing in it that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from triage.sheets import cell, csv_lines


@pytest.mark.parametrize(
    "typed",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "|calc", "＝1"],
)
def test_what_a_spreadsheet_would_run_becomes_text(typed: str) -> None:
    assert cell(typed) == f"'{typed}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("-1", "-1"), ("+2.5", "+2.5"), (-3, -3), ("a=b", "a=b"), (True, "true"), (None, None)],
)
def test_numbers_and_plain_words_stay_as_they_are(value: Any, shown: Any) -> None:
    assert cell(value) == shown


def test_what_is_written_is_read_back_with_its_line_ends_and_quotes() -> None:
    rows = [{"a": 'say "hi",\nplease', "b": None}, {"a": "ü", "b": 2}]
    text = "".join(csv_lines(["a", "b"], rows))
    found = list(csv.DictReader(io.StringIO(text, newline="")))
    assert found == [{"a": 'say "hi",\nplease', "b": ""}, {"a": "ü", "b": "2"}]


def test_lines_are_made_as_they_are_asked_for() -> None:
    def endless() -> Iterator[dict[str, int]]:
        while True:
            yield {"a": 1}

    assert list(islice(csv_lines(["a"], endless()), 3)) == ["a\r\n", "1\r\n", "1\r\n"]
