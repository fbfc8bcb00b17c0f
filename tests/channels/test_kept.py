"""Sessions that outlive a pull."""

import pytest
from django.db import DatabaseError

from triage.tables import Token
from workers.channels.kept import KeptSession


def test_a_session_is_there_again_for_the_secret_that_opened_it() -> None:
    KeptSession("acme", "secret").write("session")
    assert KeptSession("acme", "secret").read() == "session"
    assert KeptSession("acme", "other").read() is None
    assert KeptSession("other", "secret").read() is None


def test_a_session_is_shared_by_all_that_use_the_database_and_readable_by_none() -> None:
    KeptSession("acme", "secret").write("session-canary")
    row = Token.objects.get()
    for text in (row.sealed, row.key):
        assert "session-canary" not in text
        assert "secret" not in text
        assert "acme" not in text


def test_a_forgotten_session_is_gone() -> None:
    kept = KeptSession("forgotten", "secret")
    kept.forget()
    kept.write("session")
    kept.forget()
    assert kept.read() is None


def test_an_empty_session_does_not_take_the_place_of_a_good_one() -> None:
    kept = KeptSession("acme", "secret")
    kept.write("session")
    kept.write("")
    assert kept.read() == "session"


@pytest.mark.parametrize("damage", ["", "x" * 100])
def test_a_damaged_row_is_no_session(damage: str) -> None:
    kept = KeptSession("damaged", "secret")
    kept.write("session")
    Token.objects.update(sealed=damage)
    assert kept.read() is None
    kept.write("again")
    assert kept.read() == "again"


def test_a_database_that_is_away_costs_sign_ins_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = KeptSession("acme", "secret")
    kept.write("session")

    def away(*_: object) -> None:
        raise DatabaseError("the server closed the connection")

    with monkeypatch.context() as without:
        for name in ("read_token", "store_token", "forget_tokens"):
            without.setattr(f"workers.channels.kept.{name}", away)
        kept.write("later")
        kept.forget()
        assert kept.read() is None
    assert kept.read() == "session"
