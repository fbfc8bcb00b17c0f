"""What every room of tests may use."""

from pathlib import Path

import pytest

from triage.intents import SHIPPED, know

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the repository; tests that need it skip without it."""
    if not SHARED.is_dir():
        pytest.skip(
            "../shared is not here: the real posts and recordings lie outside the repository"
        )
    return SHARED


@pytest.fixture(autouse=True)
def shipped_intents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test begins with the shipped intents, and no page looks for others by the clock."""
    know(SHIPPED)
    monkeypatch.setattr("triage.tuning.taxonomy._looked_at", 0.0)
    monkeypatch.setattr("triage.tuning.taxonomy.FRESH_FOR", float("inf"))
