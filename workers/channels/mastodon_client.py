"""Mastodon.py, as every call to an instance uses it: with our session, and without its sleeping."""

from email.utils import parsedate_to_datetime
from typing import Any

import mastodon
import requests
from mastodon import (
    MastodonAPIError,
    MastodonNetworkError,
    MastodonNotFoundError,
    MastodonRatelimitError,
)

from triage.posts import read_time
from workers.channels.base import READ_SECONDS
from workers.channels.http import Wire, session

__all__ = [
    "MastodonAPIError",
    "MastodonNetworkError",
    "MastodonNotFoundError",
    "MastodonRatelimitError",
    "client_of",
]


class _Client(mastodon.Mastodon):
    def timeline_is_available(self, *_: Any, **__: Any) -> bool:
        """Without asking the instance before every timeline: the timeline itself will tell."""
        return True


def client_of(address: str, token: str | None, wire: Wire) -> Any:
    """A client of the instance at `address` that sends through `wire`."""
    client = _Client(
        api_base_url=address,
        ratelimit_method="throw",  # the default sleeps
        request_timeout=READ_SECONDS,
        version_check_mode="none",
        session=_session(wire),
    )
    # Not handed to the constructor, which would open a file of that name.
    client.access_token = token
    return client


def _session(wire: Wire) -> requests.Session:
    made = session(wire)
    made.hooks["response"].append(_without_bad_dates)
    return made


def _without_bad_dates(response: requests.Response, **_: Any) -> None:
    """Mastodon.py gives up a good answer over a date in its headers that it cannot read."""
    reset, date = (response.headers.get(name, "") for name in ("x-ratelimit-reset", "date"))
    try:
        bad = date.count(",") > 1 or (date and not parsedate_to_datetime(date))
    except ValueError:
        bad = True
    if bad:
        response.headers.pop("date")
    if reset and not (reset.isdigit() or read_time(reset)):
        response.headers.pop("x-ratelimit-reset")
