"""Judging: which model judges, and what happens when there is none that can be used."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from models import registry
from tests.domain.making import post, row_of
from triage.tables import Channel
from triage.walk import judging
from triage.walk.intake import store


@pytest.fixture
def root(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty models directory of an installation that has not judged anything yet."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, models_dir=tmp_path / "models")
    monkeypatch.setattr(judging, "_loaded", None)
    return tmp_path / "models"


@pytest.fixture
def nothing_shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(registry, "shipped_path", lambda: tmp_path / "nothing")


def shipped_version() -> str:
    if not registry.shipped_path().is_dir():
        pytest.skip("no model is shipped with this checkout")
    return str(registry.read_card(registry.shipped_path())["version"])


def test_a_new_installation_uses_the_model_that_comes_with_the_code(root: Path) -> None:
    version = shipped_version()
    classifier = judging.current_classifier()
    assert classifier is not None
    assert classifier.version == version == registry.current(root)
    assert judging.current_classifier() is classifier, "it is loaded once"


def test_a_start_that_was_cut_off_between_copy_and_use_is_completed(root: Path) -> None:
    version = registry.install(registry.shipped_path(), root) if shipped_version() else ""
    assert registry.current(root) is None
    assert judging.current_classifier() is not None
    assert registry.current(root) == version


def test_two_processes_may_install_it_at_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version, install = shipped_version(), registry.install

    def slower(folder: Path, target: Path) -> str:
        monkeypatch.setattr(registry, "install", install)
        install(folder, target)
        raise OSError("Directory not empty")  # as when the other one renames first

    monkeypatch.setattr(registry, "install", slower)
    classifier = judging.current_classifier()
    assert classifier is not None
    assert registry.current(root) == version


@pytest.mark.usefixtures("nothing_shipped")
def test_without_any_model_nothing_is_judged(root: Path, web: Channel) -> None:
    assert judging.current_classifier() is None
    store(web, [post("1"), post("2")])
    assert judging.judge_rows([row_of(web, "1"), row_of(web, "2")], {}) == [None, None]


def test_a_model_that_breaks_leaves_the_last_good_one_in_use(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = shipped_version()
    good = judging.current_classifier()
    monkeypatch.setattr(registry, "current", lambda root: "2099-01-01-00000000")
    assert judging.current_classifier() is good
    monkeypatch.undo()
    assert good is not None
    assert good.version == version


@pytest.mark.parametrize("damage", ["model.skops", "card.json"])
def test_a_damaged_model_judges_nothing_and_stops_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    version = shipped_version()
    assert judging.current_classifier() is not None
    (root / version / damage).write_bytes(b"{}")
    monkeypatch.setattr(judging, "_loaded", None)
    assert judging.current_classifier() is None


@pytest.mark.parametrize("wrong", ["a file", "a loop"])
def test_a_models_directory_that_cannot_be_used_stops_nothing(root: Path, wrong: str) -> None:
    if wrong == "a file":
        root.write_text("not a directory")
    else:
        root.symlink_to(root)
    assert judging.current_classifier() is None


@pytest.mark.usefixtures("nothing_shipped")
def test_the_judge_sees_the_post_and_what_it_answers(
    root: Path, web: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    class Judge:
        def judge(self, passages: list[Any]) -> list[Any]:
            seen.extend(passages)
            return passages

    monkeypatch.setattr(judging, "current_classifier", Judge)
    store(web, [post("1", "hi", lang="de"), post("2", "ho", parent_text="sent", author_id="b")])
    rows = [row_of(web, "1"), row_of(web, "2")]
    assert len(judging.judge_rows(rows, {rows[0].pk: "found", rows[1].pk: "found"})) == 2
    assert [p.id for p in seen] == [str(row.pk) for row in rows]
    assert [(p.text, p.parent_text, p.lang) for p in seen] == [
        ("hi", "found", "de"),
        ("ho", "sent", None),
    ]
    assert {(p.kind, p.platform, p.brand) for p in seen} == {("public", "x", "Acme")}
