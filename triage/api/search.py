"""Search over the API: what the search field of the pages finds."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from triage.access import items_for
from triage.api.doors import person
from triage.api.shapes import SearchPage
from triage.api.showing import item_shape
from triage.finding.filters import LONGEST, narrowed, read_filters
from triage.finding.queries import read_query
from triage.finding.search import find
from triage.tables import SearchText

router = Router(tags=["search"])


@router.get("/search", response=SearchPage, summary="Items by what was said, and by whom")
def search(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=LONGEST)],
    after: Annotated[int, Query(ge=0, lt=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """Words match beginnings; "side by side", -without, from:@name, channel:name, tag:name,
    is:pending for what waits for approval.

    Newest match first, over all queues and all times. The filters of the pages (`channel`,
    `intent`, `department`, `person`, `owner`, `tag`, `lang`, `confidence`, `sentiment`,
    `since`, `until`, `risk`, `pending`) narrow it. A page may be short and yet have more behind it:
    go on until `after` is null.
    """
    user, filters = person(request), read_filters(request.GET.dict())
    items = narrowed(items_for(user), filters, user, now=timezone.now())
    page = find(read_query(q), items, narrow=filters.narrow, after=after, size=limit)
    return {
        "items": [
            {"item": item_shape(hit.item), "matched": _matched(hit.text)} for hit in page.hits
        ],
        "after": page.after or None,
    }


def _matched(text: SearchText) -> str:
    return text.post.text if text.post else text.note.text if text.note else ""
