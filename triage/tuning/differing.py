"""Differing: a post and what model and person said of it, as JSON for commands and programs."""

from typing import Any

from triage.tables import Lesson, Reading


def reading_json(row: Reading) -> dict[str, Any]:
    """A reading of the confusion: `said` by the model, `read` by a person."""
    assert row.verdict is not None  # the confusion counts readings of verdicts alone
    said, confidence = row.verdict.intent, row.verdict.confidence
    return _json(row, said=said, confidence=confidence, read=row.intent)


def lesson_json(row: Any) -> dict[str, Any]:
    """A lesson out of `triage.tuning.accuracy.disagreements`, with what was said beside it."""
    read = row.intent or row.queue
    return _json(row, said=row.said_intent, confidence=row.said_confidence, read=read)


def _json(row: Lesson | Reading, **told: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "at": row.at.isoformat(),
        "item": row.post.item_id,
        "channel": row.post.channel.name,
        "text": row.post.text,
        "by": row.user.username if row.user else None,
        **told,
    }
