"""Alerts: what is wrong with the channels now, one open row for each trouble of each channel."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncHour

from triage.staff.audit import note
from triage.tables import Alert, Backfill, Channel, Drift, InputDrift, PostRow, Rhythm, User
from triage.watch.quiet import HISTORY, Usual, learn, silence

Kind = Alert.Kind
State = Channel.State
FAILING = 3
"""Failures in a row that pass for weather."""
EXPIRES_WITHIN = timedelta(days=7)
LEARN_EVERY = timedelta(days=1)
LEARNT_AT_ONCE = 20
KEPT = timedelta(days=180)
ADVICE = {
    Kind.REFUSED: "Fix what the error names (see docs/operating.md), then check the channel. A "
    "successful check resumes it.",
    Kind.FAILING: "Triage keeps retrying, less and less often. If the platform is up, check the "
    "channel.",
    Kind.QUIET: "See whether the platform shows anything newer. If it does, check the channel and "
    "its webhook. If not, nothing is wrong, and the alert clears with the next post.",
    Kind.EXPIRING: "Create a new key on the platform and store it with triage channel secret NAME "
    "KEY, or put it in the variable. The old key is used until then.",
    Kind.CAPPED: "Webhooks still arrive. Raise the cap, or wait for next month.",
    Kind.BACKFILL: "New posts are not affected. Fix what the error names, then resume the channel.",
    Kind.DRIFT: "Read some recent posts. A campaign or an outage passes by itself. For new "
    "products or words, label posts in the review lane, then train.",
    Kind.INPUT: "Read some posts with these words. A launch or a season is normal. If people talk "
    "about something new, label such posts in the review lane, then train.",
}
"""What to do about each kind."""
Told = dict[str, dict[int, str]]
"""Kind of alert -> channel -> sentence."""


def open_alerts() -> QuerySet[Alert]:
    """What is wrong now, the newest first."""
    return all_alerts().filter(cleared_at=None).exclude(channel__state=State.REMOVED)


def all_alerts() -> QuerySet[Alert]:
    """What is wrong and what was, in the last half year, the newest first."""
    rows = Alert.objects.select_related("channel", "seen_by")
    return rows.order_by("-first_seen", "-id")


def alert_json(alert: Alert) -> dict[str, Any]:
    """An alert as one JSON object, with what to do about it; `over_at` is null while it is open."""
    return {
        "id": alert.pk,
        "channel": alert.channel.name,
        "kind": alert.kind,
        "sentence": alert.sentence,
        "advice": ADVICE[Kind(alert.kind)],
        "first_seen": alert.first_seen.isoformat(),
        "last_seen": alert.last_seen.isoformat(),
        "over_at": alert.cleared_at.isoformat() if alert.cleared_at else None,
        "seen_by": alert.seen_by.username if alert.seen_by else None,
    }


def mark_seen(alert: Alert, user: User) -> bool:
    """Somebody looks after it -> whether they are the first. It stays open until it is over."""
    with transaction.atomic():
        if Alert.objects.filter(pk=alert.pk, seen_by=None).update(seen_by=user) != 1:
            return False
        note("alert_seen", by=user, target=alert.channel.name, alert=alert.pk, kind=alert.kind)
    return True


def watch_channels(*, now: datetime) -> None:
    """Bring the alerts up to date with the rows. Harmless when two do it at once."""
    learn_rhythms(now=now)
    told = _told()
    open_kinds: dict[int, set[str]] = {}
    for channel_id, kind in Alert.objects.filter(cleared_at=None).values_list("channel", "kind"):
        open_kinds.setdefault(channel_id, set()).add(kind)
    for channel in Channel.objects.select_related("rhythm"):
        troubles = _troubles(channel, told, now)
        for kind, sentence in troubles.items():
            _raise(channel, kind, sentence, now)
        over = open_kinds.get(channel.pk, set()) - troubles.keys()
        if over:
            mine = Alert.objects.filter(channel=channel, kind__in=over, cleared_at=None)
            mine.update(cleared_at=now)
    Alert.objects.filter(cleared_at__lt=now - KEPT).delete()


def learn_rhythms(*, now: datetime) -> None:
    """Learn anew what is usual in the channels whose turn it is, a few at a time."""
    fresh = Rhythm.objects.filter(learnt_at__gt=now - LEARN_EVERY).values("channel")
    due = Channel.objects.filter(state=State.ACTIVE).exclude(pk__in=fresh)
    for channel in due.select_related("backfill").order_by("rhythm__learnt_at")[:LEARNT_AT_ONCE]:
        usual = _usual(channel, now)
        found = {"hours": usual.hours, "dispersion": usual.dispersion} if usual else {"hours": []}
        Rhythm.objects.update_or_create(channel=channel, defaults={"learnt_at": now, **found})


def _raise(channel: Channel, kind: str, sentence: str, now: datetime) -> None:
    mine = Alert.objects.filter(channel=channel, kind=kind, cleared_at=None)
    if not mine.update(sentence=sentence, last_seen=now):
        made = Alert(channel=channel, kind=kind, sentence=sentence, first_seen=now, last_seen=now)
        Alert.objects.bulk_create([made], ignore_conflicts=True)


def _troubles(channel: Channel, told: Told, now: datetime) -> dict[str, str]:
    """Kind -> sentence, of everything that is wrong with a channel."""
    if channel.state in (State.REMOVED, State.PAUSED):
        return {}
    found = {kind: sentences.get(channel.pk) for kind, sentences in told.items()}
    found[Kind.EXPIRING] = _expiring(channel, now)
    if channel.state == State.REFUSED:
        found[Kind.REFUSED] = f"Refused by the platform: {channel.error}"
    elif channel.error_kind == "capped":
        found[Kind.CAPPED] = channel.error
    elif channel.failures >= FAILING:
        found[Kind.FAILING] = f"Failed {channel.failures} times in a row: {channel.error}"
    elif not channel.failures:
        found[Kind.QUIET] = _quiet(channel)
    return {kind: sentence for kind, sentence in found.items() if sentence}


def _told() -> Told:
    """What other rows say of channels: backfills that stopped, and drift."""
    stopped = Backfill.objects.filter(state=Backfill.State.STOPPED)
    errors = stopped.exclude(error="").values_list("channel", "error")
    drifts, inputs = (
        rows.objects.filter(drifting=True).order_by("lang").values_list("channel", "said")
        for rows in (Drift, InputDrift)
    )
    return {
        Kind.BACKFILL: {pk: f"Backfill stopped: {error}" for pk, error in errors},
        Kind.DRIFT: _by_channel(drifts),
        Kind.INPUT: _by_channel(inputs),
    }


def _by_channel(rows: Iterable[tuple[int, str]]) -> dict[int, str]:
    """One sentence after another for each channel, such as those of its languages."""
    found: dict[int, str] = {}
    for channel, said in rows:
        found[channel] = f"{found[channel]} {said}" if channel in found else said
    return found


def _expiring(channel: Channel, now: datetime) -> str | None:
    ends = channel.expires_at
    if ends is None or ends > now + EXPIRES_WITHIN:
        return None
    name = channel.secret_names.get("access_token", "")
    where = f" (variable {name})" if name else ""
    if ends <= now:
        return f"The access key{where} expired on {ends:%Y-%m-%d %H:%M} UTC."
    days = (ends - now).days
    left = f"in {days} days" if days > 1 else "within two days"
    return f"The access key{where} expires on {ends:%Y-%m-%d %H:%M} UTC, {left}."


def _quiet(channel: Channel) -> str | None:
    """A silence up to the last pull that succeeded: what nobody asked for is no silence."""
    rhythm = getattr(channel, "rhythm", None)
    since, until = channel.last_post_at, channel.last_success_at
    if rhythm is None or not rhythm.hours or since is None or until is None:
        return None
    found = silence(Usual(rhythm.hours, rhythm.dispersion), since=since, until=until)
    if found is None:
        return None
    hours = (until - since).total_seconds() / 3600
    length = f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.1f} hours"
    return (
        f"Quiet for {length}, when about {found.expected:.0f} posts were expected. The last one "
        f"arrived on {since:%Y-%m-%d %H:%M} UTC."
    )


def _usual(channel: Channel, now: datetime) -> Usual | None:
    if channel.last_post_at is None:
        return None
    start = channel.created_at
    backfill = getattr(channel, "backfill", None)
    if backfill and backfill.reached:
        start = min(start, backfill.reached)
    start, end = max(start, now - HISTORY), min(now, channel.last_post_at)
    posts = PostRow.objects.filter(channel=channel, posted_at__range=(start, end)).order_by()
    hours = posts.annotate(hour=TruncHour("posted_at", tzinfo=UTC)).values("hour")
    counts = {row["hour"]: row["number"] for row in hours.annotate(number=Count("id"))}
    return learn(counts, start=start, end=end)
