"""Items over the API: the promised shape, paging, acts, and every refusal as one sentence."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.api.conftest import program, somebody
from tests.web.desk import arrive, ours, watch
from triage.back.replies import write_reply
from triage.finding.showing import item_json
from triage.tables import Item, Lesson, User
from triage.tuning.policies import put_in_force


def act(client: Client, item: Item, name: str, **typed: Any) -> Any:
    return client.post(f"/api/v1/items/{item.pk}/{name}", typed, content_type="application/json")


def test_a_queue_shows_items_as_the_command_does(bobs: Client) -> None:
    item = arrive("how do I pair it?", author="@dan", sentiment="negative")
    arrive("a poster of ours!", intent="awareness")
    answer = bobs.get("/api/v1/items?queue=support").json()
    expected = item_json(item) | {"sentiment": "negative"}
    [shown] = answer["items"]
    created = shown.pop("created_at"), expected.pop("created_at")
    assert shown == expected
    assert created[0].replace("Z", "+00:00") == created[1]
    assert answer["after"] is None


def test_pages_follow_each_other_without_gaps(bobs: Client) -> None:
    made = [str(arrive(f"number {n}", minutes=n).pk) for n in range(5)]
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = bobs.get(f"/api/v1/items?queue=support&limit=2&after={after}").json()
        seen += [item["id"] for item in page["items"]]
        after = page["after"]
    assert seen == made


def test_resolved_items_are_a_list_of_their_own(bob: User, bobs: Client) -> None:
    item, _open = arrive("one"), arrive("two")
    assert act(bobs, item, "resolve").status_code == 200
    page = bobs.get("/api/v1/items?queue=support&status=resolved").json()
    assert [found["id"] for found in page["items"]] == [str(item.pk)]


def test_mine_are_those_that_i_hold(bobs: Client) -> None:
    item, _other = arrive("one"), arrive("two")
    act(bobs, item, "claim")
    page = bobs.get("/api/v1/items?queue=support&mine=true").json()
    assert [found["id"] for found in page["items"]] == [str(item.pk)]


def test_a_list_costs_the_same_however_long_it_is(
    bobs: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        arrive(f"number {number}", minutes=number)
    bobs.get("/api/v1/items?queue=support")  # notes the key's use
    with django_assert_max_num_queries(2):
        bobs.get("/api/v1/items?queue=support")


def test_an_item_comes_with_its_conversation_and_history(bobs: Client) -> None:
    ours("Meet the new app", conversation="c1", minutes=-5)
    item = arrive("it won't pair", conversation="c1")
    detail = bobs.get(f"/api/v1/items/{item.pk}").json()
    assert [(post["text"], post["ours"]) for post in detail["posts"]] == [
        ("Meet the new app", True),
        ("it won't pair", False),
    ]
    assert [move["event"] for move in detail["moves"]] == ["placed"]
    assert detail["version"] == item.version


def test_an_item_tells_what_was_sent_and_what_waits_for_approval(bob: User, bobs: Client) -> None:
    put_in_force('[approval]\nqueues = ["support"]', author=None, reason="a try")
    item = arrive(channel=watch(can={"title": "X", "acts": ["reply"]}))
    assert bobs.get(f"/api/v1/items/{item.pk}").json()["outgoing"] == []
    write_reply(item, bob, text="Hold both buttons.", seen=item.version)
    [row] = bobs.get(f"/api/v1/items/{item.pk}").json()["outgoing"]
    assert (row["state"], row["text"], row["person"]) == ("pending", "Hold both buttons.", "bob")
    assert (row["approved_by"], row["written"], row["sent_at"]) == (None, None, None)


def test_a_claim_says_who_has_it_and_a_colleague_is_refused(bobs: Client) -> None:
    item = arrive()
    assert act(bobs, item, "claim").json()["owner"] == "bob"
    refused = act(program(somebody("bella", "community")), item, "claim")
    assert refused.status_code == 409
    assert refused.json() == {"error": "bob has claimed it."}
    assert act(bobs, item, "release").json()["owner"] is None


def test_a_hand_off_moves_the_item_and_is_a_lesson(bobs: Client) -> None:
    item = arrive()
    moved = act(bobs, item, "hand-off", to="promo", reason="they ask for a sponsor", seen=1)
    assert moved.json()["item"]["queue"] == "promo"
    assert Lesson.objects.get().queue == "promo"


def test_what_changed_since_it_was_seen_is_not_resolved(bobs: Client) -> None:
    item = arrive()
    Item.objects.filter(pk=item.pk).update(version=7)
    refused = act(bobs, item, "resolve", seen=1)
    assert refused.status_code == 409
    assert "changed since you opened it" in refused.json()["error"]
    assert act(bobs, item, "resolve", seen=7).json()["item"]["status"] == "resolved"
    assert act(bobs, item, "reopen").json()["item"]["status"] == "open"


def test_another_team_s_item_can_be_read_and_not_worked(bobs: Client) -> None:
    item = arrive("great poster", intent="awareness")
    assert bobs.get(f"/api/v1/items/{item.pk}").status_code == 200
    refused = act(bobs, item, "claim")
    assert refused.status_code == 409
    assert "does not work the promo queue" in refused.json()["error"]


@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("items", 422, "queue"),
        ("items?queue=sales", 422, "queue"),
        ("items?queue=support&limit=0", 422, "limit"),
        ("items?queue=support&limit=1000", 422, "limit"),
        ("items/999999", 404, "no such item"),
        ("items/99999999999999999999999", 404, "no such item"),
    ],
)
def test_a_wrong_request_gets_one_sentence(
    bobs: Client, address: str, status: int, sentence: str
) -> None:
    answer = bobs.get(f"/api/v1/{address}")
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert sentence in answer.json()["error"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [({"to": "review"}, "to:"), ({}, "to:"), ({"to": "promo", "reason": "x" * 501}, "reason:")],
)
def test_a_wrong_hand_off_names_the_field(
    bobs: Client, typed: dict[str, Any], sentence: str
) -> None:
    answer = act(bobs, arrive(), "hand-off", **typed)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(sentence)


def test_a_key_that_is_no_page_key_begins_at_the_top(bobs: Client) -> None:
    arrive()
    assert len(bobs.get("/api/v1/items?queue=support&after=nonsense").json()["items"]) == 1


def test_a_program_says_how_an_item_sounds(bobs: Client) -> None:
    item = arrive("great, it broke again", sentiment="positive")
    said = act(bobs, item, "sentiment", sentiment="negative", seen=item.version)
    assert said.json()["item"]["sentiment"] == "negative"
    assert [move["event"] for move in said.json()["moves"]] == ["placed", "sentiment"]
    late = act(bobs, item, "sentiment", sentiment="neutral", seen=item.version)
    assert (late.status_code, "changed since" in late.json()["error"]) == (409, True)
    assert act(bobs, item, "sentiment", sentiment="furious").status_code == 422
    assert (
        act(bobs, item, "sentiment", sentiment="neutral").json()["item"]["sentiment"] == "neutral"
    )
