"""Models over the API: what is stored and in use, what was learnt, and what judges beside."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema, Status

from triage.access import models_for, shadows_for, trainings_for
from triage.api.doors import ops_key, person
from triage.api.paging import SIZE, After, Limit, newest
from triage.api.shapes import Error
from triage.desk.items import ActRefused
from triage.tables import Shadow, StoredModel, Switch, Training
from triage.tuning.outcomes import training_json
from triage.tuning.policies import policy_in_force
from triage.tuning.shadows import beside, end_shadow, shadow_json, start_shadow
from triage.tuning.switches import ask_rollback, ask_switch
from triage.tuning.trainings import ask_training, new_lessons

router = Router(tags=["models"], auth=ops_key)


class ModelShape(Schema):
    """A model and its card; `stored` says whether its files are still there."""

    version: str
    in_use: bool
    stored: bool
    card: dict[str, Any]


class ModelPage(Schema):
    """Some models; `after` asks for those behind them, and is null at the end."""

    models: list[ModelShape]
    after: int | None


class TrainingShape(Schema):
    """One try to make a better model. `numbers` has both sides on the posts that were held out."""

    id: int
    state: str
    cause: str
    by: str | None
    lessons: int
    champion: str | None
    challenger: str | None
    numbers: dict[str, Any]
    said: str
    steps: list[str]
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class TrainingPage(Schema):
    """Some trainings, the newest first, and how many labels came since the last one began."""

    new_lessons: int
    trainings: list[TrainingShape]
    after: int | None


class ShadowShape(Schema):
    """What a model that acts on nothing said beside the one in use. Of the `read` posts people say
    what is right; `chance` is McNemar's exact test, two-sided."""

    version: str
    running: bool
    started_at: datetime
    ended_at: datetime | None
    said: str
    judged: int
    same_queue: int
    same_intent: int
    moves: int
    read: int
    only_champion: int
    only_shadow: int
    chance: float


class ShadowAnswer(Schema):
    """The latest shadow; null where there never was one."""

    shadow: ShadowShape | None


class SwitchShape(Schema):
    """What was asked of a worker, which answers within seconds; no version means the one before."""

    id: int
    version: str | None
    asked_at: datetime


@router.get("/models", response=ModelPage, summary="The models, the newest first")
def list_models(request: HttpRequest, after: After = 0, limit: Limit = SIZE) -> dict[str, Any]:
    """Every model that was ever stored, with its card."""
    page = newest(models_for(person(request)), after=after, limit=limit)
    return {"models": page.rows, "after": page.after}


@router.get("/models/{version}", response={200: ModelShape, 404: Error}, summary="One model")
def one_model(request: HttpRequest, version: str) -> StoredModel:
    """A model by its version."""
    row = models_for(person(request)).filter(version=version).first()
    if row is None:
        raise Http404(f"There is no model {version}.")
    return row


@router.post(
    "/models/{version}/use", response={202: SwitchShape, 404: Error}, summary="Put it in use"
)
def use_model(request: HttpRequest, version: str) -> Status[dict[str, Any]]:
    """Have a worker put a stored model in use."""
    row = ask_switch(version, user=person(request))
    if row is None:
        raise Http404(f"No model {version} is stored.")
    return Status(202, _switch(row))


@router.post("/model/back", response={202: SwitchShape}, summary="Go back to the model before")
def roll_back(request: HttpRequest) -> Status[dict[str, Any]]:
    """Have a worker go back to the model that was in use before; asking twice goes back once."""
    return Status(202, _switch(ask_rollback(user=person(request))))


@router.get("/trainings", response=TrainingPage, summary="The trainings, the newest first")
def list_trainings(request: HttpRequest, after: After = 0, limit: Limit = SIZE) -> dict[str, Any]:
    """What was tried, what it came to and why."""
    rows = trainings_for(person(request)).select_related("user")
    page = newest(rows, after=after, limit=limit)
    found = [training_json(row) for row in page.rows]
    return {"new_lessons": new_lessons(), "trainings": found, "after": page.after}


@router.post("/trainings", response={202: TrainingShape, 409: Error}, summary="Train now")
def train(request: HttpRequest) -> Status[dict[str, Any]]:
    """Have a worker train and compare; it promotes the new model, or refuses it with numbers."""
    row = ask_training(cause=Training.Cause.BUTTON, user=person(request))
    if row is None:
        raise ActRefused("A training waits already.")
    return Status(202, training_json(row))


@router.get("/shadow", response=ShadowAnswer, summary="Who judges beside the model in use")
def latest_shadow(request: HttpRequest) -> dict[str, Any]:
    """The latest shadow, running or not, and how it compares."""
    row = shadows_for(person(request)).first()
    return {"shadow": _shadow(row) if row else None}


@router.post(
    "/models/{version}/shadow",
    response={200: ShadowAnswer, 404: Error},
    summary="Let it judge in the shadow",
)
def shadow_model(request: HttpRequest, version: str) -> dict[str, Any]:
    """Let a stored model judge beside the one in use, in the place of an earlier shadow."""
    row = start_shadow(version, by=person(request))
    if row is None:
        raise Http404(f"No model {version} is stored, or it is the one in use.")
    return {"shadow": _shadow(row)}


@router.delete("/shadow", response=ShadowAnswer, summary="End the shadow")
def end_shadowing(request: HttpRequest) -> dict[str, Any]:
    """Let nobody judge in the shadow any more; what was said stays."""
    end_shadow(by=person(request))
    return latest_shadow(request)


def _switch(row: Switch) -> dict[str, Any]:
    return {"id": row.pk, "version": row.version or None, "asked_at": row.asked_at}


def _shadow(row: Shadow) -> dict[str, Any]:
    return shadow_json(row, beside(row, policy=policy_in_force()))
