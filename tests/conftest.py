"""What every room of tests may use."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the repository; tests that need it skip without it."""
    if not SHARED.is_dir():
        pytest.skip(
            "../shared is not here: the real posts and recordings lie outside the repository"
        )
    return SHARED
