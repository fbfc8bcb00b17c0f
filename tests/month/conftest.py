"""A model that judges each text once, and an installation of its own for the month."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from models import Judgement
from tests.month import world
from triage.tables import PostRow
from triage.walk import judging, sorting

Judge = Callable[[Sequence[PostRow], dict[int, str]], list[Judgement | None]]


class Remembering:
    """The model in use; what it has said of a text once is not asked again.

    The same model says the same of the same text, which is what lets ten months share the time of
    one. `forget` makes it judge anew.
    """

    def __init__(self) -> None:
        self._said: dict[tuple[Any, ...], Judgement] = {}

    def forget(self) -> None:
        """Judge every text anew from now on."""
        self._said.clear()

    def __call__(self, rows: Sequence[PostRow], parents: dict[int, str]) -> list[Judgement | None]:
        classifier = judging.current_classifier()
        assert classifier is not None
        passages = [judging.passage_of_row(row, parents.get(row.pk)) for row in rows]
        keys = [(classifier.version, replace(each, id="")) for each in passages]
        unknown = [place for place, key in enumerate(keys) if key not in self._said]
        judged = classifier.judge([passages[place] for place in unknown])
        self._said |= {keys[place]: one for place, one in zip(unknown, judged, strict=True)}
        return [
            replace(self._said[key], id=passage.id)
            for key, passage in zip(keys, passages, strict=True)
        ]


@pytest.fixture(scope="session")
def remembering() -> Remembering:
    return Remembering()


@pytest.fixture(scope="session")
def labelled(shared: Path) -> list[dict[str, Any]]:
    return world.labelled(shared)


@pytest.fixture(scope="package")
def installation(
    tmp_path_factory: pytest.TempPathFactory, remembering: Remembering
) -> Iterator[Path]:
    """Models in a folder of their own, judged by the one that remembers -> a folder for files."""
    home = tmp_path_factory.mktemp("month")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            settings, "ENVIRONMENT", replace(settings.ENVIRONMENT, models_dir=home / "models")
        )
        patch.setattr(judging, "_loaded", None)
        patch.setattr(sorting, "judge_rows", remembering)
        yield home
