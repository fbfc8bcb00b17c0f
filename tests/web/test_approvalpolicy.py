"""The page of approval: which answers wait, and what is said where nobody could approve them."""

import pytest

from tests.web.conftest import at_desk
from tests.web.desk import watch
from triage.tables import User
from triage.tuning.policies import policy_in_force, policy_row, put_in_force

pytestmark = pytest.mark.django_db

BEGIN = '# ours\n[thresholds]\npromo = 0.5 # low\n\n[approval]\nqueues = ["promo"] # the press\n'


@pytest.fixture(autouse=True)
def begun(db: None) -> None:
    put_in_force(BEGIN, author=None, reason="to begin with")
    watch("X mentions")


def save(user: User, **form: object) -> tuple[int, str]:
    form = {"seen": policy_row().version, "reason": "care", **form}
    answer = at_desk(user).post("/tuning/approval/", form, follow=True)
    return answer.status_code, answer.content.decode()


def test_what_is_asked_for_is_ticked_and_saved_without_losing_a_comment(olga: User) -> None:
    page = at_desk(olga).get("/tuning/approval/").content.decode()
    assert '<input type="checkbox" name="queues" value="promo" checked>' in page
    assert '<input type="checkbox" name="channels" value="X mentions">' in page
    status, _ = save(olga, queues="promo", channels="X mentions", intents=["lead", "sales"])
    assert status == 200
    asked = policy_in_force().approval
    assert asked.queues == ("promo",)
    assert (asked.channels, asked.intents) == (("X mentions",), ("lead", "sales"))
    assert "# low" in policy_row().text
    assert "# the press" in policy_row().text
    save(olga)
    assert "[approval]" not in policy_row().text
    assert policy_row().text.startswith("# ours")


def test_whoever_saves_is_warned_where_nobody_may_approve(olga: User, alice: User) -> None:
    said = "Nobody can approve replies in promo yet"
    assert said in save(olga, queues="promo")[1]
    User.objects.filter(pk=alice.pk).update(may_approve=True)
    assert said not in save(olga, queues="promo")[1]
    assert "Nobody can approve replies in support yet" in save(olga, intents="lead")[1]


def test_a_refusal_says_why_and_keeps_the_ticks(olga: User) -> None:
    status, page = save(olga, queues="support", reason=" ")
    assert status == 409
    assert "Give a short reason" in page
    assert '<input type="checkbox" name="queues" value="support" checked>' in page
    assert "no such intent" in save(olga, intents="dance")[1]
    assert policy_in_force().approval.queues == ("promo",)


def test_a_page_that_is_behind_saves_nothing(olga: User) -> None:
    seen = policy_row().version
    put_in_force("[approval]\nqueues = []", author=None, reason="another")
    status, page = save(olga, seen=seen, queues="support")
    assert status == 409
    assert "has come into force since" in page


def test_a_channel_that_is_gone_can_still_be_unticked(olga: User) -> None:
    put_in_force('[approval]\nchannels = ["Old"]', author=None, reason="long ago")
    assert 'value="Old" checked' in at_desk(olga).get("/tuning/approval/").content.decode()


def test_going_back_warns_as_saving_does(olga: User) -> None:
    save(olga)
    answer = at_desk(olga).post(f"/tuning/versions/{policy_row().version - 1}/back/", follow=True)
    assert "Nobody can approve replies in promo yet" in answer.content.decode()
