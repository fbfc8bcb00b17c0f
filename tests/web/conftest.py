"""Three people at their desks, and Charlie, who is in no team."""

import pytest
from django.test import Client

from triage.tables import User

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def polls_count_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds the numbers that another has counted; who tests the keeping turns it on."""
    monkeypatch.setattr("triage.web.counts.KEPT", 0.0)


@pytest.fixture
def alice(db: None) -> User:
    """Of the social team: works in promo."""
    return _person("alice", "Alice", "social")


@pytest.fixture
def bob(db: None) -> User:
    """Of the community team: works in support."""
    return _person("bob", "Bob", "community")


@pytest.fixture
def bella(db: None) -> User:
    """Bob's colleague."""
    return _person("bella", "Bella", "community")


@pytest.fixture
def olga(db: None) -> User:
    """Of ops: works everywhere, and keeps it running."""
    return _person("olga", "Olga", "ops")


@pytest.fixture
def ada(db: None) -> User:
    """An admin."""
    return _person("ada", "Ada", "admin")


@pytest.fixture
def charlie(db: None) -> User:
    """In no team."""
    return _person("charlie", "Charlie")


def _person(name: str, shown: str, *teams: str) -> User:
    return User.objects.create_user(name, password=PASSWORD, first_name=shown, teams=list(teams))


def at_desk(user: User, *, htmx: bool = False, target: str = "") -> Client:
    """A browser in which this person is signed in; with `htmx`, its script asks."""
    headers = {"HX-Request": "true"} if htmx else {}
    if target:
        headers["HX-Target"] = target
    client = Client(headers=headers)
    client.force_login(user)
    return client
