"""Showing: the JSON of an item, and the order of a queue."""

import pytest

from tests.domain.making import bring, later, post
from triage.desk.items import claim, resolve
from triage.finding.showing import item_json, queue_items
from triage.tables import Channel, User

pytestmark = pytest.mark.usefixtures("judge")
KEYS = [
    "id", "queue", "intent", "measure", "role", "department", "confidence", "unsure", "also",
    "priority", "status", "channel", "author", "text", "url", "created_at", "why",
]  # fmt: skip


def test_an_item_shows_every_promised_key(web: Channel) -> None:
    item = bring(web, post("1", "lead how much", url="https://x.test/1"))
    data = item_json(item)
    assert list(data) == KEYS
    why = data.pop("why")
    assert why == item.why != ""
    assert data == {
        "id": str(item.pk), "queue": "promo", "intent": "lead", "measure": "Drive leads",
        "role": "social media manager", "department": "Marketing", "confidence": 0.95,
        "unsure": False, "also": None, "priority": 1, "status": "open", "channel": "Open web",
        "author": "ann", "text": "lead how much", "url": "https://x.test/1",
        "created_at": "2026-03-01T12:00:00+00:00",
    }  # fmt: skip


def test_what_is_not_known_is_null(web: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.walk.sorting.judge_rows", lambda rows, parents: [None] * len(rows))
    data = item_json(bring(web, post("1", author=None, author_id=None)))
    assert list(data) == KEYS
    unknown = ("intent", "measure", "department", "confidence", "also", "author", "url")
    assert {key for key in KEYS if data[key] is None} == set(unknown)
    assert (data["role"], data["unsure"]) == ("ops", True)


def test_noise_has_no_measure_and_no_department(web: Channel) -> None:
    data = item_json(bring(web, post("1", "noise")))
    assert (data["measure"], data["department"], data["role"]) == (None, None, "nobody")


def test_the_most_urgent_stands_first_then_the_oldest(web: Channel, bob: User) -> None:
    for n, text in enumerate(["feedback", "question", "question", "retention"]):
        bring(web, post(str(n), text, author_id=f"a{n}", created_at=later(-n)))
    order = [item.latest_post.external_id for item in queue_items("support", 10)]
    assert order == ["2", "1", "3", "0"]
    claim(queue_items("support", 1)[0], bob)
    resolve(queue_items("support", 2)[1], bob)
    assert [item.latest_post.external_id for item in queue_items("support", 10)] == ["2", "3", "0"]
    assert list(queue_items("promo", 10)) == []
