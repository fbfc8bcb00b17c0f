"""Facebook: how the tests set a source up, and short answers in the shape of the Graph API."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.channels.conftest import round_of
from tests.channels.server import Platform
from workers.channels.base import Config, Cursor, Page
from workers.channels.facebook import FacebookSource

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TOKEN = "canary-page-token"
ME = {"id": "1", "name": "Acme"}
EMPTY: dict[str, Any] = {"data": []}


def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the clock of the source to `NOW`."""
    for module in ("graph_source", "graph_errors", "failing"):
        monkeypatch.setattr(f"workers.channels.{module}.now", lambda: NOW)


def source(platform: Platform, /, app_secret: str = "", **more: str) -> FacebookSource:
    settings = {"base_url": platform.url, **more}
    keys = {"access_token": TOKEN, "app_secret": app_secret}
    return FacebookSource(Config("fb-test", "Acme", "public", settings, keys))


def post(number: int, comments: int | None = 0, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": f"1_{number}",
        "message": f"post {number}",
        "created_time": "2026-11-20T10:00:00+0000",
        "updated_time": "2026-11-20T10:00:00+0000",
    }
    if comments is not None:
        made["comments"] = {"data": [], "summary": {"total_count": comments}}
    return made | more


def comment(number: int, at: str = "2026-11-21T10:00:00+0000", **more: Any) -> dict[str, Any]:
    return {"id": f"10_{number}", "message": f"comment {number}", "created_time": at, **more}


def follow(after: str) -> dict[str, Any]:
    address = f"https://graph.facebook.com/v26.0/1/x?access_token=LEAK&limit=100&after={after}"
    return {"paging": {"cursors": {"after": after}, "next": address}}


def quiet(platform: Platform) -> Platform:
    """A page with nothing on it."""
    platform.on("/me", ME)
    platform.on("/1/feed", EMPTY)
    platform.on("/1/tagged", EMPTY)
    return platform


def whole_round(platform: Platform, cursor: Cursor, **settings: str) -> tuple[list[Page], Cursor]:
    return round_of(lambda: source(platform, **settings), cursor)


def ids(pages: list[Page]) -> list[str]:
    return [each.id for page in pages for each in page.posts]
