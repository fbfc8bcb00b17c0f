"""The environment in which the secrets of the tested channels lie."""

import pytest

from tests.hooks.sending import VARIABLES
from tests.web.conftest import alice, olga
from triage.walk import deliveries
from triage.web import hooks

__all__ = ["alice", "olga"]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    """Nothing is remembered of another test's channels."""
    deliveries.forget_doors()
    hooks._flow.clear()
    hooks._forgeries.clear()


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
