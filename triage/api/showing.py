"""Items as the API gives them: what the commands promise, and what came to it since."""

from typing import Any

from triage.finding.showing import item_json
from triage.tables import Item


def item_shape(item: Item) -> dict[str, Any]:
    """An item as `ItemShape` wants it. Every key is always there; what is not known is null."""
    return item_json(item) | {"sentiment": item.sentiment or None}
