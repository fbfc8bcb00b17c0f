"""The tuning page and the versions page."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import arrive
from triage.tables import Item, Policy, Reading, Resorting, User
from triage.tuning.policies import adopt_file, policy_in_force, policy_row, put_in_force
from triage.tuning.resorting import resort_asked
from triage.vocabulary import Queue

BEGIN = "[thresholds]  # ours\npromo = 0.5\nsupport = 0.505\narchive = 0.5\n"
FORM = {"promo": "50", "support": "95", "archive": "50", "days": "30"}


@pytest.fixture(autouse=True)
def _policy(db: None, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(BEGIN, encoding="utf-8")
    adopt_file(file, reason="to begin with")


def version() -> int:
    return policy_in_force().version


def test_the_page_shows_what_is_in_force_and_asks_for_the_preview(olga: User) -> None:
    page = at_desk(olga).get("/tuning/").content.decode()
    assert 'hx-trigger="load, input delay:300ms"' in page
    assert "to begin with" in page
    assert 'name="support" min="0" max="100" value="50"' in page


def test_moving_a_threshold_shows_what_would_change(olga: User) -> None:
    item = arrive("how do I <b>pair</b> it?", confidence=0.9)
    arrive("sure", confidence=0.99)
    page = at_desk(olga, htmx=True).get("/tuning/preview/", FORM).content.decode()
    assert "1 post would change queue" in page
    assert "1 more would go to review: 50% instead of 0%." in page
    assert "The model would sort 1 post on its own and get about 99% right" in page
    assert "Estimated from the model&#x27;s own confidence" in page
    assert "Support to Review; question, 90% confidence" in page
    assert f'<a href="/item/{item.pk}/">how do I &lt;b&gt;pair&lt;/b&gt; it?</a>' in page
    assert "2 items waiting untouched. Re-sorting would move 1 of them" in page
    assert '<svg viewBox="0 0 244 246" role="img" aria-label="Risk and coverage' in page
    assert 'hx-swap-oob="true">95%</output>' in page


def test_without_a_script_the_address_shows_the_same(olga: User) -> None:
    arrive("how do I pair it?", confidence=0.9)
    page = at_desk(olga).get("/tuning/", FORM).content.decode()
    assert "1 post would change queue" in page


def test_with_a_sample_the_accuracy_is_measured(olga: User) -> None:
    for number in range(40):
        post = arrive(f"post {number}", confidence=0.97).latest_post
        assert post is not None
        verdict = post.verdicts.get()
        post.verdicts.update(drawn=1.0)
        read = "question" if number % 10 else "lead"
        Reading.objects.create(
            post=post, post_version=1, verdict=verdict, lane="sample", intent=read, queue="support"
        )
    page = at_desk(olga).get("/tuning/preview/", FORM).content.decode()
    assert "about 90% right (77% to 96%)" in page
    assert "Measured on 40 sampled posts" in page
    assert 'aria-label="Reliability: 97% confidence,' in page


def test_saving_makes_a_version_with_author_and_reason_and_moves_nothing(olga: User) -> None:
    item = arrive("how do I pair it?", confidence=0.9)
    form = FORM | {"reason": "too much was wrong", "seen": str(version()), "intent-lead": "80"}
    answer = at_desk(olga).post("/tuning/", form, follow=True)
    row = policy_row()
    assert (row.author, row.reason, row.version) == (olga, "too much was wrong", 2)
    assert row.text.startswith("[thresholds]  # ours\npromo = 0.5\nsupport = 0.95\n")
    assert policy_in_force().intents == {"lead": 0.8}
    item.refresh_from_db()
    assert item.queue == Queue.SUPPORT
    assert "Policy 2 is active" in answer.content.decode()
    assert "Re-sort 1 waiting item" in answer.content.decode()


def test_a_threshold_that_nobody_moved_keeps_its_digits(olga: User) -> None:
    form = FORM | {"support": "50", "promo": "60", "reason": "r", "seen": str(version())}
    at_desk(olga).post("/tuning/", form)
    thresholds = policy_in_force().thresholds
    assert (thresholds[Queue.SUPPORT], thresholds[Queue.PROMO]) == (0.505, 0.6)


def test_resorting_is_asked_for_and_done_by_a_worker(olga: User) -> None:
    item = arrive("how do I pair it?", confidence=0.9)
    desk = at_desk(olga)
    desk.post("/tuning/", FORM | {"reason": "safer", "seen": str(version())})
    page = desk.post("/tuning/resort/", follow=True).content.decode()
    assert "Re-sorting under policy 2: 0 items moved so far." in page
    assert resort_asked()
    item.refresh_from_db()
    assert item.queue == Queue.REVIEW
    again = desk.get("/tuning/?days=30").content.decode()
    assert "Last re-sorted under policy 2: 1 item moved." in again
    assert "all as this policy would have them" in again


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": "  "}, "Give a short reason"),
        ({"seen": "7"}, "has come into force since you opened policy 7"),
        ({"promo": "1O0"}, "Promo is &#x27;1O0&#x27;; enter a number from 0 to 100."),
        ({"promo": "nan"}, "Promo is &#x27;nan&#x27;; enter a number"),
        ({"intent-lead": "101"}, "lead is &#x27;101&#x27;; enter a number"),
        ({"days": "8"}, "choose 7, 30 or 90"),
    ],
)
def test_what_cannot_be_saved_gets_one_sentence_and_changes_nothing(
    olga: User, change: dict[str, str], sentence: str
) -> None:
    form = FORM | {"reason": "my careful words", "seen": str(version())} | change
    answer = at_desk(olga).post("/tuning/", form)
    assert answer.status_code == 409
    assert sentence in answer.content.decode()
    assert version() == 1
    if not change.keys() & {"reason", "promo", "days", "intent-lead"}:
        assert "my careful words" in answer.content.decode()
        retry = form | {"seen": str(answer.context["seen"])}
        assert at_desk(olga).post("/tuning/", retry).status_code == 302


def test_only_ops_and_admins_see_any_of_it(alice: User, bob: User, charlie: User) -> None:
    for address in ("/tuning/", "/tuning/preview/", "/tuning/rules/", "/tuning/versions/"):
        for person in (alice, bob, charlie):
            assert at_desk(person).get(address).status_code == 404
        assert Client().get(address).status_code == 302
    assert at_desk(bob).get("/tuning/policy.toml").status_code == 404
    for address in ("/tuning/", "/tuning/resort/", "/tuning/versions/1/back/", "/tuning/rules/"):
        assert at_desk(bob).post(address, FORM | {"reason": "r"}).status_code == 404
    assert (version(), Resorting.objects.count()) == (1, 0)


def test_an_admin_tunes_too(ada: User) -> None:
    page = at_desk(ada).get("/tuning/").content.decode()
    assert '<a href="/tuning/" aria-current="page">Tuning' in page


def test_versions_are_listed_compared_and_gone_back_to(olga: User) -> None:
    put_in_force(BEGIN.replace("0.505", "0.9"), author=olga, reason="raise <support>")
    desk = at_desk(olga)
    page = desk.get("/tuning/versions/?old=1&new=2").content.decode()
    assert "raise &lt;support&gt;" in page
    assert '<span class="gone">-support = 0.505</span>' in page
    assert '<span class="added">+support = 0.9</span>' in page
    answer = desk.post("/tuning/versions/1/back/", follow=True).content.decode()
    assert "Policy 3 is active. It restores policy 1." in answer
    row = policy_row()
    assert (row.text, row.author, row.reason) == (BEGIN, olga, "back to policy 1")
    assert Policy.objects.count() == 3


def test_versions_that_are_not_there_are_not_found(olga: User) -> None:
    desk = at_desk(olga)
    assert desk.get("/tuning/versions/?old=1&new=9").status_code == 404
    assert desk.get("/tuning/versions/?old=x").status_code == 404
    assert desk.post("/tuning/versions/9/back/").status_code == 404


def test_a_version_is_exported_as_it_was_written(olga: User) -> None:
    answer = at_desk(olga).get("/tuning/policy.toml?version=1")
    assert answer.content.decode() == BEGIN
    assert answer["Content-Disposition"] == 'attachment; filename="policy-1.toml"'


def test_the_pages_cost_the_same_however_much_there_is(
    olga: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(25):
        arrive(f"post {number}", confidence=0.9)
        put_in_force(f"{BEGIN}# {number}\n", author=olga, reason="r")
    desk = at_desk(olga)
    with django_assert_max_num_queries(24):
        desk.get("/tuning/", FORM)
    with django_assert_max_num_queries(16):
        desk.get("/tuning/versions/")
    assert Item.objects.count() == 25
