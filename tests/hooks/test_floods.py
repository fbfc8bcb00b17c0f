"""Floods: more valid deliveries than a channel may have, and forged ones without end."""

from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from structlog.testing import capture_logs

from tests.hooks.sending import deliver, post, signature, watch
from triage.tables import Channel, Delivery
from triage.walk.deliveries import forget_doors
from triage.watch.tokens import store_token
from triage.web import hooks

pytestmark = pytest.mark.django_db
BODY = b'{"id": "1", "text": "hello"}'


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Channel:
    """A channel that takes three deliveries a second."""
    few = replace(settings.ENVIRONMENT, hook_rate=3)
    monkeypatch.setattr(settings, "ENVIRONMENT", few)
    return watch("discourse", "forum")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of the counting, which stands still until the test moves it."""
    now = [1000.0]

    class Stopped:
        @staticmethod
        def monotonic() -> float:
            return now[0]

    monkeypatch.setattr(hooks, "time", Stopped)
    return now


def numbered(number: int) -> dict[str, Any]:
    return {"post": {"id": number}}


def test_a_flood_is_answered_with_429_and_when_to_come_back(
    place: Channel, clock: list[float]
) -> None:
    answers = [deliver(place, numbered(n)) for n in range(10)]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 7
    assert answers[-1]["Retry-After"] == "1"
    assert Delivery.objects.count() == 3
    clock[0] += 1
    assert [deliver(place, numbered(n)).status_code for n in (3, 4, 5, 6)] == [200] * 3 + [429]


def test_the_flood_of_one_channel_is_not_held_against_another(
    place: Channel, clock: list[float]
) -> None:
    other = watch("discourse", "other forum")
    assert {deliver(place, numbered(n)).status_code for n in range(5)} == {200, 429}
    assert deliver(other, numbered(1)).status_code == 200


def test_forged_deliveries_fill_neither_the_log_nor_the_table(
    place: Channel, clock: list[float]
) -> None:
    with capture_logs() as said:
        answers = [post(place, BODY, signature("discourse", BODY, "wrong")) for _ in range(150)]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [401] * hooks.FORGERIES + [429] * (150 - hooks.FORGERIES)
    assert answers[-1]["Retry-After"] == "60"
    assert [entry["count"] for entry in said] == [1, 10, 100]
    assert not Delivery.objects.exists()


def test_who_signs_rightly_is_let_in_among_forgeries_from_the_same_address(
    place: Channel, clock: list[float]
) -> None:
    for _ in range(50):
        post(place, BODY, signature("discourse", BODY, "wrong"))
    assert deliver(place, BODY).status_code == 200
    clock[0] += hooks.SPAN
    assert post(place, b"{}", signature("discourse", BODY)).status_code == 401


def test_a_flood_to_addresses_that_are_none_asks_the_database_once_each(
    place: Channel, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(3):
        statuses = {post("nowhere", BODY, {}).status_code for _ in range(20)}
    assert statuses == {404}


def test_a_stored_secret_proves_a_delivery_before_the_one_of_the_environment(
    place: Channel,
) -> None:
    store_token(place, "webhook_secret", "stored-canary")
    signed = signature("discourse", BODY, "stored-canary")
    assert post(place, BODY, signed).status_code == 200
    assert post(place, BODY, signature("discourse", BODY)).status_code == 401
    place.tokens.all().delete()
    forget_doors()
    assert post(place, BODY, signature("discourse", BODY)).status_code == 200
