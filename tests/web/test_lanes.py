"""Both lanes on one page, where the policy says so and one person does both jobs."""

import pytest
from django.http import HttpResponse
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import arrive
from triage.desk import items
from triage.tables import Policy, User
from triage.tuning.policies import policy_in_force, policy_row, put_in_force
from triage.tuning.policytext import with_both_lanes

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(olga: User) -> Policy:
    """A policy that puts both lanes on one page."""
    text = with_both_lanes(policy_row().text, True)
    return put_in_force(text, author=olga, reason="one person does both")


@pytest.fixture
def robin(db: None) -> User:
    """Does both jobs."""
    return User.objects.create_user("robin", first_name="Robin", teams=["social", "community"])


def lanes(answer: HttpResponse) -> dict[str, list[str]]:
    """The texts of each list of the page, by its queue."""
    found = [answer.context[name] for name in ("list", "beside") if name in answer.context]
    return {each.place.queue: [row.text for row in each.rows] for each in found}


@pytest.fixture
def posts(db: None) -> None:
    arrive("how do I pair it?", minutes=1)
    arrive("I would buy two", intent="lead")


@pytest.mark.usefixtures("posts", "both")
def test_who_does_both_jobs_sees_both_lanes_from_either_queue(robin: User) -> None:
    expected = {"support": ["how do I pair it?"], "promo": ["I would buy two"]}
    for queue in ("support", "promo"):
        assert lanes(at_desk(robin).get(f"/queue/{queue}/")) == expected
    page = at_desk(robin).get("/queue/support/").content.decode()
    assert 'id="rows-promo"' in page
    assert page.count('id="pulse"') == 1


@pytest.mark.usefixtures("posts", "both")
def test_ops_sees_both_lanes_and_a_team_its_own(olga: User, bob: User) -> None:
    assert len(lanes(at_desk(olga).get("/queue/promo/"))) == 2
    assert lanes(at_desk(bob).get("/queue/support/")) == {"support": ["how do I pair it?"]}


@pytest.mark.usefixtures("posts")
def test_without_the_policy_each_queue_is_a_page_of_its_own(robin: User) -> None:
    assert lanes(at_desk(robin).get("/queue/promo/")) == {"promo": ["I would buy two"]}


@pytest.mark.usefixtures("posts", "both")
@pytest.mark.parametrize(
    "address", ["/queue/support/?show=mine", "/queue/review/", "/queue/support/?intent=question"]
)
def test_other_lists_stand_alone(address: str, robin: User) -> None:
    assert len(lanes(at_desk(robin).get(address))) == 1


@pytest.mark.usefixtures("posts", "both")
def test_an_item_keeps_both_lanes_beside_it(robin: User) -> None:
    item = arrive("and this?", minutes=2)
    assert set(lanes(at_desk(robin).get(f"/item/{item.pk}/"))) == {"support", "promo"}


@pytest.mark.usefixtures("both")
def test_next_takes_the_most_urgent_of_both(robin: User, bob: User) -> None:
    arrive("a lead", intent="lead", minutes=-5)  # the older one, but less urgent
    question = arrive("a question")
    desk = at_desk(robin)
    assert desk.post("/queue/promo/next/").url == f"/item/{question.pk}/"
    assert "a lead" in desk.post("/queue/promo/next/", follow=True).content.decode()
    said = desk.post("/queue/promo/next/", follow=True).content.decode()
    assert "Nothing unclaimed in Promo and Support." in said
    arrive("only promo", intent="lead")
    said = at_desk(bob).post("/queue/support/next/", follow=True).content.decode()
    assert "Nothing unclaimed in Support." in said


@pytest.mark.usefixtures("both")
def test_a_poll_tells_what_is_new_and_what_changed_in_either_lane(robin: User, bob: User) -> None:
    old = arrive("old")
    page = at_desk(robin).get("/queue/promo/")
    top = page.context["list"].top
    arrive("new lead", intent="lead"), arrive("new question"), items.claim(old, bob)
    query = f"queue=promo&show=open&top={top}&since={top}&beside=support&beside_top={top}&state=x"
    told = at_desk(robin).get(f"/changes/?{query}").content.decode()
    assert '<span id="new" class="new" role="status" hx-swap-oob="true"><a' in told
    assert '<span id="new-support" class="new" role="status" hx-swap-oob="true"><a' in told
    assert told.count(">1 new</a>") == 2
    assert "Claimed by Bob" in told


@pytest.mark.usefixtures("both")
def test_a_lane_is_drawn_anew_or_longer_by_itself(robin: User) -> None:
    arrive("a question")
    part = at_desk(robin, htmx=True, target="list-support").get("/queue/support/").content.decode()
    assert part.lstrip().startswith('<section id="list-support"')
    assert 'id="pulse"' not in part
    more = at_desk(robin, htmx=True, target="more-support").get("/queue/support/").content.decode()
    assert more.lstrip().startswith("<li")


@pytest.mark.usefixtures("both")
def test_both_lanes_cost_few_queries(
    robin: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        arrive(f"question {number}")
        arrive(f"lead {number}", intent="lead")
    desk = at_desk(robin)
    desk.get("/queue/support/")  # reads the policy, once
    with django_assert_max_num_queries(8):
        desk.get("/queue/support/")


def test_ops_switches_it_with_a_reason(olga: User) -> None:
    desk = at_desk(olga)
    seen = str(policy_in_force().version)
    form = {"both_lanes": "1", "seen": seen, "reason": ""}
    answer = desk.post("/tuning/inbox/", form)
    assert answer.status_code == 409
    assert "Give a short reason" in answer.content.decode()
    assert 'value="1" checked' in answer.content.decode()
    assert not policy_in_force().both_lanes
    answer = desk.post("/tuning/inbox/", {**form, "reason": "Robin does both"}, follow=True)
    assert policy_in_force().both_lanes
    assert "is active" in answer.content.decode()
    desk.post("/tuning/inbox/", {"reason": "two people now"})
    assert not policy_in_force().both_lanes


@pytest.mark.usefixtures("both")
def test_an_item_beside_both_lanes_costs_few_queries(
    robin: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    talk = {"author": "@dan", "conversation": "c"}
    item = arrive("first", **talk)
    for number in range(5):
        arrive(f"more {number}", minutes=number + 1, **talk)
        arrive(f"lead {number}", intent="lead")
    desk = at_desk(robin)
    desk.get(f"/item/{item.pk}/")  # reads the policy, once
    with django_assert_max_num_queries(15):
        desk.get(f"/item/{item.pk}/")
