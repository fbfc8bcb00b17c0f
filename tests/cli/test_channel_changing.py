"""`triage channel set` and `backfill`, and what `list` tells of both."""

from datetime import timedelta
from typing import ClassVar

import pytest
from django.utils import timezone

from tests.cli.conftest import Command
from tests.domain.place import Place
from triage.tables import Account, Backfill, Channel
from triage.watch.alerts import watch_channels
from triage.watch.budgets import MILLION, spend
from triage.watch.health import health
from workers.channels import KINDS
from workers.channels.base import Option


class Deep(Place):
    """A place that can be walked back and has a cap."""

    backfills: ClassVar[bool] = True
    settings: ClassVar[dict[str, Option]] = {
        "backfill": Option("days"),
        "monthly_cap": Option("dollars"),
    }


@pytest.fixture
def watched(triage: Command, place: type[Place], monkeypatch: pytest.MonkeyPatch) -> Channel:
    monkeypatch.setitem(KINDS, "deep", "tests.cli.test_channel_changing:Deep")
    triage("channel", "add", "deep", "--name", "Deep", "--set", "monthly_cap=5")
    return Channel.objects.get()


def test_a_channel_is_filled_from_the_day_it_is_added(triage: Command, watched: Channel) -> None:
    triage("channel", "add", "deep", "--name", "Old", "--set", "backfill=30")
    row = Backfill.objects.get()
    assert row.channel.name == "Old"
    assert round((timezone.now() - row.until) / timedelta(days=1)) == 30
    assert not Backfill.objects.filter(channel=watched).exists()


@pytest.mark.parametrize("days", ["0", "366", "soon"])
def test_days_that_make_no_sense_are_refused(triage: Command, watched: Channel, days: str) -> None:
    said = triage("channel", "add", "deep", "--name", "Old", "--set", f"backfill={days}", code=2)
    assert "whole number from 1 to 365" in said.err
    triage("channel", "backfill", "Deep", days, code=2)
    assert not Backfill.objects.exists()


def test_a_backfill_can_be_asked_for_later_where_the_kind_can(
    triage: Command, watched: Channel
) -> None:
    assert "90 days" in triage("channel", "backfill", "Deep", "90").err
    assert Backfill.objects.get().channel == watched
    triage("channel", "add", "place", "--name", "Flat")
    said = triage("channel", "backfill", "Flat", "90", code=1)
    assert said.sentence.startswith("place cannot bring in earlier posts")
    assert triage("channel", "backfill", "Nowhere", "90", code=1).sentence


def test_settings_are_changed_and_count_at_once(triage: Command, watched: Channel) -> None:
    Channel.objects.update(next_pull_at=timezone.now() + timedelta(days=9), cursor={"at": 3})
    assert "from now on" in triage("channel", "set", "Deep", "monthly_cap=50", "backfill=7").err
    watched.refresh_from_db()
    assert watched.settings == {"monthly_cap": "50", "backfill": "7"}
    assert watched.next_pull_at <= timezone.now()
    assert watched.cursor == {"at": 3}
    assert Backfill.objects.get().channel == watched
    triage("channel", "set", "Deep", "monthly_cap=")
    watched.refresh_from_db()
    assert watched.settings["monthly_cap"] == "", "which is the default"


@pytest.mark.parametrize("pair", ["monthly", "colour=red", "=5", "backfill=0"])
def test_a_setting_that_does_not_exist_changes_nothing(
    triage: Command, watched: Channel, pair: str
) -> None:
    triage("channel", "set", "Deep", pair, code=2)
    watched.refresh_from_db()
    assert watched.settings == {"monthly_cap": "5"}


def test_the_list_tells_figures_and_alerts(triage: Command, watched: Channel) -> None:
    now = timezone.now()
    account = Account.objects.create(
        key="k", source="deep", allowed=100, remaining=60, reset_at=now + timedelta(minutes=5)
    )
    Channel.objects.update(
        account=account, lag_seconds=12.5, expires_at=now + timedelta(days=3), failures=4
    )
    spend(watched, calls=7, posts=9, microdollars=2 * MILLION, at=now)
    Backfill.objects.create(channel=watched, until=now - timedelta(days=9), new=3)
    watch_channels(now=now)
    [data] = triage("channel", "list", "--json").data
    assert data["lag_seconds"] == 12.5
    assert data["used"] == {
        "calls_today": 7,
        "posts_this_month": 9,
        "cost_this_month": 2.0,
        "account_cost_this_month": 2.0,
    }
    assert (data["budget"]["allowed"], data["budget"]["remaining"]) == (100, 60)
    assert data["key_expires_at"].startswith(f"{now + timedelta(days=3):%Y-%m-%d}")
    assert (data["backfill"]["state"], data["backfill"]["new"]) == ("running", 3)
    assert {alert["kind"] for alert in data["alerts"]} == {"failing", "expiring"}
    shown = triage("channel", "list").out
    assert "$2.00 of $5.00 this month" in shown
    assert "  ! The access key" in shown
    assert any("The access key" in words for words in health().warnings)


def test_a_backfill_without_a_worker_is_told(triage: Command, watched: Channel) -> None:
    past = timezone.now() - timedelta(minutes=16)
    row = Backfill.objects.create(channel=watched, until=past)
    assert not any("backfill" in words for words in health().warnings)
    Backfill.objects.filter(pk=row.pk).update(next_bite_at=past)
    assert any("queue backfill" in words for words in health().warnings)
