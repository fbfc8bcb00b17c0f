"""Budgets: what channels use of their accounts' limits and of our money, and when to go slow.

Channels with the same key share an account: one budget, one rest. The platform's own headers
count where it sends any; where it does not, our own count of calls in its documented window does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from triage.tables import Account, Channel, Spending

LIVE = 0.95
"""The share of a limit that live pulls may use; the rest is for people and for counting errors."""
BACKFILL = 0.5
"""The share that may be used up before a backfill waits, so that live posts find room."""
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Rest:
    """Why an account is left alone, and until when."""

    why: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Used:
    """What a channel used today and this month, and what its whole account cost this month."""

    calls_today: int = 0
    posts_month: int = 0
    dollars_month: float = 0.0
    account_dollars: float = 0.0


def join_account(channel: Channel, *, key: str | None) -> Account | None:
    """The account that a channel uses from now on; what it spent stays with the channel."""
    if key is None:
        account = None
    else:
        account, _ = Account.objects.get_or_create(key=key, defaults={"source": channel.source})
    if channel.account_id != (account and account.pk):
        Channel.objects.filter(pk=channel.pk).update(account=account)
        channel.account = account
    return account


def spend(channel: Channel, *, calls: int, posts: int, microdollars: int, at: datetime) -> None:
    """Write down what a pull, a check or a reply used. Posts are those that were read."""
    if not (calls or posts or microdollars):
        return
    day = at.astimezone(UTC).date()
    row = Spending.objects.filter(channel=channel, day=day)
    more = {
        "calls": F("calls") + calls,
        "posts": F("posts") + posts,
        "microdollars": F("microdollars") + microdollars,
    }
    if not row.update(**more):
        Spending.objects.bulk_create([Spending(channel=channel, day=day)], ignore_conflicts=True)
        row.update(**more)


def count_calls(account: Account, calls: int, *, window: int, at: datetime) -> None:
    """Our own count, in windows of the platform's length in seconds."""
    mine = Account.objects.filter(pk=account.pk)
    over = at - timedelta(seconds=window)
    with transaction.atomic():
        mine.filter(window_start__lt=over).update(window_start=at, window_calls=0)
        mine.update(window_calls=F("window_calls") + calls)


def remember_limit(account: Account, *, allowed: int, remaining: int, reset_at: datetime) -> None:
    """What the platform's headers said last."""
    Account.objects.filter(pk=account.pk).update(
        allowed=allowed, remaining=remaining, reset_at=reset_at
    )


def rest_until(account: Account, moment: datetime) -> None:
    """The platform asked one channel to wait: all channels of the account do."""
    later = Q(rest_until=None) | Q(rest_until__lt=moment)
    Account.objects.filter(later, pk=account.pk).update(rest_until=moment)


def forget_rest(channel: Channel) -> None:
    """A person wants it tried now."""
    Account.objects.filter(channels=channel.pk).update(rest_until=None, remaining=None)


def rest_of(
    account: Account, *, calls: int | None, window: int, share: float, now: datetime
) -> Rest | None:
    """Why this account should not be called now; None where it may. `share` is LIVE or BACKFILL.

    `calls` in `window` seconds is what the platform's documentation allows, None where nothing.
    """
    if account.rest_until and account.rest_until > now:
        return Rest("the platform asked this account to wait", account.rest_until)
    told = account.reset_at and account.reset_at > now and account.remaining is not None
    if told and account.allowed and account.reset_at and account.remaining is not None:
        if account.remaining <= account.allowed * (1 - share):
            return Rest("its rate limit is nearly used up", account.reset_at)
        return None
    ends = account.window_start + timedelta(seconds=window)
    if calls and ends > now and account.window_calls >= calls * share:
        return Rest("the calls that the platform allows are nearly used up", ends)
    return None


def pace(channel: Channel, *, calls: int, now: datetime) -> float:
    """Seconds to wait so that what the headers left lasts until they count anew; 0 where it does.

    It is divided among the active channels of the account.
    """
    account = Account.objects.filter(channels=channel.pk).first()
    if account is None or account.remaining is None or not account.allowed:
        return 0.0
    if account.reset_at is None or account.reset_at <= now:
        return 0.0
    sharing = account.channels.filter(state=Channel.State.ACTIVE).count()
    left = account.remaining - account.allowed * (1 - LIVE)
    seconds = (account.reset_at - now).total_seconds()
    if left <= 0:
        return seconds
    return min(seconds, seconds * max(1, calls) * max(1, sharing) / left)


def cost_this_month(channel: Channel, *, now: datetime) -> int:
    """What the account of a channel has cost since the month began, in millionths of a dollar."""
    mine = Q(channel=channel.pk)
    if channel.account_id:
        mine |= Q(channel__account=channel.account_id)
    rows = Spending.objects.filter(mine, day__gte=_month(now))
    return int(rows.aggregate(sum=Sum("microdollars"))["sum"] or 0)


def next_month(now: datetime) -> datetime:
    """When the month ends (UTC)."""
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


def used_by(channels: Iterable[Channel], *, now: datetime | None = None) -> dict[int, Used]:
    """What each of these channels used, in one query however many there are."""
    now = now or timezone.now()
    today = now.astimezone(UTC).date()
    month = Spending.objects.filter(day__gte=_month(now))
    sums = month.values("channel", "channel__account").annotate(
        calls=Sum("calls", filter=Q(day=today)), read=Sum("posts"), cost=Sum("microdollars")
    )
    rows = {row["channel"]: row for row in sums}
    accounts: dict[int, int] = {}
    for row in rows.values():
        account = row["channel__account"]
        accounts[account] = accounts.get(account, 0) + row["cost"]
    return {channel.pk: _used(rows.get(channel.pk, {}), channel, accounts) for channel in channels}


def _used(row: Mapping[str, Any], channel: Channel, accounts: Mapping[int, int]) -> Used:
    cost = row.get("cost") or 0
    whole = accounts.get(channel.account_id, 0) if channel.account_id else cost
    return Used(row.get("calls") or 0, row.get("read") or 0, cost / MILLION, whole / MILLION)


def _month(now: datetime) -> date:
    return now.astimezone(UTC).date().replace(day=1)
