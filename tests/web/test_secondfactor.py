"""The second factor: turned on with an app, asked for after the password, reset by ops."""

import re
import time
from dataclasses import replace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests.web.conftest import PASSWORD, at_desk
from triage.staff.signins import seal_second_factors_anew
from triage.tables import AuditEntry, User
from triage.watch.tokens import new_key

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_failures_yet(db: None) -> None:
    cache.clear()


def code_of(secret: str, *, steps: int = 0) -> str:
    """What the app of somebody shows, so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def with_password(name: str = "bob") -> Client:
    client = Client()
    client.post("/sign-in/", {"username": name, "password": PASSWORD})
    return client


def turn_on(client: Client) -> str:
    """Scan the picture and type the code -> the secret that the app keeps."""
    page = client.get("/account/codes/on/").content.decode()
    [secret] = re.findall(r"<code>([A-Z2-7]{32})</code>", page)
    client.get("/account/codes/on/")  # a page that is loaded again has another secret
    page = client.get("/account/codes/on/").content.decode()
    [secret] = re.findall(r"<code>([A-Z2-7]{32})</code>", page)
    answer = client.post("/account/codes/on/", {"code": code_of(secret)})
    assert answer["Location"] == "/account/codes/spare/"
    return secret


@pytest.fixture
def secret(bob: User) -> str:
    return turn_on(with_password())


def recovery_codes(client: Client) -> list[str]:
    page = client.get("/account/codes/spare/").content.decode()
    return re.findall(r"<li><code>(\d{8})</code>", page)


def test_the_password_alone_opens_nothing_any_more(bob: User, secret: str) -> None:
    client = Client()
    away = client.post("/sign-in/", {"username": "bob", "password": PASSWORD})
    assert away["Location"] == "/sign-in/code/"
    assert client.get("/queue/support/").status_code == 302
    answer = client.post("/sign-in/code/", {"code": code_of(secret, steps=1)})
    assert answer.status_code == 302
    assert client.get("/queue/support/").status_code == 200


def test_a_wrong_code_opens_nothing_and_is_noted(bob: User, secret: str) -> None:
    client = with_password()
    answer = client.post("/sign-in/code/", {"code": "000000"})
    assert "Incorrect code" in answer.content.decode()
    assert client.get("/queue/support/").status_code == 302
    entry = AuditEntry.objects.latest("id")
    assert (entry.event, entry.actor, entry.details) == ("sign_in_failed", "bob", {"way": "code"})


def test_codes_cannot_be_guessed(bob: User, secret: str) -> None:
    client = with_password()
    for _ in range(5):
        client.post("/sign-in/code/", {"code": "000000"})
    client.post("/sign-in/code/", {"code": code_of(secret, steps=1)})
    assert client.get("/queue/support/").status_code == 302


def test_a_code_is_used_once(bob: User, secret: str) -> None:
    code = code_of(secret, steps=1)
    assert with_password().post("/sign-in/code/", {"code": code}).status_code == 302
    again = with_password().post("/sign-in/code/", {"code": code})
    assert "Incorrect code" in again.content.decode()


def test_a_recovery_code_opens_once(bob: User) -> None:
    client = with_password()
    turn_on(client)
    codes = recovery_codes(client)
    assert len(codes) == 10
    lost = with_password()
    assert lost.post("/sign-in/code/", {"code": codes[0]}).status_code == 302
    assert lost.get("/queue/support/").status_code == 200
    assert with_password().post("/sign-in/code/", {"code": codes[0]}).status_code == 200
    assert recovery_codes(client) == codes[1:]


def test_new_recovery_codes_take_the_place_of_the_old_ones(bob: User) -> None:
    client = with_password()
    turn_on(client)
    old = recovery_codes(client)
    assert client.post("/account/codes/spare/new/").status_code == 302
    assert not set(old) & set(recovery_codes(client))


def test_turning_it_off_asks_for_the_password_again_and_then_goes_on(
    bob: User, secret: str
) -> None:
    client = at_desk(bob)  # as whoever found an open browser would be
    assert client.post("/account/codes/off/")["Location"].startswith("/sign-in/again/")
    assert Authenticator.objects.filter(user=bob, type="totp").exists()
    client.post("/sign-in/again/", {"password": PASSWORD, "next": "/account/codes/off/"})
    assert not Authenticator.objects.filter(user=bob).exists()
    assert AuditEntry.objects.latest("id").event == "second_factor_off"


def test_secrets_lie_sealed(bob: User, secret: str) -> None:
    for row in Authenticator.objects.all():
        assert secret not in str(row.data)
        assert row.data.get("secret", row.data.get("seed")).startswith("gAAAA")


def test_the_picture_needs_no_script_and_no_style(bob: User) -> None:
    page = with_password().get("/account/codes/on/").content.decode()
    assert "<svg" in page
    assert "style=" not in page
    assert "data:" not in page
    assert page.count("<script") == page.count("<script defer src=")


def test_ops_reset_the_codes_of_somebody_who_lost_them(bob: User, olga: User, secret: str) -> None:
    answer = at_desk(olga).post(f"/people/{bob.pk}/reset-codes/")
    assert answer.status_code == 302
    assert with_password().get("/queue/support/").status_code == 200
    entry = AuditEntry.objects.get(event="second_factor_reset")
    assert (entry.actor, entry.target) == ("olga", "bob")


def test_a_new_key_opens_the_codes_after_a_rotation(
    bob: User, secret: str, settings: Settings
) -> None:
    new = new_key()
    old = settings.ENVIRONMENT.token_keys
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, token_keys=(new, *old))
    assert seal_second_factors_anew() == (2, 0)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, token_keys=(new,))
    client = with_password()
    client.post("/sign-in/code/", {"code": code_of(secret, steps=1)})
    assert client.get("/queue/support/").status_code == 200


def test_without_its_key_no_code_opens_and_ops_are_named(
    bob: User, secret: str, settings: Settings
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, token_keys=(new_key(),))
    assert seal_second_factors_anew() == (0, 2)
    client = with_password()
    answer = client.post("/sign-in/code/", {"code": code_of(secret, steps=1)})
    assert "ask ops to reset your codes" in answer.content.decode()
    assert client.get("/queue/support/").status_code == 302
