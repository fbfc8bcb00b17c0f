"""The people page: add, teams, passwords, and letting somebody go."""

import re

import pytest
from django.test import Client

from tests.web.conftest import PASSWORD, at_desk
from tests.web.desk import arrive
from triage.desk.claims import claim
from triage.tables import AuditEntry, Item, User

pytestmark = pytest.mark.django_db


def test_somebody_who_is_added_can_sign_in_with_the_password_shown(olga: User) -> None:
    answer = at_desk(olga).post("/people/add/", {"name": "nina", "teams": ["social"]})
    [password] = re.findall(r"password <code>([^<]+)</code>", answer.content.decode())
    assert Client().post("/sign-in/", {"username": "nina", "password": password}).status_code == 302
    assert User.objects.get(username="nina").teams == ["social"]
    entry = AuditEntry.objects.get(event="person_added")
    assert (entry.actor, entry.target, entry.details) == ("olga", "nina", {"teams": ["social"]})
    assert password not in at_desk(olga).get("/people/").content.decode()


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": "BOB", "teams": ["social"]}, "There is already somebody called"),
        ({"name": "n n", "teams": ["social"]}, "Enter a valid username"),
        ({"name": "nina", "teams": ["moon"]}, "There is no team"),
        ({"name": "nina", "teams": ["admin"]}, "Only an admin can make somebody ops or admin"),
        ({"name": "nina", "email": "no"}, "Enter a valid email address"),
    ],
)
def test_somebody_who_cannot_be_added_is_told_why(
    olga: User, bob: User, form: dict[str, object], sentence: str
) -> None:
    answer = at_desk(olga).post("/people/add/", form)
    assert answer.status_code == 409
    assert sentence in answer.content.decode()
    assert User.objects.count() == 2


@pytest.mark.parametrize(
    ("who", "whom", "teams", "done"),
    [
        ("olga", "bob", ["social", "community"], True),
        ("olga", "bob", ["ops"], False),
        ("olga", "ada", ["social"], False),
        ("olga", "olga", ["admin"], False),
        ("ada", "olga", ["social"], True),
        ("ada", "bob", ["admin"], True),
        ("ada", "ada", ["social"], False),  # the only admin
    ],
)
def test_ops_change_the_teams_that_work_and_admins_change_all(
    who: str, whom: str, teams: list[str], done: bool, olga: User, ada: User, bob: User
) -> None:
    people = {"olga": olga, "ada": ada, "bob": bob}
    before = people[whom].teams
    answer = at_desk(people[who]).post(f"/people/{people[whom].pk}/teams/", {"teams": teams})
    assert answer.status_code == (302 if done else 409)
    people[whom].refresh_from_db()
    assert people[whom].teams == (sorted(teams) if done else before)
    assert AuditEntry.objects.filter(event="teams_changed").exists() is done


def test_what_somebody_had_in_hand_goes_back_when_they_leave(olga: User, bob: User) -> None:
    held, resolved = claim(arrive(), bob), arrive()
    Item.objects.filter(pk=resolved.pk).update(status="resolved", owner=bob)
    browser = Client()
    browser.post("/sign-in/", {"username": "bob", "password": PASSWORD})
    answer = at_desk(olga).post(f"/people/{bob.pk}/deactivate/", follow=True)
    assert "1 of their items returned" in answer.content.decode()
    held.refresh_from_db()
    assert (held.status, held.owner, held.claimed_until) == ("open", None, None)
    assert held.moves.latest("id").why == "Bob does not work here any more."
    assert Item.objects.get(pk=resolved.pk).owner == bob
    assert browser.get("/queue/support/").status_code == 302
    assert at_desk(olga).post(f"/people/{bob.pk}/reactivate/").status_code == 302
    assert Client().post("/sign-in/", {"username": "bob", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(("who", "whom"), [("olga", "ada"), ("ada", "ada"), ("olga", "olga")])
def test_nobody_locks_the_installation_out(who: str, whom: str, olga: User, ada: User) -> None:
    people = {"olga": olga, "ada": ada}
    answer = at_desk(people[who]).post(f"/people/{people[whom].pk}/deactivate/")
    assert answer.status_code == 409
    people[whom].refresh_from_db()
    assert people[whom].is_active


def test_a_new_password_ends_the_sessions_of_the_old_one(olga: User, bob: User) -> None:
    browser = Client()
    browser.post("/sign-in/", {"username": "bob", "password": PASSWORD})
    answer = at_desk(olga).post(f"/people/{bob.pk}/password/")
    [password] = re.findall(r"password <code>([^<]+)</code>", answer.content.decode())
    assert browser.get("/queue/support/").status_code == 302
    assert Client().post("/sign-in/", {"username": "bob", "password": password}).status_code == 302


def test_ops_cannot_take_the_account_of_an_admin(olga: User, ada: User) -> None:
    assert at_desk(olga).post(f"/people/{ada.pk}/password/").status_code == 409
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_the_page_costs_the_same_for_many(
    olga: User, django_assert_max_num_queries: object
) -> None:
    for number in range(30):
        User.objects.create(username=f"p{number}", teams=["social"])
    client = at_desk(olga)
    client.get("/people/")
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        client.get("/people/")


def test_an_address_of_somebody_else_changes_nothing_at_all(olga: User, bob: User) -> None:
    User.objects.create(username="nina", email="nina@example.com")
    form = {"teams": ["social"], "email": "NINA@example.com"}
    answer = at_desk(olga).post(f"/people/{bob.pk}/teams/", form)
    assert answer.status_code == 409
    assert "Somebody else has this e-mail address." in answer.content.decode()
    bob.refresh_from_db()
    assert (bob.teams, bob.email) == (["community"], "")
    at_desk(olga).post(f"/people/{bob.pk}/teams/", {**form, "email": "Bob@example.com"})
    bob.refresh_from_db()
    assert (bob.teams, bob.email) == (["social"], "bob@example.com")
    assert AuditEntry.objects.get(event="address_changed").target == "bob"


def test_ops_choose_who_approves_answers(olga: User, bob: User) -> None:
    form = {"teams": bob.teams, "approves": "on"}
    answer = at_desk(olga).post(f"/people/{bob.pk}/teams/", form, follow=True)
    assert "bob is now in community and approves replies there." in answer.content.decode()
    assert User.objects.get(pk=bob.pk).may_approve
    entry = AuditEntry.objects.get(event="approver_changed")
    assert (entry.actor, entry.target, entry.details) == ("olga", "bob", {"may_approve": True})
    at_desk(olga).post(f"/people/{bob.pk}/teams/", {"teams": bob.teams})
    assert not User.objects.get(pk=bob.pk).may_approve


def test_ops_do_not_make_themselves_approvers(olga: User, ada: User) -> None:
    form = {"teams": olga.teams, "approves": "on"}
    assert at_desk(olga).post(f"/people/{olga.pk}/teams/", form).status_code == 409
    assert not User.objects.get(pk=olga.pk).may_approve
    assert at_desk(ada).post(f"/people/{olga.pk}/teams/", form).status_code == 302
    assert User.objects.get(pk=olga.pk).may_approve
