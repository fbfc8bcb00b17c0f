"""A channel in words: its state, its figures, and what a person can do about it."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from triage.tables import Alert, Channel
from triage.walk.deliveries import hook_address
from triage.watch.alerts import ADVICE, FAILING
from triage.watch.budgets import Used
from triage.web.showing import Moment, age, maybe, moment, plural, sentence

State = Channel.State


@dataclass(frozen=True, slots=True)
class Told:
    """An open alert: what is wrong, what to do, since when, and who looks after it."""

    pk: int
    channel: str
    sentence: str
    advice: str
    since: Moment
    seen_by: str


@dataclass(frozen=True, slots=True)
class Watched:
    """One channel as the page shows it. `tone` is good, late, review or empty.

    `figures` are (name, words); `acts` are the names of the buttons that make sense now.
    """

    pk: int
    name: str
    source: str
    kind: str
    state: str
    tone: str
    error: str
    advice: str
    command: str
    last_success: Moment | None
    last_post: Moment | None
    next_pull: str
    hook: str
    figures: tuple[tuple[str, str], ...]
    checked: str
    acts: tuple[tuple[str, str], ...]


def told(alert: Alert, *, now: datetime) -> Told:
    """An alert in words."""
    return Told(
        pk=alert.pk,
        channel=alert.channel.name,
        sentence=sentence(alert.sentence),
        advice=ADVICE[Alert.Kind(alert.kind)],
        since=moment(alert.first_seen, now=now),
        seen_by=alert.seen_by.shown_name if alert.seen_by else "",
    )


def watched(
    channel: Channel, *, now: datetime, used: Used | None = None, alerts: Sequence[Alert] = ()
) -> Watched:
    """A channel in words."""
    state, tone = _state(channel)
    return Watched(
        pk=channel.pk,
        name=channel.name,
        source=channel.source,
        kind=channel.kind,
        state=f"{state}, see alerts" if alerts and tone != "late" else state,
        tone="late" if alerts else tone,
        error=sentence(channel.error) if channel.error else "",
        advice=_advice(channel),
        command=_command(channel),
        last_success=maybe(channel.last_success_at, now=now),
        last_post=maybe(channel.last_post_at, now=now),
        next_pull=_next_pull(channel, now),
        hook=hook_address(channel) or "",
        figures=tuple(_figures(channel, used or Used(), now)),
        checked=_checked(channel, now),
        acts=tuple(_acts(channel)),
    )


def _state(channel: Channel) -> tuple[str, str]:
    if channel.state == State.REFUSED:
        return "refused", "late"
    if channel.state == State.PAUSED:
        return "paused", ""
    if channel.error_kind == "capped":
        return "at its monthly cap", "late"
    if channel.failures:
        tries = plural(channel.failures, "try", "tries")
        return f"failing, {tries}", "late" if channel.failures >= FAILING else "review"
    if channel.source == "import":
        return "imports only", ""
    return ("working", "good") if channel.last_success_at else ("not pulled yet", "")


def _advice(channel: Channel) -> str:
    if channel.state == State.REFUSED:
        return "Fix the error above, then resume with:"
    if channel.state == State.PAUSED:
        return "Resume with:"
    if channel.error_kind == "throttled":
        return "The platform asked Triage to slow down. Nothing is lost."
    if channel.error_kind == "resting":
        return "Pausing before the rate limit is reached. Nothing is lost."
    if channel.error_kind == "capped":
        return "Webhooks still arrive. Raise the cap with:"
    if channel.failures:
        return "Triage keeps retrying. Nothing is lost."
    return ""


def _command(channel: Channel) -> str:
    name = shlex.quote(channel.name)
    if channel.state in (State.REFUSED, State.PAUSED):
        return f"triage channel resume {name}"
    if channel.error_kind == "capped":
        return f"triage channel set {name} monthly_cap=DOLLARS"
    return ""


def _next_pull(channel: Channel, now: datetime) -> str:
    if channel.state != State.ACTIVE:
        return "after it is resumed"
    if channel.source == "import":
        return "with the next import"
    wait = (channel.next_pull_at - now).total_seconds()
    if wait <= 0:
        return "due now"
    if wait < 60:
        return f"in {int(wait)} s"
    return moment(channel.next_pull_at, now=now).short


def _figures(channel: Channel, used: Used, now: datetime) -> list[tuple[str, str]]:
    found = []
    if channel.lag_seconds is not None:
        found.append(("Lag", f"{_span(channel.lag_seconds)} behind the platform"))
    if channel.late_seconds is not None and channel.late_seconds >= 60:
        found.append(("Late", f"last pull started {_span(channel.late_seconds)} late"))
    if budget := _budget(channel, used, now):
        found.append(("Budget", budget))
    if cost := _cost(channel, used):
        found.append(("Cost", cost))
    if channel.expires_at:
        ends = moment(channel.expires_at, now=now)
        word = "expired" if channel.expires_at <= now else "expires"
        found.append(("Key", f"{word} {ends.short}"))
    if filled := _backfill(channel, now):
        found.append(("Backfill", filled))
    return found


def _budget(channel: Channel, used: Used, now: datetime) -> str:
    account = channel.account
    calls = f"{plural(used.calls_today, 'call')} today" if used.calls_today else ""
    if account is None or account.remaining is None or not account.reset_at:
        return calls
    if account.reset_at <= now or not account.allowed:
        return calls
    share = f"{account.remaining} of {account.allowed} left until "
    return f"{calls}{', ' if calls else ''}{share}{moment(account.reset_at, now=now).short}"


def _cost(channel: Channel, used: Used) -> str:
    cap = channel.settings.get("monthly_cap")
    if not used.account_dollars and not cap:
        return ""
    words = f"${used.account_dollars:.2f}{f' of ${float(cap):.2f}' if cap else ''} this month"
    if used.account_dollars - used.dollars_month >= 0.005:
        words += f", ${used.dollars_month:.2f} of it on this channel"
    return words


def _backfill(channel: Channel, now: datetime) -> str:
    filled = getattr(channel, "backfill", None)
    if filled is None:
        return ""
    reached = filled.reached or filled.started_at
    words = f"back to {moment(reached, now=now).short}, {plural(filled.new, 'post')}"
    if filled.state == filled.State.DONE:
        return f"done, {words}"
    return f"{words}; {filled.error}" if filled.error else words


def _checked(channel: Channel, now: datetime) -> str:
    if channel.check_asked_at:
        return "Check requested…"
    if not channel.check_said:
        return ""
    when = f"Checked {moment(channel.checked_at, now=now).short}: " if channel.checked_at else ""
    return when + sentence(channel.check_said)


def _acts(channel: Channel) -> list[tuple[str, str]]:
    if channel.source == "import":
        return []
    paused = channel.state in (State.REFUSED, State.PAUSED)
    return [("channel-check", "Check"), ("resume", "Resume") if paused else ("pause", "Pause")]


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else age(seconds)
