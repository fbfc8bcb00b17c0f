"""The metrics: every figure of ops has one, each says what it is, and a scrape costs little."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.api.conftest import program
from tests.web.desk import arrive, pending, watch
from tests.web.reading import sampled, share
from triage.tables import Account, Item, Outgoing, Run, Shadow, ShadowVerdict, User, Verdict
from triage.watch.health import beat
from triage.web import gauges

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "api.md"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_is_remembered(db: None) -> None:
    cache.clear()


def families() -> dict[str, Metric]:
    text = Client().get("/metrics").content.decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def values(name: str) -> dict[tuple[str, ...], float]:
    """The values by what their labels say, in the order of the labels' names."""
    return {
        tuple(value for _, value in sorted(each.labels.items())): each.value
        for each in families()[name].samples
    }


def plain(name: str) -> str:
    """The metric without what tells the ends of its interval, its footing and its group."""
    name = re.sub(r"_(low|high|readings)$", "", name)
    name = re.sub(r"_(unsure|handed_off)_items$", r"_\1_ratio", name)
    return re.sub(r"_(channel|language|intent)_(accuracy|unsure_r|handed_off_r)", r"_\2", name)


def a_working_installation(olga: User) -> None:
    """Something of everything that a metric tells."""
    share(sure=1)
    for read_as in ("lead", "question"):
        sampled(olga, said="lead", read_as=read_as)
    Item.objects.update(reply_seconds=60)
    account = Account.objects.create(key="k", source="x", allowed=100, remaining=40)
    channel = watch()
    channel.account, channel.late_seconds = account, 2.5
    channel.settings = {"monthly_cap": "25"}
    channel.save()
    Run.objects.create(channel=channel)
    Run.objects.create(channel=channel, error_kind="throttled")
    shadow = Shadow.objects.create(version="2026-03-01-aaaaaaaa")
    ShadowVerdict.objects.create(
        shadow=shadow, verdict=Verdict.objects.latest("id"), queue="promo", intent="lead",
        confidence=0.9, target="promo", champion_target="promo",
    )  # fmt: skip
    beat("sort", "174 MiB")


def test_every_metric_says_what_it_is(olga: User) -> None:
    a_working_installation(olga)
    found = families()
    assert len(found) >= 45
    for name, family in found.items():
        assert name.startswith("triage_"), name
        assert family.documentation.endswith("."), name
        assert family.type == "gauge", name


def test_the_page_of_the_api_names_every_metric_and_no_other(olga: User) -> None:
    a_working_installation(olga)
    told = set(re.findall(r"`(triage_[a-z_]+)`", PAGE.read_text()))
    assert {plain(name) for name in families()} == told


def test_figures_of_ops_pages_are_told(olga: User) -> None:
    a_working_installation(olga)
    assert values("triage_policy_version") == {(): 1.0}
    assert ("promo",) in values("triage_policy_threshold")
    assert values("triage_channel_state") == {("X mentions", "active"): 1.0}
    assert values("triage_channel_calls_left") == {("X mentions",): 40.0}
    assert values("triage_channel_calls_allowed") == {("X mentions",): 100.0}
    assert values("triage_channel_cap_dollars") == {("X mentions",): 25.0}
    assert values("triage_channel_late_seconds") == {("X mentions",): 2.5}
    assert values("triage_pulls_last_hour") == {("none",): 1.0, ("throttled",): 1.0}
    assert values("triage_part_memory_mib") == {("sort",): 174.0}
    assert values("triage_confusion_posts") == {("lead", "lead"): 1.0, ("question", "lead"): 1.0}
    assert values("triage_channel_accuracy") == {("X mentions",): 0.5}
    assert values("triage_disagreements") == {(): 1.0}
    assert values("triage_lessons_new") == {(): 2.0}
    assert values("triage_shadow_judged") == {(): 1.0}
    assert values("triage_shadow_same_queue_ratio") == {(): 1.0}


def test_metrics_and_api_say_the_same_of_queues_and_times(olga: User) -> None:
    a_working_installation(olga)
    api = program(olga)
    queues = api.get("/api/v1/queues").json()["queues"]
    assert values("triage_items_open") == {(q["queue"],): float(q["waiting"]) for q in queues}
    assert values("triage_items_at_risk") == {(q["queue"],): float(q["at_risk"]) for q in queues}
    rows = api.get("/api/v1/reports/times").json()["rows"]
    for row in (row for row in rows if row["group"] == "queue"):
        told = values("triage_week_reply_seconds")
        assert told["0.5", row["name"]] == row["reply_median"]
        assert told["0.9", row["name"]] == row["reply_p90"]


def test_what_waits_for_approval_is_told_by_queue_with_the_age_of_the_oldest(olga: User) -> None:
    now = timezone.now()
    for hours in (1, 3):
        pending(arrive(author=f"@dan{hours}"), olga, created_at=now - timedelta(hours=hours))
    number = {"promo": 0.0, "support": 2.0, "review": 0.0, "archive": 0.0}
    assert values("triage_approvals_waiting") == {(queue,): n for queue, n in number.items()}
    [(queue, age)] = values("triage_oldest_approval_seconds").items()
    assert queue == ("support",)
    assert 3 * 3600 <= age < 3 * 3600 + 60
    Outgoing.objects.update(state="waiting")
    assert set(values("triage_approvals_waiting").values()) == {0.0}


def queries() -> int:
    with CaptureQueriesContext(connection) as seen:
        Client().get("/metrics")
    return len(seen)


def test_a_scrape_costs_as_many_queries_at_any_size_and_fewer_within_a_minute(olga: User) -> None:
    a_working_installation(olga)
    first = queries()
    again = queries()
    for number in range(8):
        pending(arrive(channel=watch(f"channel {number}")), olga)
    cache.clear()
    assert queries() == first
    assert again < first <= 50


def test_names_without_end_do_not_fill_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauges, "MOST", 3)
    for number in range(5):
        watch(f"channel {number}", last_post_at=timezone.now())
    assert len(values("triage_channel_last_post_timestamp")) == 3
