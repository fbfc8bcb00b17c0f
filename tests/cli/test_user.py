"""`triage user`: people."""

import pytest

from tests.cli.conftest import Command
from triage.tables import AuditEntry, User


def test_a_person_is_added_with_a_password_that_is_told_once(triage: Command) -> None:
    said = triage("user", "add", "ann", "--team", "social")
    user = User.objects.get()
    password = said.out.split()[-1]
    assert said.out == f"ann can sign in with the password {password}\n"
    assert user.teams == ["social"]
    assert user.check_password(password)
    assert password not in said.err


def test_a_person_can_be_in_more_than_one_team(triage: Command) -> None:
    said = triage(
        "user", "add", "ann", "--team", "ops", "--team", "social", "--team", "ops", "--json"
    )
    [data] = said.data
    assert (data["name"], data["teams"]) == ("ann", ["ops", "social"])
    assert User.objects.get().check_password(data["password"])


def test_a_password_can_come_from_the_environment(
    triage: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNS_PASSWORD", "correct horse battery")
    said = triage("user", "add", "ann", "--team", "social", "--password-env", "ANNS_PASSWORD")
    assert said.out == "ann can sign in\n"
    assert User.objects.get().check_password("correct horse battery")
    assert "correct" not in said.out + said.err


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        (None, "the environment variable ANNS_PASSWORD is not set"),
        ("", "the environment variable ANNS_PASSWORD is not set"),
        ("short", "This password is too short."),
        ("password1234", "This password is too common."),
    ],
)
def test_a_weak_password_is_refused(
    triage: Command, monkeypatch: pytest.MonkeyPatch, password: str | None, sentence: str
) -> None:
    monkeypatch.delenv("ANNS_PASSWORD", raising=False)
    if password is not None:
        monkeypatch.setenv("ANNS_PASSWORD", password)
    arguments = ("user", "add", "ann", "--team", "social", "--password-env", "ANNS_PASSWORD")
    said = triage(*arguments, code=1)
    assert said.sentence.startswith(sentence)
    assert not User.objects.exists()


def test_a_name_is_used_once(triage: Command) -> None:
    triage("user", "add", "ann", "--team", "social")
    said = triage("user", "add", "ann", "--team", "community", code=1)
    assert said.sentence == "there is already somebody called 'ann'"
    assert User.objects.get().teams == ["social"]


@pytest.mark.parametrize(
    ("name", "code"), [("an n", 1), ("ann!", 1), ("", 2), ("x" * 151, 2), ("a\udcff", 2)]
)
def test_a_name_that_cannot_be_used_is_refused(triage: Command, name: str, code: int) -> None:
    triage("user", "add", name, "--team", "social", code=code)
    assert not User.objects.exists()


def test_accounts_are_looked_after_by_command(triage: Command) -> None:
    triage("user", "add", "ann", "--team", "social", "--email", "Ann@example.com")
    triage("user", "teams", "ann", "--team", "ops", "--team", "community")
    [listed] = triage("user", "list", "--json").data
    assert (listed["teams"], listed["active"]) == (["community", "ops"], True)
    assert User.objects.get().email == "ann@example.com"
    [made] = triage("user", "password", "ann", "--json").data
    assert User.objects.get().check_password(made["password"])
    assert triage("user", "deactivate", "ann", "--json").data[0]["returned"] == 0
    assert not User.objects.get().is_active
    triage("user", "reactivate", "ann")
    assert User.objects.get().is_active


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("deactivate", "ben"), "there is nobody called 'ben'"),
        (("reactivate", "ann"), "ann can sign in already."),
        (("reset-codes", "ann"), "ann has no second factor."),
        (("deactivate", "ann"), "ann is the only admin; make somebody else one first."),
        (("teams", "ann", "--team", "ops"), "ann is the only admin; make somebody else one first."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    triage: Command, command: tuple[str, ...], sentence: str
) -> None:
    triage("user", "add", "ann", "--team", "admin")
    assert triage("user", *command, code=1).sentence == sentence
    assert User.objects.get().teams == ["admin"]


def test_a_person_is_let_approve_answers_and_no_more(triage: Command) -> None:
    triage("user", "add", "ann", "--team", "social")
    assert "ann approves answers" in triage("user", "approver", "ann").out
    assert triage("user", "list", "--json").data[0]["may_approve"] is True
    assert "approves answers" in triage("user", "list").out
    assert triage("user", "approver", "ann", "--not", "--json").data == [
        {"name": "ann", "may_approve": False}
    ]
    assert not User.objects.get().may_approve
    assert AuditEntry.objects.filter(event="approver_changed", target="ann").count() == 2
    assert "nobody called" in triage("user", "approver", "ben", code=1).sentence
