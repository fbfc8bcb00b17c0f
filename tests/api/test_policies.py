"""Policies over the API: versions, comparing, trying, putting in force and going back."""

from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import program, somebody
from tests.web.desk import arrive
from triage.tables import AuditEntry, Policy, Resorting
from triage.tuning.policies import policy_row

STRICT = """
[thresholds]
promo = 0.95
support = 0.95
[[rules]]
name = "Money"
when = { contains = ["refund"] }
then = { queue = "promo" }
"""


@pytest.fixture
def olgas(db: None) -> Client:
    """A program of somebody of ops."""
    return program(somebody("olga", "ops"))


def post(client: Client, address: str, **typed: Any) -> Any:
    return client.post(f"/api/v1/{address}", typed, content_type="application/json")


def test_a_policy_is_put_in_force_and_stands_in_the_versions(olgas: Client) -> None:
    first = policy_row()
    told = post(olgas, "policies", text=STRICT, reason="too many mistakes", seen=first.version)
    assert told.status_code == 200
    assert (told.json()["version"], told.json()["text"]) == (first.version + 1, STRICT)
    versions = olgas.get("/api/v1/policies").json()
    newest, oldest = versions["policies"]
    assert (newest["in_force"], newest["author"]) == (True, "olga")
    assert (newest["reason"], oldest["in_force"]) == ("too many mistakes", False)
    assert olgas.get(f"/api/v1/policies/{first.version}").json()["text"] == first.text
    assert AuditEntry.objects.get(event="policy_changed").actor == "olga"


def test_two_versions_are_compared_line_by_line(olgas: Client) -> None:
    first = policy_row()
    post(olgas, "policies", text=first.text + "# more\n", reason="a word")
    told = olgas.get(f"/api/v1/policies/compare?old={first.version}&new=2").json()
    assert "+# more" in told["lines"]
    assert olgas.get("/api/v1/policies/compare?old=1&new=9").status_code == 404


def test_going_back_is_a_new_version_that_says_what_the_old_one_said(olgas: Client) -> None:
    first = policy_row()
    post(olgas, "policies", text=STRICT, reason="a try")
    back = post(olgas, f"policies/{first.version}/back", reason="it was worse").json()
    assert (back["version"], back["text"]) == (3, first.text)
    assert back["reason"] == "back to policy 1: it was worse"
    assert AuditEntry.objects.filter(event="policy_changed").count() == 2


def test_a_draft_is_tried_on_past_posts_with_each_of_its_rules(olgas: Client) -> None:
    met = arrive("my refund", confidence=0.9)
    arrive("how?", confidence=0.9)
    told = post(olgas, "policies/foresight", text=STRICT, days=30).json()
    assert (told["posts"], told["changed"], told["waiting_to_move"]) == (2, 2, 2)
    assert {"from": "support", "to": "promo", "posts": 1} in told["flows"]
    [rule] = told["rules"]
    assert (rule["name"], rule["ran"], rule["kept_out"]) == ("Money", 1, 0)
    assert rule["posts"] == [met.latest_post_id]
    assert Policy.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        ({"text": "[thresholds]\npromo = 7", "reason": "why"}, 422, "text: "),
        ({"text": "no toml", "reason": "why"}, 422, "text: the policy is not valid TOML"),
        ({"text": STRICT, "reason": ""}, 422, "reason: "),
        ({"text": STRICT, "reason": "  "}, 409, "Give a short reason"),
        ({"text": STRICT}, 422, "reason: "),
        ({"text": STRICT, "reason": "why", "seen": 7}, 409, "has come into force since"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence_and_changes_nothing(
    olgas: Client, typed: dict[str, Any], status: int, sentence: str
) -> None:
    policy_row()
    answer = post(olgas, "policies", **typed)
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert sentence in answer.json()["error"]
    assert Policy.objects.count() == 1


def test_a_body_that_is_no_json_is_one_sentence_too(olgas: Client) -> None:
    answer = olgas.post("/api/v1/policies", "{", content_type="application/json")
    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]


def test_what_waits_is_sorted_anew_once(olgas: Client) -> None:
    assert olgas.get("/api/v1/resorting").json() == {"resorting": None}
    asked = post(olgas, "resorting")
    assert asked.status_code == 202
    assert post(olgas, "resorting").json() == asked.json()
    told = olgas.get("/api/v1/resorting").json()["resorting"]
    assert (told["policy"], told["moved"], told["finished_at"]) == (1, 0, None)
    assert Resorting.objects.count() == 1
