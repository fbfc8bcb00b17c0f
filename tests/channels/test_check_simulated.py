"""`triage channel check` on a platform that knows keys: each names what is wrong with its own.

Each fault begins from a channel that works, so that no check fails for another reason.
"""

import pytest

from tests.channels.simulated import (
    OAUTH,
    TOKEN,
    VARIABLES,
    WATCHED,
    Watched,
    add,
    all_is_known,
    check,
    keys,
    people_write,
    run,
    sim,
    the_channel,
    watched,
)
from tests.simulator.server import Simulator
from tests.simulator.x import X
from triage.tables import Channel

__all__ = ["keys", "sim", "watched"]
pytestmark = pytest.mark.django_db

WORKS = {
    "x": "shows the mentions of",
    "facebook": "shows the page",
    "instagram": "shows the account",
    "mastodon": "shows the mentions of @whimbrel",
}
WRONG_KEY = {
    "x": "does not accept the key",
    "facebook": "does not accept the access_token: Invalid OAuth access token",
    "instagram": "does not accept the access_token: Invalid OAuth access token",
    "mastodon": "does not accept the access_token: The access token is invalid",
}
DEAD_KEY = {
    "x": "was revoked or has expired",
    "facebook": "it has expired; give a new one",
    "instagram": "it has expired; give a new one",
    "mastodon": "The access token was revoked",
}
SCOPES = [
    ("x", {"users.read"}, "the app must belong to a project"),
    ("facebook", {"pages_read_user_content"}, "pages_read_engagement"),
    ("facebook", {"pages_read_engagement"}, "pages_read_user_content"),
    ("instagram", {"instagram_manage_comments"}, "instagram_basic"),
    ("instagram", {"instagram_basic"}, "instagram_manage_comments"),
    ("mastodon", {"read:accounts"}, "read:notifications"),
]
BY_KIND = {watched.kind: watched for watched in WATCHED}


@pytest.fixture(autouse=True)
def working(watched: Watched, sim: Simulator) -> None:
    """A channel that was checked and read."""
    people_write(watched, sim, 3)
    add(watched, sim)
    well, said = check()
    assert well
    assert WORKS[watched.kind] in said
    run()
    all_is_known(sim)


def says(expected: str) -> None:
    """The check fails with this in its one sentence, and shows no secret."""
    well, said = check()
    assert not well
    assert expected in said
    assert not [value for value in VARIABLES.values() if value in said]


def test_a_wrong_key_is_named(
    watched: Watched, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIM_TOKEN", "a-token-nobody-gave-out")
    says(WRONG_KEY[watched.kind])


@pytest.mark.parametrize("watched", WATCHED[:3], indirect=True)
def test_a_key_that_signs_wrongly_is_named(
    watched: Watched, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SIM_TOKEN_SECRET", "SIM_APP_SECRET"):
        monkeypatch.setenv(name, "mistyped")
    expected = {"x": "does not accept the key"}.get(watched.kind, "Invalid appsecret_proof")
    says(expected)


@pytest.mark.parametrize(
    ("watched", "scopes", "named"),
    [(BY_KIND[kind], scopes, named) for kind, scopes, named in SCOPES],
    indirect=["watched"],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_missing_scope_is_named(sim: Simulator, scopes: set[str], named: str) -> None:
    sim.state.issue(TOKEN, *scopes)
    says(named)


def test_a_dead_token_stops_the_channel_and_a_new_one_heals_it(
    watched: Watched, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim.state.kill(TOKEN, "Session has expired on Sunday.")
    people_write(watched, sim, 9)
    assert run()["error"]["kind"] == "refused"
    channel = the_channel()
    assert (channel.state, channel.error_kind) == (Channel.State.REFUSED, "refused")
    assert DEAD_KEY[watched.kind] in channel.error
    says(DEAD_KEY[watched.kind])
    assert the_channel().state == Channel.State.REFUSED
    sim.dialect.open("fresh-token")
    monkeypatch.setenv("SIM_TOKEN", "fresh-token")
    monkeypatch.setenv("SIM_TOKEN_SECRET", "fresh-token-secret")
    well, _ = check()
    assert well
    assert the_channel().state == Channel.State.ACTIVE
    assert run()["error"] is None
    all_is_known(sim)


@pytest.mark.parametrize("watched", WATCHED[1:3], indirect=True)
def test_a_page_that_is_not_there_is_named(
    watched: Watched, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = the_channel()
    row.settings[watched.account] = "4711"
    row.save(update_fields=["settings"])
    says("4711")


@pytest.mark.parametrize("watched", [WATCHED[0]], indirect=True)
def test_an_account_that_is_not_there_is_named(watched: Watched, sim: Simulator) -> None:
    row = the_channel()
    row.settings = {"base_url": sim.url, "username": "nobody"}
    row.save(update_fields=["settings"])
    says("nobody")


@pytest.mark.parametrize("watched", [WATCHED[3]], indirect=True)
def test_an_instance_that_shows_its_timelines_to_members_only_says_so(
    watched: Watched, sim: Simulator
) -> None:
    sim.dialect.locked = True  # type: ignore[attr-defined]
    row = the_channel()
    row.settings |= {"hashtag": "whimbrel"}
    row.secret_names = {}
    row.save(update_fields=["settings", "secret_names"])
    says("give an access_token")


@pytest.mark.parametrize("watched", [Watched("x", X, "", OAUTH)], indirect=True)
def test_keys_of_an_account_show_whose_they_are(watched: Watched, sim: Simulator) -> None:
    assert check() == (True, "X shows the mentions of @whimbrel")
