"""Accuracy, the posts behind a confusion, and disagreements over the API."""

import pytest
from django.test import Client
from django.utils import timezone

from tests.api.conftest import program, somebody
from tests.web.desk import arrive
from tests.web.reading import give, sampled, share
from triage.tables import User
from triage.tuning.accuracy import accuracy
from triage.tuning.policies import policy_in_force


@pytest.fixture
def read_posts(bob: User) -> None:
    """Three posts that were judged to be leads, drawn by chance, and read."""
    share(sure=1)
    for read_as in ("lead", "sales", "question"):
        sampled(bob, said="lead", read_as=read_as)


def test_every_share_comes_with_its_interval_and_readings(bobs: Client, read_posts: None) -> None:
    told = bobs.get("/api/v1/accuracy?weeks=4").json()
    found = accuracy(policy_in_force(), now=timezone.now(), weeks=4)
    assert told["queues"]["promo"] == found.queues["promo"]._asdict()
    assert told["queues"]["support"]["estimate"] is None
    assert told["channels"] == {"X mentions": told["channels"]["X mentions"]}
    assert told["languages"].keys() == found.languages.keys()
    assert told["intents"].keys() == {"lead", "sales", "question"}
    assert told["confusion"] == found.confusion
    assert (told["drawn"], told["read"], told["weeks_back"]) == (3, 3, 4)
    assert told["calibration"] == found.calibration
    assert [bin["n"] for bin in told["bins"]] == [bin.n for bin in found.bins]
    assert told["handed_off"] == {"number": 0, "of": 3}


def test_the_posts_of_a_confusion_are_paged(bob: User, bobs: Client, read_posts: None) -> None:
    sampled(bob, said="lead", read_as="question")
    address = "/api/v1/accuracy/posts?said=lead&read=question&limit=1"
    first = bobs.get(address).json()
    rest = bobs.get(f"{address}&after={first['after']}").json()
    assert first["posts"][0]["id"] > rest["posts"][0]["id"]
    assert rest["after"] is None
    post = rest["posts"][0]
    assert (post["said"], post["read"], post["by"]) == ("lead", "question", "bob")
    assert post["text"] == "how do I pair it?"


def test_disagreements_are_told_the_surest_mistake_first(
    bob: User, bobs: Client, read_posts: None
) -> None:
    sampled(bob, said="awareness", read_as="feedback", confidence=0.97)
    told = bobs.get("/api/v1/disagreements").json()["posts"]
    assert (told[0]["said"], told[0]["read"]) == ("awareness", "feedback")
    assert {row["read"] for row in told} == {"feedback", "question", "sales"}
    narrowed = bobs.get("/api/v1/disagreements?intent=lead&limit=1").json()["posts"]
    assert [row["said"] for row in narrowed] == ["lead"]


def test_the_review_lane_tells_how_much_is_to_be_read(bobs: Client) -> None:
    share(sure=1)
    arrive(confidence=0.2)
    arrive(confidence=0.9)
    told = bobs.get("/api/v1/review").json()
    assert (told["unsure"], told["sample"]) == (1, 1)


def test_the_review_lane_tells_how_far_it_is_read(bob: User, bobs: Client) -> None:
    alice = somebody("alice", "social")
    share(sure=1, second=1)
    arrive(confidence=0.9)
    both = arrive(confidence=0.9)
    for reader in (alice, bob):
        give(reader, both, "question")
    sampled(alice, said="lead", read_as="sales")
    told = bobs.get("/api/v1/review").json()
    assert (told["drawn"], told["read"], told["twice"], told["second"]) == (3, 2, 2, 1)
    assert told["sample"] == 2  # one nobody has read, and one that is read a second time
    assert told["pairs"] == [{"one": "alice", "other": "bob", "n": 1, "agreed": 1, "kappa": None}]


def test_somebody_in_no_team_sees_none_of_it(db: None) -> None:
    charlies = program(somebody("charlie"))
    for address in ("accuracy", "disagreements", "queues", "reports/week", "reports/times"):
        assert charlies.get(f"/api/v1/{address}").status_code == 403


@pytest.mark.parametrize("typed", ["weeks=0", "weeks=many", "weeks=9999"])
def test_weeks_that_are_none_are_wrong(bobs: Client, typed: str) -> None:
    answer = bobs.get(f"/api/v1/accuracy?{typed}")
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("weeks: ")
