"""Policies over the API: versions, what another policy would change, and putting it in force."""

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from triage.api.doors import ops_key, person
from triage.api.paging import SIZE, After, Limit, newest
from triage.api.shapes import Error
from triage.tables import Policy
from triage.tuning.foretelling import foretell
from triage.tuning.policies import (
    REASON_LIMIT,
    difference,
    policy_row,
    policy_version,
    put_in_force,
    roll_back,
    version_json,
)
from triage.tuning.policy import PolicyError, Rulebook, read_policy

router = Router(tags=["policy"], auth=ops_key)
LONGEST = 500_000
"""Characters of a policy."""
Version = Annotated[int, Query(ge=1, lt=2**31)]


class WrongPolicy(Exception):
    """A policy that cannot be used; the message is one sentence."""


class VersionShape(Schema):
    """One version of the policy: who made it, and why."""

    version: int
    in_force: bool
    author: str | None
    reason: str
    at: datetime


class VersionText(VersionShape):
    """A version with what it says, as TOML."""

    text: str


class VersionPage(Schema):
    """Some versions; `after` asks for those before them, and is null at the end."""

    policies: list[VersionShape]
    after: int | None


class Compared(Schema):
    """The lines of a unified diff; none where both say the same."""

    old: int
    new: int
    lines: list[str]


class NewPolicy(Schema):
    """A policy as TOML, and why. Refused when another than `seen` is in force meanwhile."""

    text: str = Field(max_length=LONGEST)
    reason: str = Field(min_length=1, max_length=REASON_LIMIT)
    seen: int | None = Field(None, ge=1, lt=2**31)


class Draft(Schema):
    """A policy as TOML, and how many days of past posts it is tried on."""

    text: str = Field(max_length=LONGEST)
    days: int = Field(30, ge=1, le=3650)


class Back(Schema):
    """Why one goes back."""

    reason: str = Field("", max_length=REASON_LIMIT)
    seen: int | None = Field(None, ge=1, lt=2**31)


class FlowShape(Schema):
    """So many posts that would go from one queue to another."""

    source: str = Field(alias="from", serialization_alias="from")
    to: str
    posts: int


class RuleShape(Schema):
    """The posts on which a rule would have run, those that an earlier rule would have kept it
    from, and the ids of some of the first."""

    name: str
    ran: int
    kept_out: int
    posts: list[int]


class MovingShape(Schema):
    """A post that would go elsewhere, and what the model said of it, `confidence` sure."""

    post: int
    item: int | None
    source: str = Field(alias="from", serialization_alias="from")
    to: str
    intent: str
    confidence: float
    text: str


class Foretold(Schema):
    """What a policy would have done with past posts, and with what waits. Shares are from 0 to 1;
    `expected_right` is of the `sorted_alone` posts, measured where `measured`, else claimed by the
    model. `examples` are the newest posts that would move, at most 20. Of the items that wait
    untouched a re-sorting would move some, and adjust others: these stay, with another priority or
    a tag more."""

    days: int
    posts: int
    changed: int
    review_now: int
    review_then: int
    sorted_alone: int
    expected_right: float | None
    interval: list[float]
    measured: bool
    readings: int
    flows: list[FlowShape]
    rules: list[RuleShape]
    examples: list[MovingShape]
    waiting_to_move: int
    waiting_to_adjust: int


@router.get("/policies", response=VersionPage, summary="The versions, the newest first")
def list_policies(request: HttpRequest, after: After = 0, limit: Limit = SIZE) -> dict[str, Any]:
    """Who changed the policy, when and why."""
    policy_row()  # a database without a policy has its first one now
    page = newest(Policy.objects.select_related("author"), after=after, limit=limit)
    return {"policies": [version_json(row) for row in page.rows], "after": page.after}


@router.get(
    "/policies/compare", response={200: Compared, 404: Error}, summary="What two versions change"
)
def compare(request: HttpRequest, old: Version, new: Version) -> dict[str, Any]:
    """The difference between two versions."""
    lines = difference(_find(old), _find(new))
    return {"old": old, "new": new, "lines": lines}


@router.get(
    "/policies/{int:version}", response={200: VersionText, 404: Error}, summary="One version"
)
def one_policy(request: HttpRequest, version: int) -> dict[str, Any]:
    """A version with its text."""
    return _with_text(_find(version))


@router.post(
    "/policies",
    response={200: VersionText, 409: Error, 422: Error},
    summary="Put a policy in force",
)
def use_policy(request: HttpRequest, typed: NewPolicy) -> dict[str, Any]:
    """As a new version; the same text again stays the version that it is. What waits stays."""
    _read(typed.text)
    user = person(request)
    row = put_in_force(typed.text, author=user, reason=typed.reason, seen=typed.seen)
    return _with_text(row)


@router.post(
    "/policies/foresight",
    response={200: Foretold, 422: Error},
    by_alias=True,
    summary="Try a policy",
)
def try_policy(request: HttpRequest, typed: Draft) -> dict[str, Any]:
    """What it, and each of its rules, would have done with past posts. Nothing is changed."""
    return foretell(_read(typed.text), days=typed.days, now=timezone.now())


@router.post(
    "/policies/{int:version}/back",
    response={200: VersionText, 404: Error, 409: Error},
    summary="Go back to a version",
)
def go_back(request: HttpRequest, version: int, typed: Back) -> dict[str, Any]:
    """Put what an earlier version said in force again, as a new version."""
    _find(version)
    row = roll_back(version, author=person(request), reason=typed.reason, seen=typed.seen)
    return _with_text(row)


def _find(version: int) -> Policy:
    row = policy_version(version)
    if row is None:
        raise Http404(f"There is no policy {version}.")
    return row


def _read(text: str) -> Rulebook:
    try:
        return read_policy(text)
    except PolicyError as error:
        raise WrongPolicy(f"text: {error}") from None


def _with_text(row: Policy) -> dict[str, Any]:
    return {**version_json(row), "text": row.text}
