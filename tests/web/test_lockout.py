"""Lock-out: wrong passwords shut the door for a while, for one name and for one address."""

import pytest
from django.core.cache import cache
from django.test import Client

from tests.web.conftest import PASSWORD
from triage.tables import AuditEntry, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_failures_yet(db: None) -> None:
    cache.clear()


def sign_in(name: str, password: str, address: str = "192.0.2.1") -> str:
    """What the page says: `in`, `wrong` or `shut`."""
    client = Client(REMOTE_ADDR=address)
    answer = client.post("/sign-in/", {"username": name, "password": password})
    if answer.status_code == 302:
        return "in"
    page = answer.content.decode()
    assert ("Too many failed attempts" in page) != ("Wrong name or password" in page)
    return "shut" if "Too many" in page else "wrong"


def events() -> list[tuple[str, str, str | None]]:
    found = AuditEntry.objects.order_by("id")
    return list(found.values_list("event", "actor", "address"))


def test_after_five_wrong_passwords_not_even_the_right_one_opens(bob: User) -> None:
    assert [sign_in("bob", "no") for _ in range(5)] == ["wrong"] * 5
    assert sign_in("bob", PASSWORD) == "shut"
    assert events()[-2:] == [
        ("sign_in_failed", "bob", "192.0.2.1"),
        ("locked_out", "bob", "192.0.2.1"),
    ]


def test_after_four_the_right_one_opens(bob: User) -> None:
    assert [sign_in("bob", "no") for _ in range(4)] == ["wrong"] * 4
    assert sign_in("bob", PASSWORD) == "in"
    assert events()[-1] == ("signed_in", "bob", "192.0.2.1")


def test_another_name_is_not_shut_out(bob: User, alice: User) -> None:
    for number in range(6):
        sign_in("bob", "no", address=f"192.0.2.{number}")
    assert sign_in("bob", PASSWORD, address="192.0.2.99") == "shut"
    assert sign_in("alice", PASSWORD) == "in"


def test_one_address_that_tries_many_names_is_shut_out(bob: User) -> None:
    for number in range(50):
        assert sign_in(f"name-{number}", "no") == "wrong"
    assert sign_in("bob", PASSWORD) == "shut"
    assert sign_in("bob", PASSWORD, address="192.0.2.2") == "in"


def test_a_header_does_not_make_another_address(bob: User) -> None:
    for number in range(50):
        client = Client(
            REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": f"198.51.100.{number}"}
        )
        client.post("/sign-in/", {"username": f"name-{number}", "password": "no"})
    assert sign_in("bob", PASSWORD) == "shut"


def test_signing_in_often_shuts_nobody_out(bob: User) -> None:
    assert [sign_in("bob", PASSWORD) for _ in range(8)] == ["in"] * 8


def test_somebody_who_was_deactivated_is_told_nothing_special(bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert sign_in("bob", PASSWORD) == "wrong"


def test_a_socket_without_addresses_lets_people_in(bob: User) -> None:
    assert sign_in("bob", PASSWORD, address="") == "in"
    assert events()[-1] == ("signed_in", "bob", "0.0.0.0")
