"""Four people and two places, which every test of the domain knows."""

import pytest

from tests.domain import making
from tests.domain.learning import corpus, little, root, teach  # noqa: F401
from tests.domain.shadows import other, two_models  # noqa: F401
from triage.tables import Channel, User
from triage.vocabulary import Kind, Team


def _person(name: str, *teams: Team) -> User:
    return User.objects.create(username=name.lower(), first_name=name, teams=list(teams))


@pytest.fixture
def alice(db: None) -> User:
    """Of the social team: works the promo queue."""
    return _person("Alice", Team.SOCIAL)


@pytest.fixture
def bob(db: None) -> User:
    """Of the community team: works the support queue."""
    return _person("Bob", Team.COMMUNITY)


@pytest.fixture
def charlie(db: None) -> User:
    """Of no team."""
    return _person("Charlie")


@pytest.fixture
def olga(db: None) -> User:
    """Of ops: works every queue, tunes, and keeps the channels healthy."""
    return _person("Olga", Team.OPS)


@pytest.fixture
def web(db: None) -> Channel:
    """An open place."""
    return Channel.objects.create(name="Open web", source="x", brand="Acme")


@pytest.fixture
def forum(db: None) -> Channel:
    """The company's own place."""
    return Channel.objects.create(name="Forum", source="forum", kind=Kind.COMMUNITY, brand="Acme")


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that reads the first word of a text as its intent (see `making.judged`)."""
    monkeypatch.setattr("triage.walk.sorting.judge_rows", making.judged)
