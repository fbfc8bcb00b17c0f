"""Every queue has a worker that serves it, in each form of the product."""

import re
from pathlib import Path

import pytest
from celery.worker import WorkController

from workers.embedded import _worker
from workers.schedule import SCHEDULE, TASK_QUEUES

ROOT = Path(__file__).resolve().parents[2]
QUEUES = {route["queue"] for route in TASK_QUEUES.values()}


@pytest.mark.parametrize("page", ["docker-compose.yml", "docs/operating.md"])
def test_the_scaled_form_serves_every_queue(page: str) -> None:
    served = set(re.findall(r"worker -Q (\w+)", (ROOT / page).read_text()))
    assert served == QUEUES


def test_the_embedded_form_serves_every_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def note(self: WorkController, *, queues: list[str], **_: object) -> None:
        asked.extend(queues)

    monkeypatch.setattr(WorkController, "__init__", note)
    _worker()
    assert set(asked) == QUEUES


def test_every_entry_of_the_schedule_has_a_queue_of_its_own_choice() -> None:
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(TASK_QUEUES)
