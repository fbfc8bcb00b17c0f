"""Alerts: one open row for each trouble of each channel, raised and cleared by the rows."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.db import IntegrityError
from django.utils import timezone

from tests.domain.making import post
from tests.domain.place import Place, page
from triage.tables import Alert, AuditEntry, Backfill, Channel, PostRow, Rhythm, User
from triage.walk.intake import store
from triage.watch.alerts import ADVICE, mark_seen, open_alerts, watch_channels
from triage.watch.channels import ask_check
from workers.channels import KINDS
from workers.channels.base import Refused, Unreachable
from workers.checking import ask_expiries, check_asked

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def channel(**fields: Any) -> Channel:
    values = {"name": "Mentions", "source": "x", "created_at": NOW - 40 * DAY}
    return Channel.objects.create(**(values | {"last_success_at": NOW} | fields))


def kinds() -> list[str]:
    return sorted(alert.kind for alert in open_alerts())


def busy(row: Channel, *, until: datetime, every: timedelta = timedelta(hours=1)) -> None:
    """A history of 28 days with a post at regular times up to `until`."""
    number = int(28 * DAY / every)
    times = [until - n * every for n in range(number)]
    PostRow.objects.bulk_create(
        PostRow(channel=row, external_id=str(n), conversation=str(n), posted_at=at, kind="public")
        for n, at in enumerate(times)
    )
    Channel.objects.filter(pk=row.pk).update(last_post_at=until)


def test_a_channel_that_is_well_raises_none() -> None:
    channel()
    watch_channels(now=NOW)
    assert kinds() == []


@pytest.mark.parametrize(
    ("fields", "kind", "says"),
    [
        ({"state": "refused", "error": "dead token"}, "refused", "dead token"),
        ({"failures": 3, "error": "no answer"}, "failing", "3 times in a row: no answer"),
        ({"error_kind": "capped", "error": "the cap is used up"}, "capped", "cap is used up"),
        ({"expires_at": NOW + 5.1 * DAY}, "expiring", "expires on 2026-11-25 14:24 UTC, in 5 days"),
        ({"expires_at": NOW - DAY}, "expiring", "expired on 2026-11-19"),
    ],
)
def test_a_trouble_is_one_open_alert_until_it_is_over(
    fields: dict[str, Any], kind: str, says: str
) -> None:
    row = channel(secret_names={"access_token": "FB_TOKEN"}, **fields)
    watch_channels(now=NOW)
    watch_channels(now=NOW + timedelta(minutes=1))
    [alert] = open_alerts()
    assert (alert.kind, alert.first_seen) == (kind, NOW)
    assert alert.last_seen == NOW + timedelta(minutes=1)
    assert says in alert.sentence
    assert ADVICE[Alert.Kind(kind)]
    if kind == "expiring":
        assert "FB_TOKEN" in alert.sentence
    Channel.objects.filter(pk=row.pk).update(
        state="active", failures=0, error="", error_kind="", expires_at=NOW + 60 * DAY
    )
    watch_channels(now=NOW + timedelta(minutes=2))
    assert kinds() == []
    alert.refresh_from_db()
    assert alert.cleared_at == NOW + timedelta(minutes=2)


def test_a_key_that_holds_for_more_than_a_week_is_no_trouble() -> None:
    channel(expires_at=NOW + 8 * DAY)
    watch_channels(now=NOW)
    assert kinds() == []


def test_trouble_that_comes_back_is_a_new_alert() -> None:
    row = channel(failures=3)
    for failures in (3, 0, 4):
        Channel.objects.filter(pk=row.pk).update(failures=failures)
        watch_channels(now=NOW)
    assert Alert.objects.count() == 2
    assert kinds() == ["failing"]


def test_the_table_holds_at_most_one_open_alert_of_a_kind() -> None:
    row = channel()
    Alert.objects.create(channel=row, kind="quiet", sentence="a", cleared_at=NOW)
    Alert.objects.create(channel=row, kind="quiet", sentence="b")
    with pytest.raises(IntegrityError):
        Alert.objects.create(channel=row, kind="quiet", sentence="c")


def test_a_channel_quieter_than_its_history_raises_an_alert_until_it_speaks() -> None:
    row = channel()
    busy(row, until=NOW - timedelta(hours=30))
    watch_channels(now=NOW)
    [alert] = open_alerts()
    assert alert.kind == "quiet"
    assert alert.sentence.startswith("Quiet for 30.0 hours, when about 30 posts were")
    store(Channel.objects.get(), [post("new")])
    watch_channels(now=NOW)
    assert kinds() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"last_success_at": NOW - timedelta(hours=29)},
        {"state": "paused"},
        {"failures": 1},
        {"created_at": NOW - 10 * DAY},
    ],
    ids=["nobody asked since", "paused", "failing says it already", "too young"],
)
def test_a_silence_that_proves_nothing_raises_none(fields: dict[str, Any]) -> None:
    row = channel(**fields)
    busy(row, until=NOW - timedelta(hours=30))
    watch_channels(now=NOW)
    assert kinds() == []


def test_what_a_backfill_brought_tells_of_the_rhythm_at_once() -> None:
    row = channel(created_at=NOW - DAY)
    busy(row, until=NOW - timedelta(hours=30))
    Backfill.objects.create(channel=row, until=NOW - 30 * DAY, reached=NOW - 30 * DAY)
    watch_channels(now=NOW)
    assert kinds() == ["quiet"]


def test_the_rhythm_is_learnt_once_a_day() -> None:
    row = channel()
    watch_channels(now=NOW)
    watch_channels(now=NOW + timedelta(hours=23))
    assert Rhythm.objects.get().learnt_at == NOW
    watch_channels(now=NOW + timedelta(hours=25))
    assert Rhythm.objects.get(channel=row).learnt_at == NOW + timedelta(hours=25)


def test_a_removed_channel_has_none() -> None:
    row = channel(failures=9)
    watch_channels(now=NOW)
    Channel.objects.filter(pk=row.pk).update(state="removed")
    assert kinds() == []
    watch_channels(now=NOW)
    assert not Alert.objects.filter(cleared_at=None).exists()


def test_the_first_who_looks_after_it_is_the_one(olga: User, bob: User) -> None:
    channel(failures=3)
    watch_channels(now=NOW)
    alert = open_alerts().get()
    assert mark_seen(alert, olga)
    assert not mark_seen(alert, bob)
    [entry] = AuditEntry.objects.all()
    assert (entry.event, entry.user_id, entry.target) == ("alert_seen", olga.pk, alert.channel.name)
    assert entry.details == {"alert": alert.pk, "kind": "failing"}
    watch_channels(now=NOW)
    assert open_alerts().get().seen_by == olga


def test_a_backfill_that_was_stopped_raises_an_alert() -> None:
    row = channel()
    Backfill.objects.create(channel=row, until=NOW, state="stopped", error="no such scope")
    watch_channels(now=NOW)
    assert [alert.sentence for alert in open_alerts()] == ["Backfill stopped: no such scope"]


# Lag, and checks by a worker


def test_the_lag_is_the_time_from_the_platform_to_here() -> None:
    row = channel(last_success_at=None)
    old = timezone.now() - timedelta(hours=5)
    store(row, [post("1", created_at=old)])
    row.refresh_from_db()
    assert row.lag_seconds is None, "what a first pull brings was there before us"
    row.last_success_at = timezone.now()
    times = [timezone.now() - timedelta(seconds=s) for s in (30, 90, 4000)]
    store(row, [post(str(n), created_at=at) for n, at in enumerate(times, start=2)])
    row.refresh_from_db()
    assert row.lag_seconds == pytest.approx(90, abs=5)


class Expiring(Place):
    """A place whose platform tells when its key ends."""

    ends: ClassVar[list[Any]] = []

    def expires(self) -> datetime | None:
        answer = self.ends.pop(0)
        if isinstance(answer, Exception):
            raise answer
        assert answer is None or isinstance(answer, datetime)
        return answer


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Channel:
    monkeypatch.setitem(KINDS, "expiring", "tests.domain.test_alerts:Expiring")
    for name in ("answers", "asked", "made_with"):
        monkeypatch.setattr(Place, name, [])
    monkeypatch.setattr(Expiring, "ends", [])
    return channel(source="expiring", next_pull_at=NOW + 900 * DAY)


def test_a_worker_checks_what_somebody_asked_for_and_writes_the_answer_down(
    place: Channel,
) -> None:
    assert check_asked() == 0
    Place.answers[:], Expiring.ends[:] = [page("1", at=1)], [NOW + 60 * DAY]
    ask_check(place, now=NOW)
    assert check_asked() == 1
    assert check_asked() == 0
    place.refresh_from_db()
    assert (place.check_ok, place.check_said) == (True, "1 posts are there")
    assert place.expires_at == NOW + 60 * DAY
    assert not PostRow.objects.exists()


def test_a_check_that_fails_says_why_and_one_that_works_resumes(place: Channel) -> None:
    Channel.objects.update(state="refused")
    place.refresh_from_db()
    for answer, ok, state in (
        (Refused("dead token"), False, "refused"),
        (page(at=1), True, "active"),
    ):
        Place.answers[:], Expiring.ends[:] = [answer], [None]
        ask_check(place, now=timezone.now())
        check_asked()
        place.refresh_from_db()
        assert (place.check_ok, place.state) == (ok, state)


def test_the_end_of_a_key_is_asked_for_once_a_day_and_kept_when_nobody_tells(
    place: Channel,
) -> None:
    channel(name="Other", source="file")
    Expiring.ends[:] = [NOW + DAY]
    ask_expiries()
    ask_expiries()
    place.refresh_from_db()
    assert place.expires_at == NOW + DAY
    for answer in (None, Unreachable("no answer")):
        Channel.objects.update(expiry_asked_at=timezone.now() - 2 * DAY)
        Expiring.ends[:] = [answer]
        ask_expiries()
        place.refresh_from_db()
        assert place.expires_at == NOW + DAY
        assert place.state == "active"
