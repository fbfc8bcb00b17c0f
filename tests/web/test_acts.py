"""Claim, give back, hand off, resolve, reopen: by form, and by the script of the page."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import arrive
from triage.desk import items
from triage.tables import Item, Lesson, Move, User

pytestmark = pytest.mark.django_db


def act(user: User, item: Item, name: str, *, htmx: bool = False, **form: object) -> object:
    return at_desk(user, htmx=htmx).post(f"/item/{item.pk}/{name}/", form)


def now(item: Item) -> tuple[str, str, str | None]:
    found = Item.objects.select_related("owner").get(pk=item.pk)
    return found.queue, found.status, found.owner.username if found.owner else None


def test_the_life_of_an_item_by_plain_forms(bob: User) -> None:
    item = arrive()
    for name, state, words in (
        ("claim", ("support", "claimed", "bob"), "Claimed."),
        ("release", ("support", "open", None), "Released to Support."),
        ("resolve", ("support", "resolved", "bob"), "Resolved."),
        ("reopen", ("support", "open", None), "Reopened in Support."),
    ):
        desk = at_desk(bob)
        answer = desk.post(f"/item/{item.pk}/{name}/", {}, follow=True)
        assert answer.redirect_chain == [(f"/item/{item.pk}/", 302)]
        assert now(item) == state
        assert words in answer.content.decode()


def test_the_script_gets_the_item_the_row_and_the_numbers_and_nothing_else(bob: User) -> None:
    item = arrive("a post")
    answer = act(bob, item, "claim", htmx=True)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert '<main id="item"' in page
    assert '<ol id="changed" hidden hx-swap-oob="true">' in page
    assert f'<li data-item="{item.pk}">' in page
    assert '<span class="n" id="n-support" hx-swap-oob="true">1</span>' in page
    assert "Claimed by you" in page


def test_a_hand_off_moves_it_teaches_and_tells_the_row_where_it_is(bob: User) -> None:
    item = arrive()
    form = {"to": "promo:sales", "reason": "wants to buy", "from": "support-open"}
    answer = act(bob, item, "hand-off", htmx=True, **form)
    assert now(item) == ("promo", "open", None)
    assert Lesson.objects.get().intent == "sales"
    assert "Handed off to Promo." in answer.content.decode()
    assert "moved to Promo" in answer.content.decode()
    assert f'<li data-item="{item.pk}" class="gone">' in answer.content.decode()


@pytest.mark.parametrize(
    ("to", "queue"),
    [("promo:lead", "promo"), ("support:", "support"), ("archive:noise", "archive")],
)
def test_review_hands_off_to_any_queue(olga: User, to: str, queue: str) -> None:
    item = arrive(confidence=0.3)
    act(olga, item, "hand-off", to=to, reason="clear to a person")
    assert now(item)[0] == queue
    assert Lesson.objects.get().origin == Lesson.Origin.REVIEW


def test_each_queue_offers_the_other_ones_and_their_intents(bob: User, olga: User) -> None:
    support = at_desk(bob).get(f"/item/{arrive().pk}/").context["groups"]
    assert [group.title for group in support] == ["Promo", "Archive"]
    assert support[0].options[0].chosen
    review = at_desk(olga).get(f"/item/{arrive(confidence=0.3).pk}/").context["groups"]
    assert [group.title for group in review] == ["Promo", "Support", "Archive"]
    assert not any(option.chosen for group in review for option in group.options)


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"to": "promo:sales", "reason": " "}, "Give a short reason"),
        ({"to": "", "reason": "kept words"}, "Choose where to hand it off."),
        ({"to": "promo:question", "reason": "kept words"}, "question belongs to support"),
        ({"to": "moon:", "reason": "kept words"}, "There is no queue"),
    ],
)
def test_a_refused_hand_off_keeps_what_was_typed(
    bob: User, form: dict[str, str], words: str, htmx: bool
) -> None:
    item = arrive()
    answer = act(bob, item, "hand-off", htmx=htmx, **form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert words in page
    assert form["reason"].strip() in page
    assert '<form id="hand-off"' in page
    assert " hidden" not in page.split('<form id="hand-off"')[1].split(">")[0]
    if form["to"].startswith("promo:sales"):
        assert '<option value="promo:sales" selected>' in page
    assert ("<html" in page) is not htmx
    assert now(item) == ("support", "open", None)


@pytest.mark.parametrize("htmx", [True, False])
def test_a_colleague_who_was_faster_is_named_and_the_item_shown_as_it_is(
    bob: User, bella: User, htmx: bool
) -> None:
    item = arrive()
    items.claim(item, bella)
    for name in ("claim", "resolve", "hand-off"):
        form = {"to": "promo:", "reason": "my words"} if name == "hand-off" else {}
        answer = act(bob, item, name, htmx=htmx, seen=1, **form)
        assert answer.status_code == 409
        page = answer.content.decode()
        assert '<p class="notice refused" role="alert">Bella has claimed it.</p>' in page
        assert "act-claim" not in answer.content.decode()
        if name == "hand-off":
            assert "my words" in answer.content.decode()
    assert now(item) == ("support", "claimed", "bella")


@pytest.mark.parametrize("name", ["resolve", "hand-off"])
def test_an_item_that_changed_unseen_is_not_closed_or_moved(bob: User, name: str) -> None:
    item = arrive("where is it?", author="@dan", conversation="c")
    arrive("forget it, new problem!", author="@dan", conversation="c", minutes=1)
    form = {"to": "promo:", "reason": "because", "seen": item.version}
    refused = act(bob, item, name, **form)
    assert refused.status_code == 409
    assert "It has changed since you opened it" in refused.content.decode()
    item.refresh_from_db()
    assert act(bob, item, name, **{**form, "seen": item.version}).status_code == 302


def test_another_team_is_refused_in_words(alice: User) -> None:
    item = arrive()
    answer = act(alice, item, "claim")
    assert answer.status_code == 409
    assert "Your team does not work the support queue." in answer.content.decode()


def test_without_a_token_nothing_is_done(bob: User) -> None:
    item = arrive()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bob)
    answer = strict.post(f"/item/{item.pk}/claim/")
    assert answer.status_code == 403
    assert "This page has expired" in answer.content.decode()
    assert now(item)[1] == "open"


def test_an_act_has_at_most_thirty_queries_and_one_move(
    bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    item = arrive()
    desk = at_desk(bob, htmx=True)
    with django_assert_max_num_queries(30):
        desk.post(f"/item/{item.pk}/claim/", {"seen": 1})
    assert Move.objects.filter(item=item, event="claimed").count() == 1


def test_the_hand_off_form_opens_without_a_script(bob: User) -> None:
    item = arrive()
    closed = at_desk(bob).get(f"/item/{item.pk}/").content.decode()
    opened = at_desk(bob).get(f"/item/{item.pk}/?act=hand-off").content.decode()
    assert 'hx-disabled-elt="find button" hidden>' in closed
    assert 'hx-disabled-elt="find button">' in opened
