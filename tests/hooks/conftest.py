"""The environment in which the secrets of the tested channels lie."""

import pytest

from tests.hooks.sending import VARIABLES
from tests.web.conftest import alice, olga

__all__ = ["alice", "olga"]


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
