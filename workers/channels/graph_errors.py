"""What an error code of the Graph API asks of us."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from workers.channels.base import Refused, SourceError, Throttled, Unreachable
from workers.channels.failing import broken, throttled
from workers.channels.graph import GraphError, Usage
from workers.channels.http import Wire, now, retry_time

LIMITS = {4, 17, 32, 341, 613, *range(80000, 80015)}
"""Rate limits: app, user, page, app (temporary), custom, business use case."""
TOKEN = {102, 190, 463, 467}
PERMISSION = {3, 10, *range(200, 300)}
DOWN = {1, 2}
BLOCKED = 368
BAD_PARAMETER = 100
GONE = 33
WAIT = timedelta(hours=1)
"""The rest where the headers do not say how long."""
TOKEN_STATES = {
    458: "the app was removed from the account",
    459: "the account must pass a check on facebook.com first",
    460: "the password was changed",
    463: "it has expired",
    464: "the account must be confirmed on facebook.com first",
    467: "it was revoked",
}
NAMES = re.compile(r"\b(?:pages|publish|manage|user|instagram|business)_[a-z_]+\b")
FEATURE = "Page Public Content Access"


def failure_of(
    error: GraphError,
    wire: Wire,
    say: Callable[[object], str],
    *,
    needs: str,
    name: str = "Facebook",
) -> SourceError:
    """The error as ours, of the platform `name`.

    `needs` is the permission that the call needs; `say` makes the texts fit.
    """
    if error.code in LIMITS or error.status == 429:
        return _wait(error, wire, name)
    if error.code in TOKEN:
        state = TOKEN_STATES.get(error.subcode or error.code or 0) or say(error.message)
        return Refused(f"{name} does not accept the access_token: {state}; give a new one")
    if error.code in PERMISSION:
        return Refused(f"{name} refuses: {_missing(error, needs)} (code {error.code})")
    if error.code == BLOCKED:
        return Refused(f"{name} has blocked this app or page for a while: {say(error.message)}")
    if error.is_transient or error.code in DOWN:
        return Unreachable(f"{name} asks to try again later (code {error.code})")
    if error.code is None and error.status >= 500:
        return broken(name, error.status)
    if error.code is None:
        return Refused(f"{name} refuses (status {error.status}): {say(error.message)}")
    return Refused(f"{name} does not accept the request: {say(error.message)}")


def is_gone(error: GraphError) -> bool:
    """Whether the object asked for is gone, or hidden from us: nothing to wait for."""
    return error.code == BAD_PARAMETER and (
        error.subcode == GONE or "does not exist" in str(error.message)
    )


def _wait(error: GraphError, wire: Wire, name: str) -> Throttled:
    """Until the headers say, or for an hour: the error itself never tells."""
    if error.usage.regain_minutes:
        return throttled(name, wire, regain_time(error.usage))
    return throttled(name, wire, retry_time(wire.headers, now()) or now() + WAIT)


def regain_time(usage: Usage) -> datetime:
    """When a limit that is used up frees up again."""
    return now() + timedelta(minutes=min(usage.regain_minutes, 24 * 60))


def _missing(error: GraphError, needs: str) -> str:
    """The permissions that the message names, else the one that the call is known to need."""
    text = str(error.message)
    named = dict.fromkeys(NAMES.findall(text))
    if FEATURE in text:
        named[FEATURE] = None
    return "the token lacks the permission " + (" or ".join(named) or needs)
