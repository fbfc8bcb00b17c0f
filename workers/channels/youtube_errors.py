"""What YouTube says when it says no: developers.google.com/youtube/v3/docs/errors."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from workers.channels.base import Refused, SourceError, Throttled, Unreachable
from workers.channels.failing import quoted, throttled
from workers.channels.http import Wire, now
from workers.channels.youtube_client import error_of

PACIFIC = ZoneInfo("America/Los_Angeles")
"""Where the day of the quota begins."""
DAY_OVER = {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"}
TOO_FAST = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "limitExceeded"}
BAD_KEY = {"keyInvalid", "keyExpired", "API_KEY_INVALID", "API_KEY_EXPIRED"}
BLOCKED = {"accessNotConfigured", "SERVICE_DISABLED", "API_KEY_SERVICE_BLOCKED", "ipRefererBlocked"}
NO_SCOPE = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
MISSING = {"channelNotFound", "videoNotFound", "notFound"}


def failure_of(wire: Wire, *, what: str, secrets: list[str]) -> SourceError | None:
    """An error answer of YouTube as ours; None for one that Google itself cannot have written."""
    found = error_of(wire)
    if not 400 <= wire.status < 500 or found is None:
        return None
    reasons, message = found
    if reasons & DAY_OVER:
        day = next_day(now())
        return Throttled(
            f"the quota of the YouTube key is used up; it counts anew at {day:%Y-%m-%d %H:%M} UTC",
            retry_at=day,
        )
    if reasons & TOO_FAST or wire.status == 429:
        return throttled("YouTube", wire)
    if "processingFailure" in reasons:
        return Unreachable("YouTube could not work on the request; it says to try again")
    why = quoted(message, secrets) or f"status {wire.status}"
    return Refused(_sentence(reasons, wire.status, what=what, why=why))


def _sentence(reasons: set[str], status: int, *, what: str, why: str) -> str:
    if reasons & BAD_KEY:
        return (
            f"YouTube does not accept the api_key: {why}; it stands in the Google Cloud console, "
            "under Credentials"
        )
    if reasons & BLOCKED:
        return f"the key's project may not use the YouTube Data API v3: {why}; is it enabled there?"
    if reasons & NO_SCOPE:
        return (
            "the access_token for YouTube lacks the scope youtube.force-ssl; make one that has it"
        )
    if "commentsDisabled" in reasons:
        return f"the comments of {what} are switched off at YouTube"
    if status == 401:
        return (
            f"YouTube does not accept the access_token: {why}; it may have expired: give a new one"
        )
    if reasons & MISSING:
        return f"YouTube does not have {what}; look at its id"
    if status == 403:
        return f"YouTube does not show the comments of {what} to this key: {why}"
    return f"YouTube does not accept the request: {why}"


def next_day(at: datetime) -> datetime:
    """The next midnight in the Pacific time zone, in UTC."""
    there = at.astimezone(PACIFIC).date() + timedelta(days=1)
    midnight = datetime(there.year, there.month, there.day, tzinfo=PACIFIC)
    return midnight.astimezone(at.tzinfo)
