"""Outcomes: what came of a training, as pages, the API and commands tell it."""

from typing import Any, NamedTuple

from triage.tables import Training

State = Training.State
STATES = {
    State.WAITING: "waiting for a worker",
    State.RUNNING: "running",
    State.PROMOTED: "promoted",
    State.KEPT: "stored, not in use",
    State.REFUSED: "refused",
    State.FAILED: "failed",
}
"""What a state is called."""
MEASURES = (
    ("Queue accuracy", "queue_accuracy", True),
    ("Intent accuracy", "intent_accuracy", True),
    ("Macro F1 (intents)", "macro_f1", False),
    ("Calibration error", "calibration_error", False),
    ("Confident", "sure", True),
    ("Right when confident", "right_when_sure", True),
)
"""The words for a measure, its key in a training's numbers, and whether it is a share."""


class Side(NamedTuple):
    """One measure of both models; None where there was nothing to measure."""

    measure: str
    champion: float | None
    challenger: float | None
    share: bool


def sides(row: Training) -> list[Side]:
    """Champion and challenger on the posts that were held out; empty where nothing was compared."""
    champion, challenger = row.numbers.get("champion"), row.numbers.get("challenger")
    if not isinstance(champion, dict) or not isinstance(challenger, dict):
        return []
    return [
        Side(words, champion.get(key), challenger.get(key), share) for words, key, share in MEASURES
    ]


def asked_by(row: Training) -> str:
    """Who or what wanted a training."""
    if row.cause == Training.Cause.LESSONS:
        return "automatically, after new labels"
    if row.cause == Training.Cause.SCHEDULE:
        return "automatically, on schedule"
    if row.user:
        return f"started by {row.user.shown_name}"
    return "started by a command"


def training_json(row: Training) -> dict[str, Any]:
    """A training as one JSON object; `numbers` has both sides on the posts that were held out."""
    return {
        "id": row.pk,
        "state": row.state,
        "cause": row.cause,
        "by": row.user.username if row.user else None,
        "lessons": row.lessons,
        "champion": row.champion or None,
        "challenger": row.challenger or None,
        "numbers": row.numbers,
        "said": row.said,
        "steps": row.log,
        "asked_at": row.asked_at.isoformat(),
        "started_at": row.started_at.isoformat() if row.started_at else None,
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
    }
