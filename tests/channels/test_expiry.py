"""When a key ends, as the platforms that tell it say."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.channels.clients import CLIENTS
from tests.channels.server import Platform, Reply
from workers.channels.base import Source, Unreachable

SOON, LATER = 1_797_000_000, 1_799_000_000


def source(kind: str, platform: Platform, **secrets: str) -> Source:
    client = next(client for client in CLIENTS if client.kind == kind)
    return replace(client, secrets=client.secrets | secrets).source(platform.url)


def told(**fields: Any) -> dict[str, Any]:
    return {"data": {"is_valid": True, **fields}}


@pytest.mark.parametrize("kind", ["facebook", "instagram"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (told(expires_at=SOON, data_access_expires_at=LATER), SOON),
        (told(expires_at=0, data_access_expires_at=LATER), LATER),
        (told(expires_at=0), None),
        (told(expires_at="soon"), None),
        ({"data": []}, None),
    ],
)
def test_meta_tells_the_sooner_of_the_token_and_the_right_to_read(
    platform: Platform, kind: str, answer: Any, expected: int | None
) -> None:
    platform.on("/debug_token", answer)
    found = source(kind, platform).expires()
    assert found == (datetime.fromtimestamp(expected, UTC) if expected else None)
    [asked] = platform.asked("/debug_token")
    assert asked.query["input_token"]


def test_meta_that_does_not_tell_is_no_failure(platform: Platform) -> None:
    error = {"error": {"code": 100, "message": "unknown path", "type": "OAuthException"}}
    platform.on("/debug_token", Reply(error, 400))
    assert source("instagram", platform).expires() is None


def test_linkedin_tells_those_who_know_the_app(platform: Platform) -> None:
    platform.on("/oauth/v2/introspectToken", {"active": True, "expires_at": SOON})
    keys = {"client_id": "app", "client_secret": "app-secret"}
    assert source("linkedin", platform, **keys).expires() == datetime.fromtimestamp(SOON, UTC)
    assert source("linkedin", platform).expires() is None
    assert len(platform.asked("/introspectToken")) == 1


def test_linkedin_that_does_not_tell_is_no_failure(platform: Platform) -> None:
    keys = {"client_id": "app", "client_secret": "wrong"}
    platform.on("/oauth/v2/introspectToken", Reply({"error": "invalid_client"}, 401))
    assert source("linkedin", platform, **keys).expires() is None


@pytest.mark.parametrize("kind", ["x", "mastodon", "discourse", "hackernews"])
def test_where_a_key_has_no_end_nothing_is_asked(platform: Platform, kind: str) -> None:
    assert source(kind, platform).expires() is None
    assert platform.seen == []


def test_a_platform_that_is_away_is_unreachable(platform: Platform) -> None:
    platform.on("/introspectToken", {})
    keys = {"client_id": "app", "client_secret": "app-secret"}
    made = source("linkedin", platform, **keys)
    made._aside.base_url = "http://127.0.0.1:1"  # type: ignore[attr-defined]
    with pytest.raises(Unreachable):
        made.expires()
