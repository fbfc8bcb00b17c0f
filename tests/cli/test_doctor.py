"""`triage doctor`: what is wrong with this installation, in sentences."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from tests.cli.conftest import Command
from tests.domain.place import Place
from triage.tables import Channel
from triage.watch.health import beat


def found(data: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    return {entry["part"]: (entry["level"], entry["message"]) for entry in data}


@pytest.fixture
def well(triage: Command, place: type[Place], models_dir: Path) -> Command:
    """An installation with a person, a channel and a sign of life."""
    triage("user", "add", "ann", "--team", "ops")
    triage("channel", "add", "place", "--name", "Place", "--secret", "token=PLACE_TOKEN")
    beat("schedule")
    return triage


def test_a_fresh_home_is_not_wrong(shell: Command, tmp_path: Path) -> None:
    said = shell(
        "doctor",
        "--json",
        TRIAGE_HOME=str(tmp_path / "new"),
        DATABASE_URL=f"sqlite:///{tmp_path}/new.db",
    )
    parts = found(said.data)
    assert parts["database"] == (
        "warning",
        "empty; the first command that needs its tables makes them.",
    )
    assert parts["home"][0] == parts["policy"][0] == parts["broker"][0] == "ok"
    assert said.err == ""


def test_an_empty_installation_says_what_is_missing(triage: Command, models_dir: Path) -> None:
    parts = found(triage("doctor", "--json").data)
    assert {part: level for part, (level, _) in parts.items() if level != "ok"} == {
        "model": "warning", "people": "warning", "channel": "warning", "health": "warning",
    }  # fmt: skip
    assert "triage train" in parts["model"][1]
    assert "triage user add" in parts["people"][1]
    assert "triage channel add" in parts["channel"][1]


def test_all_is_well(well: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE_TOKEN", "s3cret")
    said = well("doctor", "--json")
    assert {part for part, (level, _) in found(said.data).items() if level != "ok"} == {"model"}
    assert "s3cret" not in said.out + said.err
    assert well("doctor").out.startswith("ok      home: ")


def test_a_missing_key_is_wrong(well: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLACE_TOKEN", raising=False)
    said = well("doctor", "--json", code=1)
    assert found(said.data)["channel"] == (
        "wrong", "Place: The environment variable PLACE_TOKEN (token) is not set.",
    )  # fmt: skip
    assert said.sentence == "1 part of it is wrong; see above"


def test_a_key_in_a_file_is_a_key(
    well: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    monkeypatch.delenv("PLACE_TOKEN", raising=False)
    monkeypatch.setenv("PLACE_TOKEN_FILE", str(tmp_path / "token"))
    well("doctor")


def test_a_policy_that_cannot_be_used_is_wrong(
    well: Command, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACE_TOKEN", "s3cret")
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, policy_file=tmp_path / "none.toml")
    level, message = found(well("doctor", "--json", code=1).data)["policy"]
    assert (level, message) == (
        "wrong",
        f"{tmp_path}/none.toml cannot be read: No such file or directory",
    )


def test_a_broker_that_does_not_answer_is_wrong(
    well: Command, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACE_TOKEN", "s3cret")
    closed = "redis://:geheim@127.0.0.1:1/0"
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, broker_url=closed)
    said = well("doctor", "--json", code=1)
    assert found(said.data)["broker"] == ("wrong", "Redis does not answer: ConnectionError.")
    assert "geheim" not in said.out + said.err


def test_a_database_that_does_not_answer_is_wrong(shell: Command) -> None:
    url = "postgresql://ann:geheim@127.0.0.1:1/inbox"
    said = shell("doctor", "--json", code=1, DATABASE_URL=url)
    level, message = found(said.data)["database"]
    assert level == "wrong"
    assert message.startswith("it does not answer: connection failed")
    assert "geheim" not in said.out + said.err


def test_what_the_rows_tell_is_told(well: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE_TOKEN", "s3cret")
    Channel.objects.update(failures=4, error="no answer")
    level, message = found(well("doctor", "--json").data)["health"]
    assert (level, message) == (
        "warning", "Channel Place has failed 4 times in a row: no answer",
    )  # fmt: skip
