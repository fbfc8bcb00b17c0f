"""Staff over the API: who works here, for ops; and who did what, for admins."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from triage.access import audit_for, people_for
from triage.api.doors import admin_key, ops_key, person
from triage.api.paging import SIZE, After, Limit, newest
from triage.staff.audit import Asked, entry_json, look_up

router = Router(tags=["staff"])


class PersonShape(Schema):
    """Somebody who signs in here."""

    username: str
    name: str
    teams: list[str]
    active: bool
    last_login: datetime | None


class PeopleAnswer(Schema):
    """Everybody, those who may sign in first."""

    people: list[PersonShape]


class EntryShape(Schema):
    """One entry of the audit log."""

    at: datetime
    event: str
    actor: str
    target: str
    address: str | None
    details: dict[str, Any]


class AuditPage(Schema):
    """Some entries; `after` asks for those behind them, and is null at the end."""

    entries: list[EntryShape]
    after: int | None


@router.get("/people", response=PeopleAnswer, auth=ops_key, summary="Who works here")
def list_people(request: HttpRequest) -> dict[str, Any]:
    """People with their teams."""
    rows = people_for(person(request))
    return {
        "people": [
            {
                "username": row.username,
                "name": row.shown_name,
                "teams": row.teams,
                "active": row.is_active,
                "last_login": row.last_login,
            }
            for row in rows
        ]
    }


@router.get("/audit", response=AuditPage, auth=admin_key, summary="Who did what")
def list_entries(
    request: HttpRequest,
    event: Annotated[str, Query(max_length=32)] = "",
    actor: Annotated[str, Query(max_length=150)] = "",
    since: datetime | None = None,
    until: datetime | None = None,
    after: After = 0,
    limit: Limit = SIZE,
) -> dict[str, Any]:
    """The newest first; of one event, of one person, from and up to a time."""
    asked = Asked(event, actor.replace("\0", ""), since, until)
    page = newest(look_up(audit_for(person(request)), asked), after=after, limit=limit)
    return {"entries": [entry_json(row) for row in page.rows], "after": page.after}
