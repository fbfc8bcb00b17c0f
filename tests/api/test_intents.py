"""Intents over the API: everybody of a team reads them, ops change them."""

from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import program, somebody
from tests.domain.growth import PRAISE, add_praise
from tests.web.desk import arrive
from triage.intents import intents
from triage.tables import Item

DESCRIBED = {
    "measure": PRAISE.measure,
    "department": PRAISE.department,
    "public": "support",
    "community": "support",
    "guide": PRAISE.guide,
    "examples": list(PRAISE.examples),
    "reason": "people thank people",
}


@pytest.fixture
def olgas(db: None) -> Client:
    """A program of Olga's, of ops."""
    return program(somebody("olga", "ops"))


def send(client: Client, address: str, **typed: Any) -> Any:
    return client.post(f"/api/v1/intents{address}", typed, content_type="application/json")


def test_every_intent_is_listed_with_its_uptake(bobs: Client) -> None:
    found = {each["name"]: each for each in bobs.get("/api/v1/intents").json()}
    assert found["event"]["public"] == "promo"
    assert found["event"]["community"] == "support"
    assert found["noise"]["measure"] is None
    assert {each["in_force"] for each in found.values()} == {True}


def test_an_intent_lives_from_its_first_day_to_its_last(olgas: Client) -> None:
    added = send(olgas, "", name="praise", **DESCRIBED).json()
    assert (added["name"], added["lessons"], added["lessons_missing"]) == ("praise", 0, 20)
    changed = send(olgas, "/praise", **DESCRIBED | {"guide": "Thanks.", "seen": added["revision"]})
    assert changed.json()["guide"] == "Thanks."
    item = arrive(intent="praise")
    merged = send(olgas, "/praise/merge", into="retention", reason="the same").json()
    assert (merged["in_force"], merged["merged_into"]) == (False, "retention")
    assert send(olgas, "/praise/relabel").json() == {"done": 1, "left": 0}
    assert Item.objects.get(pk=item.pk).intent == "retention"
    assert send(olgas, "/praise/restore", reason="not quite").json()["in_force"]
    assert not send(olgas, "/praise/retire", reason="nobody").json()["in_force"]
    assert "praise" not in intents()


def test_what_is_refused_is_said_in_a_sentence(olgas: Client, bobs: Client) -> None:
    answer = send(olgas, "/noise/retire", reason="x")
    assert (answer.status_code, answer.json()) == (
        409,
        {"error": "Noise cannot be retired: the archive stands on it."},
    )
    assert send(bobs, "/lead/retire", reason="x").status_code == 403
    assert send(olgas, "/lead/retire").status_code == 422
    assert send(olgas, "/lead", **DESCRIBED | {"seen": 99}).status_code == 409
    assert "lead" in intents()


def test_a_stranger_sees_nothing(db: None) -> None:
    add_praise(somebody("ops", "ops"))
    assert Client().get("/api/v1/intents").status_code == 401
