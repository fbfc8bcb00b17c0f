"""Dead letters over the API: what could not be read or sorted, and the way back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema

from triage.access import dead_letters_for
from triage.api.doors import ops_key, person
from triage.api.paging import SIZE, After, Limit, newest
from triage.api.shapes import Error
from triage.tables import DeadLetter, User
from triage.walk.deadletters import letter_json, put_aside, replay, waiting

router = Router(tags=["dead letters"], auth=ops_key)


class LetterShape(Schema):
    """A record that was no post, or a post that failed five times; `raw` is as it came."""

    id: int
    channel: str
    at: datetime
    reason: str
    post: str | None
    text: str | None
    raw: Any
    replayed_at: datetime | None


class LetterPage(Schema):
    """Some dead letters; `after` asks for those behind them, and is null at the end."""

    letters: list[LetterShape]
    after: int | None


SEEN_TO = {200: LetterShape, 404: Error, 409: Error}


@router.get("/dead-letters", response=LetterPage, summary="What waits for a person")
def list_letters(request: HttpRequest, after: After = 0, limit: Limit = SIZE) -> dict[str, Any]:
    """The newest first."""
    rows = waiting(dead_letters_for(person(request))).select_related("channel", "post")
    page = newest(rows, after=after, limit=limit)
    return {"letters": [letter_json(row) for row in page.rows], "after": page.after}


@router.post("/dead-letters/{int:pk}/replay", response=SEEN_TO, summary="Sort it again")
def replay_letter(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Send a stored post back to sorting; if it fails again, it comes back here."""
    return _seen_to(request, pk, replay)


@router.post("/dead-letters/{int:pk}/put-aside", response=SEEN_TO, summary="Call it seen to")
def put_letter_aside(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Put a record aside that never became a post; it stays in the database."""
    return _seen_to(request, pk, put_aside)


def _seen_to(
    request: HttpRequest, pk: int, act: Callable[[DeadLetter, User], DeadLetter]
) -> dict[str, Any]:
    user = person(request)
    act(_find(user, pk), user)
    return letter_json(_find(user, pk))


def _find(user: User, pk: int) -> DeadLetter:
    row = dead_letters_for(user).select_related("channel", "post").filter(pk=pk).first()
    if row is None:
        raise Http404("There is no such dead letter.")
    return row
