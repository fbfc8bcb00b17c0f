"""One's own page: settings, password, sessions and keys."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.web.conftest import PASSWORD, at_desk
from tests.web.desk import arrive
from triage.staff.apikeys import make_key, user_of
from triage.tables import ApiKey, AuditEntry, Desk, PostRow, User

pytestmark = pytest.mark.django_db

NEW = "another horse battery"


def browser(name: str, agent: str, password: str = PASSWORD) -> Client:
    client = Client(headers={"User-Agent": agent})
    client.post("/sign-in/", {"username": name, "password": password})
    return client


def test_settings_are_kept(bob: User) -> None:
    form = {"full_name": "Bob B. Mori", "time_zone": "Asia/Tokyo", "capacity": "3", "away": "on"}
    client = at_desk(bob)
    assert client.post("/account/settings/", form)["Location"] == "/account/"
    bob.refresh_from_db()
    assert (bob.shown_name, bob.time_zone) == ("Bob B. Mori", "Asia/Tokyo")
    desk = Desk.objects.get(user=bob)
    assert (desk.capacity, desk.away, desk.takes_work) == (3, True, False)
    assert 'value="Bob B. Mori"' in client.get("/account/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"time_zone": "Mars/North"}, "There is no time zone"),
        ({"capacity": "many"}, "a number from 0 to 100"),
        ({"capacity": "-1"}, "a number from 0 to 100"),
    ],
)
def test_a_wrong_setting_is_told_and_nothing_typed_is_lost(
    bob: User, wrong: dict[str, str], sentence: str
) -> None:
    form = {"full_name": "Typed", "time_zone": "", "capacity": "3", **wrong}
    answer = at_desk(bob).post("/account/settings/", form)
    page = answer.content.decode()
    assert answer.status_code in {400, 409}
    assert sentence in page
    assert 'value="Typed"' in page
    bob.refresh_from_db()
    assert bob.shown_name == "Bob"


def test_times_are_shown_in_ones_own_zone(bob: User) -> None:
    item = arrive()
    PostRow.objects.update(posted_at=datetime(2025, 7, 1, 3, 30, tzinfo=UTC))
    User.objects.filter(pk=bob.pk).update(time_zone="Asia/Tokyo")
    assert "12:30:00 JST" in at_desk(bob).get(f"/item/{item.pk}/").content.decode()
    User.objects.filter(pk=bob.pk).update(time_zone="")
    assert "03:30:00 UTC" in at_desk(bob).get(f"/item/{item.pk}/").content.decode()


def test_a_new_password_signs_out_every_other_browser(bob: User) -> None:
    here, there = browser("bob", "here"), browser("bob", "there")
    form = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert here.post("/account/password/", form).status_code == 302
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302
    assert browser("bob", "again", NEW).get("/account/").status_code == 200
    assert AuditEntry.objects.filter(event="password_changed", actor="bob").count() == 1


@pytest.mark.parametrize(
    "form",
    [
        {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW},
        {"old_password": PASSWORD, "new_password1": NEW, "new_password2": "other horse"},
        {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"},
    ],
)
def test_a_password_that_cannot_be_changed_stays(bob: User, form: dict[str, str]) -> None:
    answer = at_desk(bob).post("/account/password/", form)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)


def test_one_sees_where_one_is_signed_in_and_ends_it(bob: User) -> None:
    here, there = browser("bob", "Firefox on a desk"), browser("bob", "A telephone")
    page = here.get("/account/").content.decode()
    assert "Firefox on a desk" in page
    assert "A telephone" in page
    address = page.split('formaction="')[0].split("/account/sessions/")[1].split('"')[0]
    assert here.post(f"/account/sessions/{address}").status_code == 302
    assert there.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_one_signs_out_everywhere_else(bob: User) -> None:
    here, others = browser("bob", "here"), [browser("bob", f"there {n}") for n in range(3)]
    here.post("/account/sessions/end/")
    assert [other.get("/account/").status_code for other in others] == [302] * 3
    assert here.get("/account/").status_code == 200


def test_a_key_is_shown_by_its_beginning_and_can_be_revoked(bob: User) -> None:
    key = make_key(bob, name="nightly export")
    client = at_desk(bob)
    page = client.get("/account/").content.decode()
    assert "nightly export" in page
    assert key[:12] in page
    assert key not in page
    assert client.post(f"/account/keys/{ApiKey.objects.get().pk}/revoke/").status_code == 302
    assert user_of(key) is None
    assert AuditEntry.objects.get(event="key_revoked").details == {"key": "nightly export"}


def test_the_page_costs_few_queries(bob: User, django_assert_max_num_queries: object) -> None:
    client = at_desk(bob)
    client.get("/account/")
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        client.get("/account/")
