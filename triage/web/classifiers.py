"""The models page: train, see why a model was promoted or refused, and go back."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from triage.access import (
    drifts_for,
    input_drifts_for,
    models_for,
    shadows_for,
    switches_for,
    trainings_for,
)
from triage.tables import StoredModel, Switch, Training
from triage.tuning.policies import policy_in_force
from triage.tuning.shadows import end_shadow, start_shadow
from triage.tuning.switches import ask_rollback, ask_switch
from triage.tuning.timetable import next_training
from triage.tuning.trainings import ask_training, new_lessons
from triage.web.cards import Part, card_parts
from triage.web.counts import counts_for
from triage.web.doors import Request, tuners
from triage.web.drifted import drifted, input_drifted
from triage.web.frame import frame
from triage.web.shadowed import shadowed
from triage.web.showing import Moment, maybe, moment, plural
from triage.web.tried import Tried, tried

MODELS, TRAININGS, SWITCHES = 30, 20, 10


@dataclass(frozen=True, slots=True)
class Model:
    """A stored model in a row of the table."""

    version: str
    made: Moment | None
    posts: str
    in_use: bool
    stored: bool


@tuners
def classifiers(request: Request) -> HttpResponse:
    """The models, the trainings, and who put what in use."""
    now = timezone.now()
    trainings = list(trainings_for(request.user).select_related("user")[:TRAININGS])
    switches = switches_for(request.user).select_related("user")[:SWITCHES]
    page = {
        **frame(request.user, counts_for(request.user), here="models"),
        "models": [_model(row, now) for row in models_for(request.user)[:MODELS]],
        "trainings": [tried(row, now=now) for row in trainings],
        "busy": any(row.finished_at is None for row in trainings),
        "switches": [_switched(row, now) for row in switches],
        "shadow": shadowed(shadows_for(request.user).first(), policy=policy_in_force(), now=now),
        "drifts": drifted(drifts_for(request.user)),
        "inputs": input_drifted(input_drifts_for(request.user), now=now),
        "taught": plural(new_lessons(), "new label"),
        "by_itself": _by_itself(now),
        "kept": plural(settings.ENVIRONMENT.shadow_days, "day"),
    }
    return render(request, "classifiers.html", page)


@tuners
def classifier(request: Request, version: str) -> HttpResponse:
    """The card of one model, and the training that made it."""
    row = models_for(request.user).filter(version=version).first()
    if row is None:
        raise Http404
    now = timezone.now()
    made_by = trainings_for(request.user).filter(challenger=version).first()
    page: dict[str, object] = {
        **frame(request.user, counts_for(request.user), here="models"),
        "model": _model(row, now),
        "why": row.card.get("why", ""),
        "parts": _parts(row),
        "training": _tried(made_by, now),
        "card": json.dumps(row.card, indent=1, ensure_ascii=False),
    }
    return render(request, "classifier.html", page)


@require_POST
@tuners
def train_now(request: Request) -> HttpResponse:
    """Have a worker train."""
    asked = ask_training(cause=Training.Cause.BUTTON, user=request.user)
    said = "Training started. Follow it below." if asked else "A training is already waiting."
    return _back(request, said)


@require_POST
@tuners
def use_model(request: Request, version: str) -> HttpResponse:
    """Have a worker put a stored model in use."""
    if ask_switch(version, user=request.user) is None:
        raise Http404
    return _back(request, f"{version} will be in use within seconds.")


@require_POST
@tuners
def roll_back(request: Request) -> HttpResponse:
    """Have a worker go back to the model that was in use before."""
    ask_rollback(user=request.user)
    return _back(request, "Rolling back to the previous model within seconds.")


@require_POST
@tuners
def shadow_model(request: Request, version: str) -> HttpResponse:
    """Let a stored model judge beside the one in use, without acting on it."""
    if start_shadow(version, by=request.user) is None:
        raise Http404
    return _back(request, f"{version} now runs as the shadow model.")


@require_POST
@tuners
def end_shadowing(request: Request) -> HttpResponse:
    """Let nobody judge in the shadow any more."""
    ended = end_shadow(by=request.user)
    return _back(request, "Shadow stopped." if ended else "No shadow model is running.")


def _by_itself(now: datetime) -> str:
    """When a worker trains without being asked."""
    after, upcoming = settings.ENVIRONMENT.train_after, next_training(now=now)
    told = [f"after {plural(after, 'new label')}"] if after else []
    if upcoming:
        told.append(f"on {upcoming:%A} {upcoming.day} {upcoming:%B at %H:%M} ({upcoming.tzname()})")
    if not told:
        return "Automatic training is off."
    taught = " if there are new labels" if upcoming else ""
    return f"Trains automatically {' and '.join(told)}{taught}."


def _back(request: Request, said: str) -> HttpResponse:
    messages.success(request, said)
    return HttpResponseRedirect(reverse("models"))


def _model(row: StoredModel, now: datetime) -> Model:
    posts = row.card.get("metrics", {}).get("examples")
    return Model(
        version=row.version,
        made=maybe(_made(row), now=now),
        posts=plural(posts, "post") if isinstance(posts, int) else "",
        in_use=row.in_use,
        stored=row.stored,
    )


def _made(row: StoredModel) -> datetime | None:
    try:
        return datetime.fromisoformat(str(row.card.get("created_at")))
    except ValueError:
        return None


def _parts(row: StoredModel) -> list[Part]:
    return [] if "why" in row.card else card_parts(row.card)


def _tried(row: Training | None, now: datetime) -> Tried | None:
    return tried(row, now=now) if row else None


def _switched(row: Switch, now: datetime) -> dict[str, object]:
    return {
        "when": moment(row.finished_at or row.asked_at, now=now),
        "by": row.user.shown_name if row.user else "a command",
        "said": row.said or "Waiting for a worker.",
        "refused": row.finished_at is not None and not row.done,
    }
