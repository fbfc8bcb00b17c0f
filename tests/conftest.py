"""What every room of tests may use."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections
from whitenoise.middleware import WhiteNoiseMiddleware

from tests import kept
from triage.intents import SHIPPED, know

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def pytest_configure() -> None:
    """Be stoppable by Ctrl-C, and so by `tools/test`; in the background shells have it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


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


@pytest.fixture(scope="session", autouse=True)
def static_files_are_looked_for_once() -> Iterator[None]:
    """Every client of a test makes the middleware anew, which would look through all the files."""
    found: dict[str, object] = {}
    look = WhiteNoiseMiddleware.add_files_from_finders

    def look_once(self: WhiteNoiseMiddleware) -> None:
        if not found:
            look(self)
            found.update(self.files)
        self.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", look_once)
        yield


# The database of the tests, which begins as a copy of the one that is kept (SQLite)


@pytest.fixture(scope="session")
def kept_database(pytestconfig: pytest.Config) -> Path:
    """Where a database with today's tables is kept between runs; the first run puts it there."""
    return kept.place_in(pytestconfig.cache.mkdir("tables"))


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Whether what lies at the database's place is migrated; else it is thrown away first."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, kept_database: Path
) -> None:
    """Lay the copy there before the tables are made."""
    if connection.vendor == "sqlite" and kept_database.exists():
        kept.copy(kept_database, Path(connection.settings_dict["TEST"]["NAME"]))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, kept_database: Path) -> Iterator[None]:
    """Keep the database as the migrations have made it."""
    if connection.vendor == "sqlite" and not kept_database.exists():
        kept.copy(Path(connection.settings_dict["NAME"]), kept_database)
    yield
    connections.close_all()
