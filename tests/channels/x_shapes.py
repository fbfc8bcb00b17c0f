"""X: how the tests set a source up, and short answers in the shape of API v2."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.channels.server import Platform
from workers.channels.base import Config, Page
from workers.channels.x import XSource

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MENTIONS = "/2/users/42/mentions"
SEARCH = "/2/tweets/search/recent"
BEARER = "canary-bearer-token"
USER_KEYS = {
    "consumer_key": "canary-consumer-key",
    "consumer_secret": "canary-consumer-secret",
    "access_token": "42-canary-access-token",
    "access_token_secret": "canary-access-secret",
}


def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the clock of the source to `NOW`."""
    monkeypatch.setattr("workers.channels.x.now", lambda: NOW)
    monkeypatch.setattr("workers.channels.x_answers.now", lambda: NOW)
    monkeypatch.setattr("workers.channels.failing.now", lambda: NOW)


def source(platform: Platform, secrets: dict[str, str] | None = None, **settings: str) -> XSource:
    watched = settings or {"user_id": "42"}
    return XSource(
        Config(
            name="x-test",
            brand="Acme",
            kind="public",
            settings={"base_url": platform.url, **watched},
            secrets={"bearer_token": BEARER} if secrets is None else secrets,
        )
    )


def tweet(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "text": f"post {number}", "author_id": "7", **more}


def answer(*tweets: Any, token: str | None = None, **more: Any) -> dict[str, Any]:
    meta: dict[str, Any] = {"result_count": len(tweets)}
    if token:
        meta["next_token"] = token
    body = {"meta": meta, **more}
    return {"data": list(tweets), **body} if tweets else body


def ids(page: Page) -> list[str]:
    return [post.id for post in page.posts]
