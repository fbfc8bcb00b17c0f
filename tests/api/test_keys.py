"""Keys: who is let in, and who is not."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.api.conftest import program, somebody
from triage.staff.apikeys import KeyRefused, make_key, revoke_key, user_of
from triage.tables import ApiKey, User

QUEUE = "/api/v1/items?queue=support"


def test_a_key_opens_the_api_as_its_person(bobs: Client) -> None:
    answer = bobs.get(QUEUE)
    assert answer.status_code == 200
    assert answer.json() == {"items": [], "after": None}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer triage_made-up"},
        {"Authorization": "Bearer \ud800"},
        {"Authorization": "Basic Ym9iOkJPQg=="},
    ],
)
def test_without_a_key_that_works_nothing_is_shown(bobs: Client, headers: dict[str, str]) -> None:
    answer = Client(headers=headers).get(QUEUE)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json() == {"error": "Send a key that works: Authorization: Bearer triage_…"}


def test_being_signed_in_to_the_pages_is_no_key(bob: User) -> None:
    browser = Client()
    browser.force_login(bob)
    assert browser.get(QUEUE).status_code == 401


def test_a_revoked_key_opens_nothing_and_its_name_is_free_again(bob: User, bobs: Client) -> None:
    revoke_key(bob, name="a program")
    assert bobs.get(QUEUE).status_code == 401
    assert program(bob).get(QUEUE).status_code == 200


def test_a_key_goes_with_its_person(bob: User, bobs: Client) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert bobs.get(QUEUE).status_code == 401


def test_somebody_in_no_team_is_told_why_nothing_is_shown(db: None) -> None:
    answer = program(somebody("charlie")).get(QUEUE)
    assert answer.status_code == 403
    assert "in no team" in answer.json()["error"]


def test_only_a_digest_is_kept(bob: User) -> None:
    key = make_key(bob, name="reports")
    row = ApiKey.objects.get(name="reports")
    assert user_of(key) == bob
    assert key not in repr(vars(row))
    assert key.startswith(row.start)


def test_two_keys_of_a_person_never_share_a_name(bob: User) -> None:
    make_key(bob, name="reports")
    with pytest.raises(KeyRefused, match="'reports' already"):
        make_key(bob, name="reports")


def test_the_last_use_is_noted_once_an_hour(bob: User) -> None:
    key = make_key(bob, name="reports")
    user_of(key)
    first = ApiKey.objects.get().used_at
    user_of(key)
    assert ApiKey.objects.get().used_at == first
    ApiKey.objects.update(used_at=timezone.now() - timedelta(hours=2))
    user_of(key)
    assert first is not None
    assert ApiKey.objects.get().used_at >= first
