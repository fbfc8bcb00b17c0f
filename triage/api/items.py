"""Items over the API: queues, one item, and the acts of a person."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router

from triage.access import item_for, items_for, moves_for, posts_for
from triage.api.doors import person
from triage.api.shapes import Act, Error, HandOff, ItemDetail, ItemPage, Sentiment
from triage.api.showing import item_shape
from triage.desk import items
from triage.desk.opinions import say_sentiment
from triage.desk.waiting import waiting_items
from triage.finding.paging import newest_page, waiting_page
from triage.tables import Item, Move, Outgoing, PostRow, User

router = Router(tags=["items"])
POSTS_SHOWN = 200
MOVES_SHOWN = 200
OUTGOING_SHOWN = 50
Size = Annotated[int, Query(ge=1, le=200)]
REFUSED = {200: ItemDetail, 404: Error, 409: Error}


@router.get("/items", response=ItemPage, summary="What stands in a queue")
def list_items(
    request: HttpRequest,
    queue: Literal["promo", "support", "review", "archive"],
    status: Literal["waiting", "resolved"] = "waiting",
    mine: bool = False,
    after: Annotated[str, Query(max_length=100)] = "",
    limit: Size = 50,
) -> dict[str, Any]:
    """Waiting items: the most urgent, then the oldest. Resolved ones: the newest first."""
    user = person(request)
    found = items_for(user).filter(queue=queue).select_related("channel")
    if mine:
        found = found.filter(owner=user)
    if status == "resolved":
        page = newest_page(_resolved(found), "resolved_at", after, size=limit)
    else:
        page = waiting_page(waiting_items(found), after, size=limit)
    return {"items": [item_shape(item) for item in page.items], "after": page.after or None}


def _resolved(found: QuerySet[Item]) -> QuerySet[Item]:
    return found.filter(status=Item.Status.RESOLVED, resolved_at__isnull=False)


@router.get("/items/{int:pk}", response={200: ItemDetail, 404: Error}, summary="One item")
def one_item(request: HttpRequest, pk: int) -> dict[str, Any]:
    """An item with its conversation and its history."""
    user = person(request)
    return _detail(_find(user, pk), user)


@router.post("/items/{int:pk}/claim", response=REFUSED, summary="Take it")
def claim(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Take an item, so that colleagues see who answers."""
    return _acted(request, pk, items.claim)


@router.post("/items/{int:pk}/release", response=REFUSED, summary="Give it back")
def release(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Give an item back to its queue."""
    return _acted(request, pk, items.release)


@router.post("/items/{int:pk}/reopen", response=REFUSED, summary="Open it again")
def reopen(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Bring a resolved item back into its queue."""
    return _acted(request, pk, items.reopen)


@router.post("/items/{int:pk}/resolve", response=REFUSED, summary="Call it done")
def resolve(request: HttpRequest, pk: int, typed: Act) -> dict[str, Any]:
    """Call an item done."""
    return _acted(request, pk, lambda item, user: items.resolve(item, user, seen=typed.seen))


@router.post("/items/{int:pk}/hand-off", response=REFUSED, summary="Give it to the other team")
def hand_off(request: HttpRequest, pk: int, typed: HandOff) -> dict[str, Any]:
    """Move an item to another queue for good; no model moves it again after this."""
    return _acted(
        request,
        pk,
        lambda item, user: items.hand_off(
            item, user, to=typed.to, reason=typed.reason, intent=typed.intent, seen=typed.seen
        ),
    )


@router.post("/items/{int:pk}/sentiment", response=REFUSED, summary="Say how it sounds")
def sentiment(request: HttpRequest, pk: int, typed: Sentiment) -> dict[str, Any]:
    """Say what the author of its latest post feels; no model says otherwise after this."""
    word, seen = typed.sentiment, typed.seen
    return _acted(request, pk, lambda i, u: say_sentiment(i, u, sentiment=word, seen=seen))


def _acted(request: HttpRequest, pk: int, act: Callable[[Item, User], Item]) -> dict[str, Any]:
    user = person(request)
    act(_find(user, pk), user)
    return _detail(_find(user, pk), user)


def _find(user: User, pk: int) -> Item:
    try:
        return item_for(user, pk)
    except (Item.DoesNotExist, OverflowError):
        raise Http404("There is no such item, or you may not see it.") from None


def _detail(item: Item, user: User) -> dict[str, Any]:
    posts = posts_for(user).filter(channel=item.channel_id, conversation=item.conversation)
    moves = moves_for(user).filter(item=item).select_related("user")
    sent = Outgoing.objects.filter(item=item).exclude(state=Outgoing.State.CANCELLED)
    latest = sent.select_related("user", "approved_by").order_by("-id")[:OUTGOING_SHOWN]
    return {
        "item": item_shape(item),
        "version": item.version,
        "owner": item.owner.username if item.owner else None,
        "posts": [_post(row) for row in posts.order_by("-posted_at", "-id")[:POSTS_SHOWN]][::-1],
        "outgoing": [_outgoing(row) for row in latest][::-1],
        "moves": [_move(move) for move in moves.order_by("-id")[:MOVES_SHOWN]][::-1],
    }


def _post(row: PostRow) -> dict[str, Any]:
    return {
        "id": row.external_id,
        "author": row.author or None,
        "text": row.text,
        "url": row.url or None,
        "created_at": row.posted_at,
        "edited_at": row.edited_at,
        "deleted_at": row.deleted_at,
        "ours": row.state == PostRow.State.CONTEXT,
    }


def _outgoing(row: Outgoing) -> dict[str, Any]:
    return {
        "id": row.pk,
        "act": row.act,
        "state": row.state,
        "text": row.text,
        "written": row.written or None,
        "person": row.user.username if row.user else None,
        "approved_by": row.approved_by.username if row.approved_by else None,
        "error": row.error or None,
        "url": row.url or None,
        "created_at": row.created_at,
        "sent_at": row.sent_at,
    }


def _move(move: Move) -> dict[str, Any]:
    return {
        "at": move.at,
        "event": move.event,
        "source": move.source or None,
        "target": move.target,
        "by": move.by,
        "person": move.user.username if move.user else None,
        "why": move.why,
        "policy": move.policy_version,
    }
