"""The intents page: what there is, how far the model is, and every change with its refusals."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.domain.growth import PRAISE, add_praise
from tests.web.conftest import at_desk
from tests.web.desk import arrive
from triage.intents import intents, today
from triage.tables import AuditEntry, IntentRow, Item, Lesson, Reading, User
from triage.tuning.growing import merge_intents, retire_intent
from triage.tuning.policies import policy_row, put_in_force

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Praise of staff",
    "measure": PRAISE.measure,
    "department": PRAISE.department,
    "public": "support",
    "community": "support",
    "guide": PRAISE.guide,
    "examples": "Thank you Mia!\n\nThank you Jonas!",
    "reason": "people thank people",
}


def teach(intent: str, number: int) -> None:
    for _ in range(number):
        item = arrive()
        Lesson.objects.create(
            post_id=item.latest_post_id, post_version=1, queue=item.queue, intent=intent,
            origin=Lesson.Origin.REVIEW,
        )  # fmt: skip


def test_the_page_lists_every_intent_and_how_far_the_model_is(olga: User) -> None:
    add_praise(olga)
    teach("praise", 3)
    page = at_desk(olga).get("/intents/").content.decode()
    assert "Peer help" in page
    assert PRAISE.guide in page
    assert "3 of 20 needed for training" in page
    assert "not learned yet" in page
    teach("praise", 17)
    page = at_desk(olga).get("/intents/").content.decode()
    assert "learns it next training" in page


def test_an_intent_is_added_with_author_and_reason(olga: User) -> None:
    answer = at_desk(olga).post("/intents/", FORM, follow=True)
    assert "Praise of staff added" in answer.content.decode()
    row = IntentRow.objects.get(name="praise_of_staff")
    assert row.examples == ["Thank you Mia!", "Thank you Jonas!"]
    entry = AuditEntry.objects.get(event="intent_added")
    assert (entry.actor, entry.details["reason"]) == ("olga", "people thank people")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": "1"}, "write 2 to 32 small letters"),
        ({"measure": ""}, "An intent needs a measure"),
        ({"public": "review"}, "choose promo, support or archive"),
        ({"reason": ""}, "Give a short reason"),
    ],
)
def test_what_cannot_be_added_is_said_and_what_was_typed_stays(
    olga: User, changed: dict[str, str], sentence: str
) -> None:
    answer = at_desk(olga).post("/intents/", FORM | changed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert sentence in page
    assert PRAISE.guide in page
    assert "Thank you Jonas!" in page
    assert "praise_of_staff" not in intents()


def test_an_intent_is_changed_unless_somebody_was_faster(olga: User) -> None:
    client = at_desk(olga)
    add_praise(olga)
    seen = IntentRow.objects.get(name="praise").revision
    form = FORM | {"guide": "Thanks one of us.", "seen": str(seen)}
    assert "Praise saved." in client.post("/intents/praise/", form, follow=True).content.decode()
    assert intents()["praise"].guide == "Thanks one of us."
    answer = client.post("/intents/praise/", form | {"guide": "Another."})
    assert (answer.status_code, intents()["praise"].guide) == (409, "Thanks one of us.")
    assert "has changed since you opened it" in answer.content.decode()
    assert AuditEntry.objects.get(event="intent_changed").details["before"]["guide"] == PRAISE.guide


def test_merging_says_what_is_left_and_a_button_relabels_it(olga: User) -> None:
    client = at_desk(olga)
    add_praise(olga)
    item = arrive(intent="praise")
    form = {"into": "retention", "reason": "nobody can tell them apart"}
    page = client.post("/intents/praise/merge/", form, follow=True).content.decode()
    assert "Praise now counts as retention. 1 open item" in page
    assert "Relabel 1 open item" in page
    assert today("praise") == "retention"
    page = client.post("/intents/praise/relabel/", follow=True).content.decode()
    assert "1 item relabelled." in page
    assert "Relabel 1" not in page
    assert Item.objects.get(pk=item.pk).intent == "retention"


def test_noise_is_neither_merged_nor_retired(olga: User) -> None:
    client = at_desk(olga)
    assert "it cannot be merged or retired" in client.get("/intents/noise/").content.decode()
    answer = client.post("/intents/noise/retire/", {"reason": "x"})
    assert answer.status_code == 409
    assert "Noise cannot be retired" in answer.content.decode()


def test_what_was_retired_can_be_brought_back(olga: User) -> None:
    client = at_desk(olga)
    page = client.post("/intents/event/retire/", {"reason": "none here"}, follow=True)
    assert "Event is retired" in page.content.decode()
    assert "event" not in intents()
    client.post("/intents/event/restore/", {"reason": "a fair in May"})
    assert "event" in intents()
    events = AuditEntry.objects.values_list("event", flat=True).order_by("id")
    assert list(events) == ["intent_retired", "intent_restored"]


def test_the_page_says_which_parts_of_the_policy_have_no_effect(olga: User) -> None:
    text = policy_row().text.replace("[priority]", "[priority]\nfeedback = 2")
    put_in_force(text, author=olga, reason="wishes first")
    client = at_desk(olga)
    assert "has no effect" not in client.get("/intents/").content.decode()
    retire_intent("feedback", by=olga, reason="x")
    assert "priority.feedback has no effect" in client.get("/intents/").content.decode()
    assert client.get("/tuning/").status_code == 200
    assert client.get("/tuning/rules/").status_code == 200


def test_people_answer_with_an_added_intent_in_the_review_lane(bob: User, olga: User) -> None:
    add_praise(olga)
    item = arrive(confidence=0.3)
    client = at_desk(bob)
    page = client.get("/review/").content.decode()
    assert 'value="praise" data-lane-key="i"' in page
    form = {"lane": "unsure", "post": item.latest_post_id, "version": 1, "intent": "praise"}
    client.post("/review/read/", form)
    item.refresh_from_db()
    assert (item.queue, item.intent) == ("support", "praise")
    assert (Reading.objects.get().queue, Lesson.objects.get().intent) == ("support", "praise")


def test_the_lane_sends_a_post_where_the_policy_in_force_has_its_intent(
    bob: User, olga: User
) -> None:
    text = policy_row().text.replace("[routes]", '[routes.visibility]\npublic = "support"')
    put_in_force(text, author=olga, reason="press is theirs")
    item = arrive(confidence=0.3)
    form = {"lane": "unsure", "post": item.latest_post_id, "version": 1, "intent": "visibility"}
    at_desk(bob).post("/review/read/", form)
    item.refresh_from_db()
    assert (item.queue, item.intent) == ("support", "visibility")
    page = at_desk(bob).get(f"/item/{item.pk}/").content.decode()
    assert "Visibility of company" in page, "its measure is known, since a person named it"


def test_every_page_renders_what_was_added_merged_and_retired(olga: User) -> None:
    add_praise(olga)
    items = [arrive(intent=word) for word in ("praise", "lead", "event")]
    merge_intents("praise", into="retention", by=olga, reason="x")
    retire_intent("event", by=olga, reason="x")
    client = at_desk(olga)
    addresses = [
        "/queue/promo/",
        "/queue/support/",
        "/items/?intent=event",
        "/items/?intent=praise",
    ]
    addresses += ["/reports/", "/accuracy/", "/review/", "/tuning/", "/models/", "/intents/"]
    addresses += [f"/item/{item.pk}/" for item in items]
    for address in addresses:
        assert client.get(address).status_code == 200, address
    page = client.get("/items/?intent=retention").content.decode()
    assert f"/item/{items[0].pk}/" in page, "what was called praise is found under its successor"


def test_the_page_costs_few_queries_at_any_size(
    olga: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    add_praise(olga)
    teach("praise", 5)
    client = at_desk(olga)
    with django_assert_max_num_queries(15):
        client.get("/intents/")
    with django_assert_max_num_queries(15):
        client.get("/intents/praise/")
