"""Words for times and numbers, and the JSON of an item."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.web.desk import arrive
from triage.finding.showing import item_json, queue_items
from triage.web.showing import age, moment, plural, sentence, thousands

NOW = datetime(2025, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "short"),
    [
        (NOW - timedelta(hours=3), "09:00"),
        (NOW - timedelta(days=2), "19 Nov, 12:00"),
        (NOW - timedelta(days=400), "17 Oct 2024"),
        (NOW + timedelta(days=1), "22 Nov, 12:00"),
    ],
)
def test_a_moment_says_as_much_as_it_needs(at: datetime, short: str) -> None:
    assert moment(at, now=NOW).short == short
    assert moment(at, now=NOW).iso == at.isoformat()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "now"), (59, "now"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (172_800, "2 d")],
)
def test_an_age_is_rounded_down(seconds: float, words: str) -> None:
    assert age(seconds) == words


def test_numbers_are_easy_to_read() -> None:
    assert thousands(1234567) == "1\u202f234\u202f567"
    assert plural(1, "try", "tries") == "1 try"
    assert plural(2, "try", "tries") == "2 tries"
    assert sentence("no end") == "no end."
    assert sentence("an end!") == "an end!"


@pytest.mark.django_db
def test_an_item_as_json_has_every_key_that_is_promised() -> None:
    item = arrive("how?", author=None, confidence=0.9)
    found = item_json(item)
    assert found == {
        "id": str(item.pk),
        "queue": "support",
        "intent": "question",
        "measure": "Customer questions about how to use a product or service",
        "role": "community manager",
        "department": "Customer Service",
        "confidence": 0.9,
        "unsure": False,
        "also": None,
        "priority": 2,
        "status": "open",
        "channel": "X mentions",
        "author": None,
        "text": "how?",
        "url": None,
        "created_at": "2025-11-21T12:00:00+00:00",
        "why": item.why,
    }


@pytest.mark.django_db
def test_a_queue_as_json_is_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(5):
        arrive(f"post {number}", minutes=-number)
    with django_assert_num_queries(1):
        texts = [item_json(item)["text"] for item in queue_items("support", 3)]
    assert texts == ["post 4", "post 3", "post 2"]
