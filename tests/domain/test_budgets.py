"""Budgets: what an account used, what it may still use, and what it cost."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.utils import timezone

from tests.domain.place import Place, page
from triage.tables import Account, Channel, Spending
from triage.watch.budgets import (
    BACKFILL,
    LIVE,
    MILLION,
    cost_this_month,
    count_calls,
    next_month,
    pace,
    rest_of,
    spend,
    used_by,
)
from triage.watch.channels import change_settings, set_state
from workers.channels import KINDS
from workers.channels.base import Allowance, Option, Page, Throttled
from workers.channels.limits import told_by
from workers.channels.metering import charge, metered, note_call
from workers.pulling import pull_channel

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Priced(Place):
    """A place whose platform counts calls, by its token, and takes a dollar for each post."""

    allowance: ClassVar[Allowance | None] = Allowance(100, 900)
    settings: ClassVar[dict[str, Option]] = {"monthly_cap": Option("dollars")}
    headers: ClassVar[dict[str, str]] = {}

    def fetch(self, cursor: dict[str, Any]) -> Page:
        found = super().fetch(cursor)
        note_call(self.headers)
        charge(posts=len(found.posts), microdollars=len(found.posts) * MILLION)
        return found


@pytest.fixture(autouse=True)
def priced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "priced", "tests.domain.test_budgets:Priced")
    for name in ("answers", "asked", "made_with"):
        monkeypatch.setattr(Place, name, [])
    monkeypatch.setattr(Priced, "headers", {})
    monkeypatch.setenv("ONE", "token-one")
    monkeypatch.setenv("SAME", "token-one")
    monkeypatch.setenv("TWO", "token-two")


def channel(name: str, variable: str = "ONE", **settings: str) -> Channel:
    past = timezone.now() - timedelta(seconds=1)
    names = {"token": variable}
    return Channel.objects.create(
        name=name, source="priced", secret_names=names, next_pull_at=past, settings=settings
    )


def pull(row: Channel, *answers: Any) -> str:
    """Pull a channel now -> the error of the pull."""
    Channel.objects.filter(pk=row.pk).update(next_pull_at=timezone.now() - timedelta(seconds=1))
    Place.answers[:] = answers
    run = pull_channel(row.pk)
    assert run is not None
    row.refresh_from_db()
    return run.error


def wait_of(row: Channel) -> float:
    return (row.next_pull_at - timezone.now()).total_seconds()


def test_a_pull_is_counted_for_its_channel_and_its_account() -> None:
    row = channel("One")
    pull(row, page("1", "2", at=1, more=True), page("3", at=2))
    [spent] = Spending.objects.all()
    assert (spent.calls, spent.posts, spent.microdollars) == (2, 3, 3 * MILLION)
    assert row.account is not None
    assert row.account.window_calls == 2
    assert "token" not in row.account.key
    pull(row, page("4", at=3))
    assert used_by([row])[row.pk].dollars_month == 4.0


def test_channels_with_the_same_key_share_an_account_and_others_do_not() -> None:
    first, same, other = channel("One"), channel("Same", "SAME"), channel("Other", "TWO")
    for row in (first, same, other):
        pull(row, page(row.name, at=1))
    assert first.account == same.account != other.account
    used = used_by([first, same, other])
    assert [used[row.pk].account_dollars for row in (first, same, other)] == [2.0, 2.0, 1.0]


def test_a_new_key_takes_what_the_channel_has_spent_along(monkeypatch: pytest.MonkeyPatch) -> None:
    row = channel("One")
    pull(row, page("1", at=1))
    before = row.account
    monkeypatch.setenv("ONE", "token-new")
    pull(row, page("2", at=2))
    assert row.account != before
    assert cost_this_month(row, now=timezone.now()) == 2 * MILLION


def test_the_wait_that_one_channel_is_asked_for_holds_for_its_account() -> None:
    first, same, other = channel("One"), channel("Same", "SAME"), channel("Other", "TWO")
    until = timezone.now() + timedelta(minutes=10)
    assert "wait" in pull(first, Throttled("wait", retry_at=until))
    asked = len(Place.asked)
    assert "we let the account rest" in pull(same, page("1", at=1))
    assert len(Place.asked) == asked, "no call was made"
    assert (same.failures, same.error_kind) == (0, "resting")
    assert 590 < wait_of(same) < 601
    assert pull(other, page("2", at=1)) == ""
    set_state(same, Channel.State.ACTIVE)
    assert pull(same, page("1", at=1)) == "", "a person wants it tried now"


def test_pulling_stops_at_the_cap_with_words_and_goes_on_when_it_is_raised() -> None:
    row, same = channel("One", monthly_cap="2.5"), channel("Same", "SAME")
    error = pull(row, page("1", "2", "3", at=1, more=True), page("4", at=2))
    assert "the monthly cap of this account is used up" in error
    assert row.cursor == {"at": 1}, "what was read is kept, and where"
    asked = len(Place.asked)
    assert "triage channel set NAME monthly_cap=DOLLARS" in pull(row, page("4", at=2))
    assert len(Place.asked) == asked
    assert (row.failures, row.error_kind, row.state) == (0, "capped", "active")
    assert wait_of(row) > 3600
    assert pull(same, page("5", at=1)) == "", "the other channel of the account has no cap"
    change_settings(row, {"monthly_cap": "50"})
    row.refresh_from_db()
    assert wait_of(row) <= 0
    assert pull(row, page("4", at=2)) == ""
    assert row.error_kind == ""


def test_a_new_month_begins_at_zero() -> None:
    row = channel("One")
    spend(row, calls=1, posts=1, microdollars=7, at=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    spend(row, calls=1, posts=1, microdollars=5, at=datetime(2026, 11, 1, 0, 1, tzinfo=UTC))
    assert cost_this_month(row, now=NOW) == 5
    assert next_month(NOW) == datetime(2026, 12, 1, tzinfo=UTC)
    assert next_month(datetime(2026, 12, 31, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)


def headers(remaining: int, *, minutes: float = 10) -> dict[str, str]:
    reset = int((timezone.now() + timedelta(minutes=minutes)).timestamp())
    return {
        "x-rate-limit-limit": "450",
        "x-rate-limit-remaining": str(remaining),
        "x-rate-limit-reset": str(reset),
    }


def test_what_the_headers_say_is_remembered_and_slows_us_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row, same = channel("One"), channel("Same", "SAME")
    monkeypatch.setattr(Priced, "headers", headers(400))
    pull(row, page("1", at=1))
    assert row.account is not None
    assert (row.account.allowed, row.account.remaining) == (450, 400)
    assert wait_of(row) <= 60, "enough is left for the usual interval"
    monkeypatch.setattr(Priced, "headers", headers(27))
    pull(same, page("2", at=1))
    pull(row, page("3", at=2))
    # 600 s for 4.5 calls that are left above the reserve, divided between two channels.
    assert 240 < wait_of(row) < 280
    monkeypatch.setattr(Priced, "headers", headers(3))
    pull(row, page("4", at=3))
    assert 580 < wait_of(row) < 601
    assert "nearly used up" in pull(same, page("5", at=2))


def test_without_headers_our_own_count_keeps_to_the_documented_window() -> None:
    account = Account.objects.create(key="k", source="priced", window_start=NOW)
    row = Channel.objects.create(name="One", source="priced", account=account)

    def rest(share: float, at: datetime) -> Any:
        account.refresh_from_db()
        return rest_of(account, calls=100, window=900, share=share, now=at)

    count_calls(account, 60, window=900, at=NOW)
    assert rest(LIVE, NOW) is None
    assert rest(BACKFILL, NOW).until == NOW + timedelta(seconds=900)
    count_calls(account, 35, window=900, at=NOW + timedelta(seconds=10))
    assert rest(LIVE, NOW).until == NOW + timedelta(seconds=900)
    later = NOW + timedelta(seconds=901)
    assert rest(LIVE, later) is None
    count_calls(account, 1, window=900, at=later)
    assert rest(BACKFILL, later) is None
    assert pace(row, calls=1, now=NOW) == 0.0


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"x-rate-limit-limit": "450", "x-rate-limit-remaining": "9"}, (450, 9)),
        ({"x-ratelimit-remaining": "99.0", "x-ratelimit-used": "1"}, (100, 99)),
        ({"ratelimit-limit": "3000", "ratelimit-remaining": "2999"}, (3000, 2999)),
        ({"x-app-usage": '{"call_count": 80}'}, (100, 20)),
        ({"x-app-usage": '{"call_count": 10}'}, None),
        ({"x-rate-limit-remaining": "many"}, None),
        ({}, None),
    ],
)
def test_the_headers_of_each_platform_are_understood(
    told: dict[str, str], expected: tuple[int, int] | None
) -> None:
    resets = {f"{prefix}-reset": "60" for prefix in ("x-rate-limit", "x-ratelimit", "ratelimit")}
    found = told_by([told | resets], NOW)
    assert (found and (found.allowed, found.remaining)) == expected


def test_the_tightest_of_several_limits_counts() -> None:
    answers = [
        {"ratelimit-limit": "10", "ratelimit-remaining": left, "ratelimit-reset": "60"}
        for left in ("9", "2", "5")
    ]
    found = told_by(answers, NOW)
    assert found is not None
    assert (found.remaining, found.reset_at) == (2, NOW + timedelta(seconds=60))


def test_nothing_is_counted_outside_a_pull() -> None:
    charge(posts=1, microdollars=1)
    note_call({"x-rate-limit-limit": "1", "set-cookie": "secret"})
    with metered() as meter:
        note_call({"X-Rate-Limit-Limit": "1", "Set-Cookie": "secret"})
    assert (meter.calls, meter.posts) == (1, 0)
    assert meter.headers == [{"x-rate-limit-limit": "1"}], "only what speaks of limits is kept"
