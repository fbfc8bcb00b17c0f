"""The works over the API: queues, workers, runs, channels and alerts."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.api.conftest import program, somebody
from tests.web.desk import arrive, watch
from triage.tables import Account, Alert, AuditEntry, Backfill, Channel, Item, Run, User
from triage.watch.alerts import ADVICE
from triage.watch.budgets import spend
from triage.watch.health import beat


@pytest.fixture
def olga(db: None) -> User:
    """Of ops."""
    return somebody("olga", "ops")


@pytest.fixture
def olgas(olga: User) -> Client:
    """Olga's program."""
    return program(olga)


def test_queues_tell_how_much_waits_and_since_when(bobs: Client) -> None:
    now = timezone.now()
    old, _, rests, done = arrive(), arrive(), arrive(), arrive()
    Item.objects.update(posted_at=now - timedelta(minutes=1))
    Item.objects.filter(pk=old.pk).update(
        posted_at=now - timedelta(hours=2), warn_at=now - timedelta(hours=1)
    )
    Item.objects.filter(pk=rests.pk).update(snoozed=True)
    Item.objects.filter(pk=done.pk).update(status="resolved")
    queues = {row["queue"]: row for row in bobs.get("/api/v1/queues").json()["queues"]}
    assert list(queues) == ["promo", "support", "review", "archive"]
    support = queues["support"]
    assert (support["waiting"], support["at_risk"], support["snoozed"]) == (2, 1, 1)
    assert 7200 <= support["oldest_seconds"] < 7300
    assert queues["promo"] == {
        "queue": "promo", "waiting": 0, "at_risk": 0, "snoozed": 0, "oldest_seconds": None,
    }  # fmt: skip


def test_workers_tell_their_progress_and_memory(olgas: Client) -> None:
    beat("schedule")
    beat("sort", "174 MiB")
    told = olgas.get("/api/v1/workers").json()
    parts = {part["name"]: part for part in told["parts"]}
    assert parts["sort"]["memory_mb"] == 174.0
    assert parts["schedule"]["memory_mb"] is None
    assert 0 <= parts["schedule"]["seconds"] < 60
    assert told["posts_waiting"] == 0
    assert told["outbox"]["failed"] == 0


def test_runs_are_paged_by_key_and_narrowed(olgas: Client) -> None:
    x, forum = watch(), watch("Forum")
    made = [Run.objects.create(channel=x, new=number).pk for number in range(3)]
    failed = Run.objects.create(channel=forum, error_kind="refused", error="dead token")
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        page = olgas.get(f"/api/v1/runs?limit=2&after={after}").json()
        seen += [run["id"] for run in page["runs"]]
        after = page["after"]
    assert seen == [failed.pk, *reversed(made)]
    [run] = olgas.get("/api/v1/runs?failed=true").json()["runs"]
    assert (run["channel"], run["error_kind"], run["error"]) == ("Forum", "refused", "dead token")
    named = olgas.get("/api/v1/runs?channel=X mentions").json()["runs"]
    assert [run["id"] for run in named] == made[::-1]
    assert named[0]["error_kind"] is None
    for nowhere in ("Nowhere", "no\0where"):
        answer = olgas.get("/api/v1/runs", {"channel": nowhere})
        assert answer.json() == {"runs": [], "after": None}


def test_channels_tell_how_they_are_and_what_they_use(bobs: Client) -> None:
    ends = timezone.now() + timedelta(days=3)
    account = Account.objects.create(key="k", source="x", allowed=100, remaining=40)
    channel = watch(
        lag_seconds=4.5, late_seconds=1.0, expires_at=ends, account=account,
        settings={"monthly_cap": "25"}, failures=2, error="slow", error_kind="throttled",
    )  # fmt: skip
    spend(channel, calls=3, posts=2, microdollars=10_000, at=timezone.now())
    Backfill.objects.create(channel=channel, until=ends, new=7)
    [told] = bobs.get("/api/v1/channels").json()
    assert (told["name"], told["source"], told["state"]) == ("X mentions", "x", "active")
    assert (told["lag_seconds"], told["calls_today"], told["posts_month"]) == (4.5, 3, 2)
    assert told["limit"] == {"allowed": 100, "remaining": 40, "resets_at": None}
    assert told["cost"] == {"channel": 0.01, "account": 0.01, "cap": 25.0}
    assert told["backfill"] == {"state": "running", "reached": None, "new": 7, "error": None}
    assert (told["failures"], told["error_kind"]) == (2, "throttled")
    assert told["key_expires_at"] is not None


def test_channels_cost_the_same_however_many_there_are(
    bobs: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(6):
        watch(f"channel {number}")
    bobs.get("/api/v1/channels")  # notes the key's use
    with django_assert_max_num_queries(3):
        bobs.get("/api/v1/channels")


def test_an_alert_says_what_to_do_and_whoever_was_first_looks_after_it(
    olga: User, olgas: Client
) -> None:
    alert = Alert.objects.create(channel=watch(), kind="failing", sentence="It has failed.")
    [told] = olgas.get("/api/v1/alerts").json()["alerts"]
    assert (told["kind"], told["sentence"], told["seen_by"]) == ("failing", "It has failed.", None)
    assert told["advice"] == ADVICE[Alert.Kind.FAILING]
    post = {"content_type": "application/json"}
    assert olgas.post(f"/api/v1/alerts/{alert.pk}/seen", **post).json()["seen_by"] == "olga"
    ada = program(somebody("ada", "admin"))
    assert ada.post(f"/api/v1/alerts/{alert.pk}/seen", **post).json()["seen_by"] == "olga"
    assert [entry.actor for entry in AuditEntry.objects.filter(event="alert_seen")] == ["olga"]
    Channel.objects.update(state="removed")
    assert olgas.get("/api/v1/alerts").json() == {"alerts": []}
    assert olgas.post(f"/api/v1/alerts/{alert.pk}/seen", **post).status_code == 404


@pytest.mark.parametrize("address", ["runs", "workers", "alerts", "models", "policies", "people"])
def test_what_is_for_ops_says_so_to_others(bobs: Client, address: str) -> None:
    answer = bobs.get(f"/api/v1/{address}")
    assert answer.status_code == 403
    assert answer.json() == {"error": "This needs the key of somebody of ops, or of an admin."}
