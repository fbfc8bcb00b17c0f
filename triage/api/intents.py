"""Intents over the API: what posts can be about, and, for ops, changing that."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema

from triage.api.doors import ops_key, person
from triage.api.shapes import Error
from triage.desk.relabelling import relabel
from triage.tables import IntentRow
from triage.tuning.growing import (
    Wanted,
    add_intent,
    edit_intent,
    intent_rows,
    merge_intents,
    restore_intent,
    retire_intent,
)
from triage.tuning.uptake import intent_json, uptakes

router = Router(tags=["intents"])
Queue = Literal["promo", "support", "archive"]


class IntentShape(Schema):
    """An intent. `lessons` are labelled posts, `share` is of all judgements of the last 28 days."""

    name: str
    measure: str | None
    department: str | None
    public: str
    community: str
    guide: str
    examples: list[str]
    in_force: bool
    merged_into: str | None
    lessons: int | None
    lessons_missing: int | None
    known_to_model: bool | None
    share: float | None
    changed_at: datetime
    revision: int


class Change(Schema):
    """Why somebody changes an intent."""

    reason: str = Field(min_length=1, max_length=500)


class Described(Change):
    """What an intent is, all of it. Refused when it has changed since `seen`, its revision."""

    measure: str = Field("", max_length=200)
    department: str = Field("", max_length=100)
    public: Queue = "promo"
    community: Queue = "promo"
    guide: str = Field(min_length=1, max_length=300)
    examples: list[str] = Field([], max_length=20)
    seen: int | None = Field(None, ge=1, lt=2**31)

    def wanted(self) -> Wanted:
        """The same for the product."""
        return Wanted(
            measure=self.measure,
            department=self.department,
            public=self.public,
            community=self.community,
            guide=self.guide,
            examples=tuple(self.examples),
        )


class New(Described):
    """A new intent."""

    name: str = Field(max_length=32)


class Merge(Change):
    """Into which one."""

    into: str = Field(max_length=32)


class RelabelledShape(Schema):
    """How many open items were relabelled, and how many are left."""

    done: int
    left: int


REFUSED = {200: IntentShape, 409: Error}


@router.get("/intents", response=list[IntentShape], summary="What posts can be about")
def list_intents(request: HttpRequest) -> list[dict[str, Any]]:
    """Every intent in its order, those that were retired or merged as well."""
    found = uptakes(now=timezone.now())
    return [intent_json(row, found.get(row.name)) for row in intent_rows()]


@router.post("/intents", response=REFUSED, auth=ops_key, summary="Add one")
def add_one(request: HttpRequest, typed: New) -> dict[str, Any]:
    """A new intent: people can say it at once, the model after 20 labelled posts."""
    by, reason = person(request), typed.reason
    return _shown(add_intent(typed.name, typed.wanted(), by=by, reason=reason))


@router.post("/intents/{name}", response=REFUSED, auth=ops_key, summary="Change one")
def change_one(request: HttpRequest, name: str, typed: Described) -> dict[str, Any]:
    """Change what an intent is."""
    by, reason = person(request), typed.reason
    return _shown(edit_intent(name, typed.wanted(), by=by, reason=reason, seen=typed.seen))


@router.post("/intents/{name}/merge", response=REFUSED, auth=ops_key, summary="Merge one")
def merge_one(request: HttpRequest, name: str, typed: Merge) -> dict[str, Any]:
    """Read an intent as another from now on."""
    by, reason = person(request), typed.reason
    return _shown(merge_intents(name, into=typed.into, by=by, reason=reason))


@router.post("/intents/{name}/retire", response=REFUSED, auth=ops_key, summary="Retire one")
def retire_one(request: HttpRequest, name: str, typed: Change) -> dict[str, Any]:
    """Have an intent said no more."""
    return _shown(retire_intent(name, by=person(request), reason=typed.reason))


@router.post("/intents/{name}/restore", response=REFUSED, auth=ops_key, summary="Bring one back")
def restore_one(request: HttpRequest, name: str, typed: Change) -> dict[str, Any]:
    """Bring back an intent that was retired or merged."""
    return _shown(restore_intent(name, by=person(request), reason=typed.reason))


@router.post(
    "/intents/{name}/relabel",
    response={200: RelabelledShape, 409: Error},
    auth=ops_key,
    summary="Relabel its open items",
)
def relabel_one(request: HttpRequest, name: str) -> dict[str, int]:
    """Give the open items of a merged intent the name of its successor, 500 at a time."""
    return relabel(name, person(request))._asdict()


def _shown(row: IntentRow) -> dict[str, Any]:
    return intent_json(row, uptakes(now=timezone.now()).get(row.name))
