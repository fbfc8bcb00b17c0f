"""What the tests of the channels share: a platform on loopback and the recorded responses."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.channels.server import Platform, Reply, serving

RECORDED = Path(__file__).parents[3] / "shared" / "recorded"
KEPT_BY_HTTP = {"date", "content-length", "content-encoding", "transfer-encoding", "server"}


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
