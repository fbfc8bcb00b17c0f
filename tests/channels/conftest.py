"""What the tests of the channels share: a platform on loopback and the recorded responses."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from tests.channels.server import Platform, Reply, serving
from workers.channels.base import Cursor, Page, Source

RECORDED = Path(__file__).parents[3] / "shared" / "recorded"
KEPT_BY_HTTP = {"date", "content-length", "content-encoding", "transfer-encoding", "server"}


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    """Sessions outlive a pull in the table of tokens."""


@pytest.fixture
def platform() -> Iterator[Platform]:
    with serving() as running:
        yield running


def recorded_names(folder: str) -> list[str]:
    """The names of the recorded responses of a platform; none where they are not at hand."""
    return sorted(path.stem for path in (RECORDED / folder).glob("*.json"))


def recorded(folder: str, name: str) -> Reply:
    """A recorded response as the local server can give it."""
    return Reply(**recorded_response(folder, name))


def recorded_response(folder: str, name: str) -> dict[str, Any]:
    path = RECORDED / folder / f"{name}.json"
    if not path.exists():
        pytest.skip("the recorded responses (../shared/recorded) are not here")
    response = json.loads(path.read_text())["response"]
    headers = {k: v for k, v in response["headers"].items() if k.lower() not in KEPT_BY_HTTP}
    return {"body": response["body"], "status": response["status"], "headers": headers}


def all_used_or_listed(
    names: Sequence[str],
    unused: Iterable[str],
    role: Callable[[str], object],
    *,
    at_least: int,
) -> None:
    """Every recorded answer has a role in the tests, or a reason why not, and none has both."""
    if not names:
        pytest.skip("the recorded responses (../shared/recorded) are not here")
    listed = {name for name in names for pattern in unused if fnmatch(name, pattern)}
    used = {name for name in names if role(name)}
    assert used | listed == set(names)
    assert used & listed == set()
    assert len(used) >= at_least


def round_of(source: Callable[[], Source], cursor: Cursor) -> tuple[list[Page], Cursor]:
    """All pages of a round, with a new source for each as a worker may die in between."""
    pages: list[Page] = []
    while not pages or pages[-1].more:
        assert len(pages) < 50
        pages.append(source().fetch(json.loads(json.dumps(cursor))))
        cursor = pages[-1].cursor
    return pages, cursor
