"""`triage apikey`: keys of the HTTP API."""

import pytest

from tests.cli.conftest import Command
from triage.staff.apikeys import user_of
from triage.tables import User


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann", teams=["ops"])


def test_a_key_is_made_shown_once_listed_and_revoked(triage: Command, ann: User) -> None:
    [made] = triage("apikey", "add", "ann", "--name", "reports", "--json").data
    assert user_of(made["key"]) == ann
    said = triage("apikey", "list", "--json")
    [listed] = said.data
    assert (listed["person"], listed["name"]) == ("ann", "reports")
    assert made["key"] not in said.out
    triage("apikey", "revoke", "ann", "--name", "reports")
    assert user_of(made["key"]) is None
    assert triage("apikey", "list", "--json").data == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "bob", "--name", "x"), "there is nobody called 'bob'"),
        (("revoke", "ann", "--name", "x"), "ann has no key called 'x'"),
        (("add", "ann", "--name", "reports"), "ann has a key called 'reports' already"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    triage: Command, ann: User, arguments: tuple[str, ...], sentence: str
) -> None:
    triage("apikey", "add", "ann", "--name", "reports")
    assert triage("apikey", *arguments, code=1).sentence == sentence
