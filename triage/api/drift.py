"""Drift over the API: do people, or the model, say something else than they used to?"""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from triage.access import drifts_for, input_drifts_for
from triage.api.doors import ops_key, person
from triage.tuning.drifts import drift_json, input_json, most_changed, most_unusual

router = Router(tags=["models"], auth=ops_key)


class DriftShape(Schema):
    """The last week beside the four before it, in conversations, of one channel and language.

    `chance` is the p-value of Pearson's chi-square test, `effect` is Cramér's V; `shares` has for
    each intent the conversations before and now. `drifting` is what raises an alert.
    """

    channel: str
    lang: str | None
    measured_at: datetime
    model: str
    before: int
    now: int
    statistic: float
    chance: float
    effect: float
    drifting: bool
    shares: dict[str, list[int]]
    said: str


class WordShape(Schema):
    """A word that more or fewer people use: how many voices did before, and do now."""

    word: str
    before: int
    now: int


class InputDriftShape(Schema):
    """What people wrote in the last week beside the four before it; no model plays a part.

    `before` and `now` count voices: posts of which no two in a week are of one person or one
    conversation. `tested` words were looked at, `chance` is the least of their p-values (Holm).
    Lengths are medians in characters; `length_effect` is the share of pairs in which the newer text
    is the longer one, `length_chance` its p-value (Mann-Whitney). `drifting` raises an alert.
    """

    channel: str
    lang: str | None
    measured_at: datetime
    before: int
    now: int
    tested: int
    words: list[WordShape]
    chance: float
    length_before: float
    length_now: float
    length_effect: float
    length_chance: float
    drifting: bool
    said: str


class DriftAnswer(Schema):
    """Every channel and language that has enough to be compared, the largest change first."""

    drifts: list[DriftShape]
    inputs: list[InputDriftShape]


@router.get(
    "/drift", response=DriftAnswer, summary="What has changed in what people and the model say"
)
def list_drifts(request: HttpRequest) -> dict[str, Any]:
    """Those that somebody should look at come first."""
    user = person(request)
    return {
        "drifts": [drift_json(row) for row in most_changed(drifts_for(user))],
        "inputs": [input_json(row) for row in most_unusual(input_drifts_for(user))],
    }
