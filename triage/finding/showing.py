"""Items as the outside reads them: the JSON promised in docs, and the order of a queue."""

from typing import Any

from django.db.models import QuerySet

from triage.desk.waiting import WAITING_ORDER, waiting_items
from triage.intents import every_intent
from triage.tables import Item
from triage.vocabulary import ROLES, Queue


def item_json(item: Item) -> dict[str, Any]:
    """An item as one JSON object. Every key is always there; what is not known is null."""
    intent = every_intent().get(item.intent)
    return {
        "id": str(item.pk),
        "queue": item.queue,
        "intent": item.intent or None,
        "measure": intent.measure if intent else None,
        "role": ROLES[Queue(item.queue)],
        "department": intent.department if intent else None,
        "confidence": item.confidence,
        "unsure": item.unsure,
        "also": item.also or None,
        "priority": item.priority,
        "status": item.status,
        "channel": item.channel.name,
        "author": item.author or None,
        "text": item.text,
        "url": item.url or None,
        "created_at": item.posted_at.isoformat(),
        "why": item.why,
    }


def queue_items(queue: str, limit: int | None) -> QuerySet[Item]:
    """The first `limit` unresolved items of a queue (None: all), most urgent first, then oldest."""
    rows = waiting_items(Item.objects.filter(queue=queue))
    return rows.select_related("channel").order_by(*WAITING_ORDER)[:limit]
