"""The response times page and its files: one week, and everywhere the same numbers."""

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.api.conftest import program
from tests.cli.conftest import triage  # noqa: F401  the command, as a person calls it
from tests.web.conftest import at_desk
from tests.web.desk import arrive, watch
from triage.desk.items import claim, resolve
from triage.sheets import MARK
from triage.tables import AuditEntry, Item, User
from triage.times.figures import CONVERSATION
from triage.web.reports import spell

HOUR = 3600


@pytest.fixture
def answered(olga: User) -> list[Item]:
    """Three conversations of this week that were answered and resolved, and one that waits."""
    items = [arrive(), arrive(), arrive("where to buy?", intent="lead")]
    for item, hours in zip(items, (1, 2, 5), strict=True):
        claim(item, olga)
        resolve(Item.objects.get(pk=item.pk), olga)
        Item.objects.filter(pk=item.pk).update(
            reply_seconds=hours * HOUR, resolve_seconds=hours * 2 * HOUR
        )
    arrive()
    return items


def sheet(user: User, name: str) -> list[dict[str, str]]:
    answer = at_desk(user).get(f"/reports/times/{name}.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].endswith('.csv"')
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith(MARK)
    return list(csv.DictReader(io.StringIO(text.removeprefix(MARK), newline="")))


def as_text(row: dict[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in row.items()}


def test_page_api_files_and_command_say_the_same(
    olga: User,
    answered: list[Item],
    triage: Any,  # noqa: F811
) -> None:
    told = program(olga).get("/api/v1/reports/times").json()
    rows = told["rows"]
    assert len([row for row in rows if row["group"] == "person"]) == 1
    assert sheet(olga, "figures") == [as_text(row) for row in rows]
    file = at_desk(olga).get("/reports/times/figures.json").content
    assert json.loads(file) == told
    said = triage("report", "times", "--json").data
    assert said == [{"week": told["week"], **row} for row in rows]
    printed = triage("report", "times", "--csv").out
    assert list(csv.DictReader(io.StringIO(printed))) == [as_text(row) for row in rows]
    tables = at_desk(olga).get("/reports/times/").context["tables"]
    shown = [row for *_, group in tables for row in group]
    assert [(row.conversations, row.reply[0], row.resolution[1]) for row in shown] == [
        (row["conversations"], spell(row["reply_median"]), spell(row["resolution_p90"]))
        for row in rows
    ]


def test_the_page_says_it_in_words(olga: User, answered: list[Item]) -> None:
    page = at_desk(olga).get("/reports/times/").content.decode()
    assert "By department" in page
    assert "Customer Service" in page
    assert "90% within" in page


def test_who_did_how_much_is_for_ops_alone(olga: User, alice: User, answered: list[Item]) -> None:
    assert "By person" in at_desk(olga).get("/reports/times/").content.decode()
    assert "By person" not in at_desk(alice).get("/reports/times/").content.decode()
    for user, people in ((olga, {"olga"}), (alice, set())):
        assert {row["name"] for row in sheet(user, "figures") if row["group"] == "person"} == people
        rows = program(user).get("/api/v1/reports/times").json()["rows"]
        assert {row["name"] for row in rows if row["group"] == "person"} == people


def test_each_conversation_is_a_row_of_the_bulk_file(alice: User, answered: list[Item]) -> None:
    rows = sheet(alice, "each")
    assert list(rows[0]) == list(CONVERSATION)
    assert [row["reply_seconds"] for row in rows] == ["3600", "7200", "18000", ""]


def test_a_name_that_a_spreadsheet_would_run_is_text_in_the_file(alice: User) -> None:
    arrive(channel=watch("=HYPERLINK(1)"))
    assert sheet(alice, "each")[0]["channel"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("name", ["figures.csv", "figures.json", "each.csv"])
def test_who_takes_a_file_along_stands_in_the_audit_log(
    alice: User, answered: list[Item], name: str
) -> None:
    before = AuditEntry.objects.filter(event="exported").count()
    at_desk(alice).get("/reports/times/")
    assert AuditEntry.objects.filter(event="exported").count() == before
    at_desk(alice).get(f"/reports/times/{name}")
    entry = AuditEntry.objects.filter(event="exported").latest("id")
    assert (entry.actor, entry.target.rpartition(".")[2]) == ("alice", name.rpartition(".")[2])


def test_so_does_who_takes_the_policy_along(olga: User) -> None:
    answer = at_desk(olga).get("/tuning/policy.toml")
    name = answer["Content-Disposition"].partition('"')[2].rstrip('"')
    assert AuditEntry.objects.get(event="exported").target == name == "policy-1.toml"


@pytest.mark.parametrize("week", ["2999-W01", "soon"])
def test_what_is_no_week_is_not_found(alice: User, week: str) -> None:
    for name in ("", "figures.csv", "each.csv"):
        assert at_desk(alice).get(f"/reports/times/{name}?week={week}").status_code == 404


def test_a_week_without_talk_says_so(alice: User) -> None:
    page = at_desk(alice).get("/reports/times/?week=2020-W10").content.decode()
    assert "No conversations this week" in page
    assert "Next week" in page


def test_somebody_in_no_team_and_somebody_signed_out_see_nothing(charlie: User) -> None:
    assert at_desk(charlie).get("/reports/times/figures.csv").status_code == 404
    assert Client().get("/reports/times/figures.csv").status_code == 302


def test_the_page_costs_the_same_however_much_was_said(
    olga: User, answered: list[Item], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        arrive(f"number {number}")
    desk = at_desk(olga)
    with django_assert_max_num_queries(15):
        desk.get("/reports/times/")
