"""What machines ask: healthz, readyz, metrics."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from tests.web.desk import arrive, watch
from triage.tables import Channel, DeadLetter, PostRow, Pulse
from triage.watch.alerts import watch_channels
from triage.watch.budgets import spend
from triage.watch.health import beat
from triage.web import probes

pytestmark = pytest.mark.django_db


def test_healthz_is_ok_while_posts_move() -> None:
    beat("schedule")
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "reasons": [], "warnings": []}
    assert "no-store" in answer["Cache-Control"]


def test_healthz_says_why_posts_do_not_move() -> None:
    beat("schedule")
    Pulse.objects.update(at=timezone.now() - timedelta(hours=1))
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["ok"] is False
    assert "stand still" in answer.json()["reasons"][0]


def test_a_warning_does_not_make_it_unhealthy() -> None:
    beat("schedule")
    watch(state="refused", error="dead token")
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert "dead token" in answer.json()["warnings"][0]


def test_readyz_is_ok_with_every_table() -> None:
    assert Client().get("/readyz").json() == {"ok": True, "reasons": []}


def test_readyz_names_what_is_not_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = probes._expected() | {("triage", "9999_later")}
    monkeypatch.setattr(probes, "_expected", lambda: expected)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert "triage.9999_later" in answer.json()["reasons"][0]


def test_readyz_and_metrics_say_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(probes, "_expected", away)
    monkeypatch.setattr(probes, "generate_latest", away)
    assert Client().get("/readyz").status_code == 503
    assert Client().get("/metrics").status_code == 503


def metrics() -> dict[tuple[str, ...], float]:
    answer = Client().get("/metrics")
    assert answer["Content-Type"].startswith("text/plain")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_metrics_tell_the_state_of_the_rows() -> None:
    ends = timezone.now() + timedelta(days=3)
    channel = watch(
        failures=2,
        last_success_at=timezone.now(),
        last_post_at=timezone.now(),
        expires_at=ends,
    )
    spend(channel, calls=3, posts=2, microdollars=10_000, at=timezone.now())
    watch_channels(now=timezone.now())
    arrive(), arrive(), arrive(intent="lead"), arrive(confidence=0.2)
    PostRow.objects.filter(pk=PostRow.objects.first().pk).update(
        state="new", received_at=timezone.now() - timedelta(seconds=90)
    )
    DeadLetter.objects.create(channel=channel, digest="d", reason="r")
    beat("sort")
    Channel.objects.update(lag_seconds=4.5)
    found = metrics()
    assert found["triage_posts_waiting",] == 1
    assert 89 < found["triage_oldest_waiting_seconds",] < 100
    assert found["triage_items_open", "support"] == 2
    assert found["triage_items_open", "promo"] == 1
    assert found["triage_items_open", "review"] == 1
    assert found["triage_items_open", "archive"] == 0
    assert found["triage_channel_failures", "X mentions"] == 2
    success = found["triage_channel_last_success_timestamp", "X mentions"]
    assert success == pytest.approx(timezone.now().timestamp(), abs=5)
    assert found["triage_channel_lag_seconds", "X mentions"] == 4.5
    assert found["triage_channel_calls_today", "X mentions"] == 3
    assert found["triage_channel_cost_dollars", "X mentions"] == 0.01
    assert found["triage_channel_key_expiry_timestamp", "X mentions"] == ends.timestamp()
    assert found["triage_channel_last_post_timestamp", "X mentions"] > 0
    assert found["triage_alerts", "X mentions", "expiring"] == 1
    assert found["triage_dead_letters",] == 1
    assert 0 <= found["triage_pulse_age_seconds", "sort"] < 5


def test_metrics_of_an_empty_installation_are_there_too() -> None:
    assert metrics()["triage_posts_waiting",] == 0
