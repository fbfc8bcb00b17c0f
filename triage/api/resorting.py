"""Re-sorting over the API: bring what waits to where the policy in force would put it."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from triage.api.doors import ops_key, person
from triage.tuning.standing import ask_resorting, latest_resorting, resorting_json

router = Router(tags=["policy"], auth=ops_key)


class ResortingShape(Schema):
    """What a worker does, item after item: who asked, how many it has moved so far, and how many
    stayed, with another priority or a tag more."""

    policy: int
    by: str | None
    moved: int
    adjusted: int
    asked_at: datetime
    finished_at: datetime | None


class ResortingAnswer(Schema):
    """What was asked for last; null where nobody ever asked."""

    resorting: ResortingShape | None


@router.get("/resorting", response=ResortingAnswer, summary="How far a re-sorting is")
def resorting(request: HttpRequest) -> dict[str, Any]:
    """The last one, finished or not."""
    row = latest_resorting()
    return {"resorting": resorting_json(row) if row else None}


@router.post("/resorting", response={202: ResortingAnswer}, summary="Sort anew what waits")
def resort(request: HttpRequest) -> Status[dict[str, Any]]:
    """Only what no person has touched is moved; asking twice asks once."""
    return Status(202, {"resorting": resorting_json(ask_resorting(user=person(request)))})
