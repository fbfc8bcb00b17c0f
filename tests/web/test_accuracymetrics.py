"""The metrics of accuracy: the same numbers as on the page, and none that nobody knows."""

import pytest
from django.core.cache import cache
from django.test import Client

from tests.web.reading import sampled, share
from triage.tables import User


@pytest.fixture(autouse=True)
def nothing_is_remembered(db: None) -> None:
    cache.clear()


def told() -> dict[str, float]:
    lines = Client().get("/metrics").content.decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def test_metrics_tell_the_accuracy_of_each_queue_with_its_ends_and_readings(alice: User) -> None:
    share(sure=1)
    for read_as in ("lead", "sales", "question"):
        sampled(alice, said="lead", read_as=read_as)
    found = told()
    assert round(found['triage_accuracy{queue="promo"}'], 3) == 0.667
    assert round(found['triage_accuracy_low{queue="promo"}'], 3) == 0.208
    assert found['triage_accuracy_readings{queue="promo"}'] == 3
    assert found["triage_sample_drawn"] == found["triage_sample_read"] == 3
    assert found["triage_unsure_ratio"] == 0
    assert found['triage_intent_unsure_ratio{intent="lead"}'] == 0
    assert found['triage_channel_unsure_items{channel="X mentions"}'] == 3
    assert 0.5 < found['triage_channel_unsure_ratio_high{channel="X mentions"}'] < 0.6
    assert found['triage_channel_handed_off_ratio{channel="X mentions"}'] == 0


def test_what_nobody_knows_is_left_out(db: None) -> None:
    found = told()
    assert found["triage_sample_drawn"] == 0
    assert not [name for name in found if name.startswith(("triage_accuracy", "triage_unsure"))]
