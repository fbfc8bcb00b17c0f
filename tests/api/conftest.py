"""Programs that act as people of a team, by their keys."""

import pytest
from django.test import Client

from triage.staff.apikeys import make_key
from triage.tables import User


def somebody(name: str, *teams: str) -> User:
    """A person of these teams, with their name in capitals as password."""
    return User.objects.create_user(name, password=name.upper(), teams=list(teams))


def program(user: User) -> Client:
    """A program that sends a key of this person."""
    key = make_key(user, name="a program")
    return Client(headers={"Authorization": f"Bearer {key}"})


@pytest.fixture
def bob(db: None) -> User:
    """Of the community team: works in support."""
    return somebody("bob", "community")


@pytest.fixture
def bobs(bob: User) -> Client:
    """Bob's program."""
    return program(bob)
