"""Models over the API: what is stored, trainings, switches, the shadow, and drift."""

from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import program, somebody
from tests.web.desk import watch
from triage.tables import AuditEntry, Drift, InputDrift, StoredModel, Switch, Training, User

OLD, NEW = "2026-03-01-aaaaaaaa", "2026-03-02-bbbbbbbb"


@pytest.fixture
def olga(db: None) -> User:
    """Of ops, with two stored models."""
    StoredModel.objects.create(version=OLD, card={"bytes": 4})
    StoredModel.objects.create(version=NEW, in_use=True)
    return somebody("olga", "ops")


@pytest.fixture
def olgas(olga: User) -> Client:
    """Olga's program."""
    return program(olga)


def post(client: Client, address: str) -> Any:
    return client.post(f"/api/v1/{address}", content_type="application/json")


def test_models_are_told_with_their_cards(olgas: Client) -> None:
    told = olgas.get("/api/v1/models").json()
    assert [(row["version"], row["in_use"]) for row in told["models"]] == [
        (NEW, True),
        (OLD, False),
    ]
    first = olgas.get("/api/v1/models?limit=1").json()
    assert olgas.get(f"/api/v1/models?after={first['after']}").json()["models"] == [
        olgas.get(f"/api/v1/models/{OLD}").json()
    ]
    assert olgas.get("/api/v1/models/none").status_code == 404


def test_a_worker_is_asked_to_switch_and_to_go_back(olga: User, olgas: Client) -> None:
    asked = post(olgas, f"models/{OLD}/use")
    assert (asked.status_code, asked.json()["version"]) == (202, OLD)
    row = Switch.objects.get()
    assert (row.version, row.user) == (OLD, olga)
    for _ in range(2):
        assert post(olgas, "model/back").json()["version"] is None
    assert Switch.objects.count() == 2
    assert post(olgas, "models/none/use").status_code == 404


def test_a_training_is_asked_for_once(olga: User, olgas: Client) -> None:
    asked = post(olgas, "trainings")
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    again = post(olgas, "trainings")
    assert (again.status_code, again.json()["error"]) == (409, "A training waits already.")
    told = olgas.get("/api/v1/trainings").json()
    assert AuditEntry.objects.get(event="training_asked").user_id == olga.pk
    assert told["new_lessons"] == 0
    assert [(row["by"], row["cause"]) for row in told["trainings"]] == [("olga", "button")]


def test_a_refused_training_shows_the_numbers_of_both_sides(olgas: Client) -> None:
    numbers = {"held_out": 48, "champion": {"macro_f1": 0.45}, "challenger": {"macro_f1": 0.4}}
    Training.objects.create(
        state="refused", cause="lessons", numbers=numbers, said="Refused: it is not better.",
        log=["fitting", "comparing"], champion=NEW, finished_at="2026-03-02T10:00:00Z",
    )  # fmt: skip
    [row] = olgas.get("/api/v1/trainings").json()["trainings"]
    assert (row["numbers"], row["said"]) == (numbers, "Refused: it is not better.")
    assert (row["champion"], row["challenger"], row["by"]) == (NEW, None, None)
    assert row["steps"] == ["fitting", "comparing"]


def test_a_model_judges_in_the_shadow_until_it_is_ended(olgas: Client) -> None:
    assert olgas.get("/api/v1/shadow").json() == {"shadow": None}
    begun = post(olgas, f"models/{OLD}/shadow").json()["shadow"]
    assert (begun["version"], begun["running"], begun["judged"]) == (OLD, True, 0)
    assert post(olgas, f"models/{NEW}/shadow").status_code == 404  # it is the one in use
    assert olgas.delete("/api/v1/shadow").json()["shadow"]["running"] is False
    assert olgas.get("/api/v1/shadow").json()["shadow"]["ended_at"] is not None


def test_drift_is_told_with_the_largest_change_first(olgas: Client) -> None:
    for lang, effect, drifting in (("de", 0.05, False), ("en", 0.3, True), ("", 0.1, False)):
        Drift.objects.create(
            channel=watch(), lang=lang, model=NEW, before=400, now=120, statistic=9.1,
            chance=0.2, effect=effect, drifting=drifting, shares={"lead": [10, 40]}, said="So.",
        )  # fmt: skip
    told = olgas.get("/api/v1/drift").json()["drifts"]
    assert [(row["lang"], row["drifting"]) for row in told] == [
        ("en", True),
        (None, False),
        ("de", False),
    ]
    assert told[0]["shares"] == {"lead": [10, 40]}


def test_drift_of_input_names_the_words_with_their_voices(olgas: Client) -> None:
    for lang, chance, drifting in (("de", 0.7, False), ("en", 1e-9, True)):
        InputDrift.objects.create(
            channel=watch(), lang=lang, before=400, now=120, tested=300, chance=chance,
            words=[["#launch26", 0, 17]] if drifting else [], length_before=64, length_now=70,
            length_effect=0.52, length_chance=0.3, drifting=drifting, said="So.",
        )  # fmt: skip
    first, second = olgas.get("/api/v1/drift").json()["inputs"]
    assert (first["lang"], second["lang"]) == ("en", "de")
    assert first["words"] == [{"word": "#launch26", "before": 0, "now": 17}]
    assert (first["before"], first["now"], first["tested"]) == (400, 120, 300)
    assert second["words"] == []
