"""Spending: every use of a platform, counted; and the rests we take before it asks for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone
from django.utils.crypto import salted_hmac

from triage.tables import Channel
from triage.watch.budgets import (
    BACKFILL,
    LIVE,
    MILLION,
    cost_this_month,
    count_calls,
    join_account,
    next_month,
    pace,
    remember_limit,
    rest_of,
    rest_until,
    spend,
)
from workers.channels.base import Source, Throttled
from workers.channels.limits import told_by
from workers.channels.metering import Meter, metered

CAP = "monthly_cap"
"""The setting that says how many dollars an account may cost in a month."""
AGAIN = timedelta(minutes=10)
"""After how long a backfill looks again whether there is room for it."""


class Resting(Throttled):
    """We wait by ourselves, before the platform has to ask. It is no failure of the channel."""


class Capped(Resting):
    """The month's money is spent; a person can raise the cap."""


@contextmanager
def spending(channel: Channel, source: Source, *, share: float = LIVE) -> Iterator[Meter]:
    """Count what is used inside, for the channel and its account.

    Raises Resting or Capped, and makes no call, where the account has to rest.
    """
    account = join_account(channel, key=account_key(source))
    with metered() as meter:
        try:
            _ask_leave(channel, source, meter, share)
            yield meter
        except Throttled as wait:
            if account and wait.retry_at and not isinstance(wait, Resting):
                rest_until(account, wait.retry_at)
            raise
        finally:
            _settle(channel, source, meter)


def account_key(source: Source) -> str | None:
    """What tells an account from others: a keyed digest of the platform, its address and the key.

    None for a kind that no platform counts the calls of.
    """
    if source.allowance is None:
        return None
    config = source.config
    names = source.limited_by or tuple(source.secrets)
    keys = [f"{name}={config.secrets[name].strip()}" for name in names if config.secrets.get(name)]
    place = [source.kind, config.get("base_url"), config.get("instance")]
    return salted_hmac(
        "triage.accounts", "\n".join([*place, *keys]), algorithm="sha256"
    ).hexdigest()


def pace_of(channel: Channel, meter: Meter) -> float:
    """Seconds until the next pull, so that the account's limit lasts; 0 where it is far off."""
    return pace(channel, calls=meter.calls, now=timezone.now())


def refuse_if_spent(meter: Meter) -> None:
    """Stop a round between two pages. Raises Capped where the month's money is spent."""
    if meter.spent:
        raise _capped()


def _ask_leave(channel: Channel, source: Source, meter: Meter, share: float) -> None:
    now = timezone.now()
    allowance = source.allowance
    if allowance and channel.account:
        rest = rest_of(
            channel.account, calls=allowance.calls, window=allowance.seconds, share=share, now=now
        )
        if rest:
            until = rest.until if share > BACKFILL else min(rest.until, now + AGAIN)
            raise Resting(
                f"we let the account rest until {rest.until:%Y-%m-%d %H:%M} UTC: {rest.why}",
                retry_at=until,
            )
    cap = source.config.get(CAP)
    if cap:
        allowed = int(float(cap) * MILLION * (share if share <= BACKFILL else 1.0))
        meter.left = allowed - cost_this_month(channel, now=now)
        refuse_if_spent(meter)


def _capped() -> Capped:
    month = next_month(timezone.now())
    return Capped(
        f"the monthly cap of this account is used up; pulling goes on on {month:%Y-%m-%d}, or when "
        f"somebody raises it: triage channel set NAME {CAP}=DOLLARS",
        retry_at=month,
    )


def _settle(channel: Channel, source: Source, meter: Meter) -> None:
    now = timezone.now()
    spend(channel, calls=meter.calls, posts=meter.posts, microdollars=meter.microdollars, at=now)
    if channel.account is None or source.allowance is None or not meter.calls:
        return
    count_calls(channel.account, meter.calls, window=source.allowance.seconds, at=now)
    told = told_by(meter.headers, now)
    if told:
        remember_limit(
            channel.account,
            allowed=told.allowed,
            remaining=told.remaining,
            reset_at=told.reset_at,
        )
