"""`triage health`: whether posts still move, for people and for a crontab."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.cli.conftest import Command
from tests.domain.making import post
from tests.web.desk import watch
from triage.tables import Channel, PostRow, Pulse
from triage.walk.intake import store
from triage.watch.health import beat


@pytest.fixture
def alive(db: None) -> None:
    beat("schedule")
    beat("sort", "174 MiB")


def test_a_working_installation_is_told_part_by_part(triage: Command, alive: None) -> None:
    said = triage("health")
    schedule, sort, nothing = said.out.splitlines()
    assert (schedule[:8], schedule[-5:]) == ("schedule", "s ago")
    assert (sort[:4], sort[-14:]) == ("sort", "s ago, 174 MiB")
    assert nothing == "Nothing waits."
    assert said.err == ""
    [data] = triage("health", "--json").data
    assert (data["ok"], data["reasons"], data["warnings"]) == (True, [], [])
    assert {part["name"]: part["memory_mb"] for part in data["parts"]} == {
        "schedule": None, "sort": 174.0,
    }  # fmt: skip
    assert (data["posts_waiting"], data["outbox"]["failed"]) == (0, 0)


def test_before_the_first_sign_of_life_it_says_how_to_start(triage: Command, db: None) -> None:
    said = triage("health", code=1)
    assert said.sentence.startswith("No worker has shown itself yet. Start `triage up`")


def test_what_stands_still_is_refused_with_the_numbers_before_it(
    triage: Command, alive: None
) -> None:
    store(watch(), [post("1")])
    Pulse.objects.filter(name="schedule").update(at=timezone.now() - timedelta(minutes=5))
    said = triage("health", code=1)
    assert "Workers or schedule stand still" in said.sentence
    assert said.err == f"triage: {said.sentence}\n"
    assert "schedule     5 min ago" in said.out
    assert "To be sorted: 1 post, the oldest for " in said.out


def test_a_post_that_waits_too_long_is_a_fault(triage: Command, alive: None) -> None:
    store(watch(), [post("1")])
    triage("health")
    PostRow.objects.update(received_at=timezone.now() - timedelta(hours=3))
    said = triage("health", "--json", code=1)
    assert said.sentence.startswith("Sorting stands still")
    [data] = said.data
    assert (data["ok"], data["posts_waiting"]) == (False, 1)
    assert data["reasons"] == [said.sentence]
    assert data["oldest_waiting_seconds"] >= 10_800


def test_a_warning_is_told_and_is_no_fault(triage: Command, alive: None) -> None:
    watch()
    Channel.objects.update(state="refused", error="dead token")
    said = triage("health")
    assert said.out.endswith("! Channel X mentions is refused by its platform: dead token\n")
    assert said.err == ""


def test_it_says_what_the_probe_says(triage: Command, alive: None) -> None:
    for seconds, code in ((0, 0), (300, 1)):
        Pulse.objects.update(at=timezone.now() - timedelta(seconds=seconds))
        probe = Client().get("/healthz")
        [data] = triage("health", "--json", code=code).data
        assert probe.status_code == (503 if code else 200)
        told = probe.json()
        assert (data["ok"], data["warnings"]) == (told["ok"], told["warnings"])
        assert len(data["reasons"]) == len(told["reasons"]) == code
