"""The works over the API: what waits where, what each part does, and every pull there was."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from triage.access import items_for, runs_for
from triage.api.doors import ops_key, person
from triage.api.paging import SIZE, After, Limit, newest
from triage.watch.depths import depths
from triage.watch.progress import progress
from triage.watch.runs import run_json, runs_asked

router = Router(tags=["works"])


class DepthShape(Schema):
    """What waits in a queue, how much of it is at risk of missing its promise, and the age in
    seconds of what has waited longest; `snoozed` items come back by themselves."""

    queue: str
    waiting: int
    at_risk: int
    snoozed: int
    oldest_seconds: float | None


class DepthAnswer(Schema):
    """Every queue."""

    queues: list[DepthShape]


class PartShape(Schema):
    """A part of the system: seconds since it made progress, and the memory of the process that
    did, in MiB, where it tells."""

    name: str
    seconds: float
    memory_mb: float | None


class WorkersShape(Schema):
    """Whether posts move: what waits to be sorted, read from webhooks and sent, and how long."""

    parts: list[PartShape]
    posts_waiting: int
    oldest_waiting_seconds: float
    oldest_unread_seconds: float
    oldest_unsent_seconds: float
    outbox: dict[str, int]


class RunShape(Schema):
    """One pull of one channel. `error_kind` is null where it went well."""

    id: int
    channel: str
    started_at: datetime
    finished_at: datetime | None
    pages: int
    seen: int
    new: int
    changed: int
    rejected: int
    error_kind: str | None
    error: str | None


class RunPage(Schema):
    """Some runs; `after` asks for those behind them, and is null at the end."""

    runs: list[RunShape]
    after: int | None


@router.get("/queues", response=DepthAnswer, summary="How much waits, and since when")
def list_queues(request: HttpRequest) -> dict[str, Any]:
    """The depth of each queue and the age of its oldest item."""
    return {"queues": depths(items_for(person(request)), now=timezone.now())}


@router.get("/workers", response=WorkersShape, auth=ops_key, summary="What the workers do")
def workers(request: HttpRequest) -> dict[str, Any]:
    """Told by rows, not by processes that answer a ping."""
    return asdict(progress(now=timezone.now()))


@router.get("/runs", response=RunPage, auth=ops_key, summary="Every pull, the newest first")
def list_runs(
    request: HttpRequest,
    channel: Annotated[str, Query(max_length=100)] = "",
    failed: bool = False,
    after: After = 0,
    limit: Limit = SIZE,
) -> dict[str, Any]:
    """Of one `channel` by its name, or of all; with `failed` only those that went wrong."""
    name = channel.replace("\0", "")  # which no name holds and PostgreSQL does not take
    rows = runs_asked(runs_for(person(request)), channel=name, failed=failed)
    page = newest(rows, after=after, limit=limit)
    return {"runs": [run_json(row) for row in page.rows], "after": page.after}
