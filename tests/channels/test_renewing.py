"""Expired keys: renewed with the refresh token, and kept only once a call with them has worked."""

from typing import Any

import pytest
from django.utils import timezone

from tests.channels.clients import LINKEDIN_NOTE, X_POST
from tests.channels.server import Platform, Reply
from triage.tables import Channel, Run
from triage.watch.tokens import find_secrets, store_token
from workers.pulling import pull_channel

EXPIRED = Reply({"title": "Unauthorized", "status": 401, "code": "EXPIRED_ACCESS_TOKEN"}, 401)
GRANT = {"access_token": "new-canary", "refresh_token": "next-canary", "expires_in": 7200}
Place = tuple[Channel, str, str, str, Any]

X = (
    "x",
    {"user_id": "1"},
    {"bearer_token": "old", "client_id": "app", "client_secret": "s3cret"},
    "/mentions",
    "/2/oauth2/token",
    "bearer_token",
    {"data": [X_POST], "meta": {"result_count": 1, "newest_id": "9"}},
)
LINKEDIN = (
    "linkedin",
    {"organization": "1"},
    {"access_token": "old", "client_id": "app", "client_secret": "s3cret"},
    "/organizationalEntityNotifications",
    "/oauth/v2/accessToken",
    "access_token",
    {"elements": [LINKEDIN_NOTE]},
)


@pytest.fixture(params=[X, LINKEDIN], ids=["x", "linkedin"])
def place(request: pytest.FixtureRequest, platform: Platform) -> Place:
    """A channel whose access token has ended, where it reads and renews, and a good answer."""
    kind, settings, secrets, path, renewal, key, good = request.param
    given = {"base_url": platform.url, **settings}
    row = Channel.objects.create(name="c", source=kind, settings=given)
    for name, value in {**secrets, "refresh_token": "first"}.items():
        store_token(row, name, value)
    platform.on("/oauth/v2/introspectToken", Reply({}, 400))
    platform.on(renewal, GRANT)
    return row, path, renewal, key, good


def pull(row: Channel) -> Run:
    past = timezone.now() - timezone.timedelta(seconds=1)
    Channel.objects.update(next_pull_at=past, state="active", failures=0)
    run = pull_channel(row.pk)
    assert run is not None
    return run


def test_an_expired_key_is_renewed_proven_stored_and_used(platform: Platform, place: Place) -> None:
    row, path, renewal, key, good = place
    platform.on(path, EXPIRED, good)
    assert pull(row).error == ""
    found = find_secrets(row)
    assert (found[key], found["refresh_token"]) == ("new-canary", "next-canary")
    assert len(platform.asked(renewal)) == 1
    assert pull(row).new == 1
    assert platform.asked(path)[-1].headers["authorization"] == "Bearer new-canary"
    row.refresh_from_db()
    assert (row.state, row.error) == ("active", "")
    for seen in platform.seen:
        assert "canary" not in seen.path + str(seen.query)


def test_a_new_key_that_does_not_work_does_not_take_the_old_ones_place(
    platform: Platform, place: Place
) -> None:
    row, path, _, key, _ = place
    platform.on(path, EXPIRED)
    assert pull(row).error_kind == "refused"
    found = find_secrets(row)
    assert found[key] == "old"
    assert found["refresh_token"] == "next-canary", "the first one is spent, whatever comes"
    row.refresh_from_db()
    assert row.state == "refused"
    assert "canary" not in row.error


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"error": "invalid_grant"}, 400),
        Reply({"access_token": "", "refresh_token": ""}),
        Reply("<html>", 200, {"Content-Type": "text/html"}),
        Reply({"access_token": 5}),
    ],
)
def test_an_answer_without_a_key_changes_nothing(
    platform: Platform, place: Place, reply: Reply
) -> None:
    row, path, renewal, key, good = place
    platform.on(renewal, reply)
    platform.on(path, EXPIRED, good)
    assert pull(row).error_kind == "refused"
    found = find_secrets(row)
    assert (found[key], found["refresh_token"]) == ("old", "first")


def test_a_refusal_of_another_sort_asks_for_no_new_key(platform: Platform, place: Place) -> None:
    row, path, renewal, _, _ = place
    platform.on(path, Reply({"title": "Forbidden", "code": "ACCESS_DENIED"}, 403))
    assert pull(row).error_kind == "refused"
    assert not platform.asked(renewal)


def test_without_a_refresh_token_a_person_has_to_act(platform: Platform, place: Place) -> None:
    row, path, renewal, _, _ = place
    row.tokens.filter(key="refresh_token").delete()
    platform.on(path, EXPIRED)
    assert pull(row).error_kind == "refused"
    assert not platform.asked(renewal)
