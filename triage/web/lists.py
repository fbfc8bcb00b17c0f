"""Lists: which items stand in the list at a place, and one page of them in its order."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from triage.access import items_for, visible_queues, with_shown
from triage.desk.waiting import waiting_items
from triage.finding.filters import at_risk, midnight, narrowed
from triage.finding.paging import Page, newest_page, soonest_page, waiting_page
from triage.finding.plain import plainly
from triage.finding.queries import Query, read_query
from triage.finding.search import Hits, find, find_best, of_query
from triage.numbers import whole
from triage.tables import Item, SearchText, User
from triage.vocabulary import Queue
from triage.web.place import Place

FEW = ("mine", "risk", "snoozed")
"""Lists that are short at any number of items."""
MOST_PAGES = 20
"""Pages that are looked at for what matches: those of a search can be short."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """Some items of a list and the key of what comes behind them. Of a search: why each was found,
    by the item's id, and whether only a part of what matches could be looked at."""

    items: list[Item]
    after: str
    query: Query = field(default_factory=Query)
    texts: dict[int, SearchText] = field(default_factory=dict)


def items_at(user: User, place: Place, *, now: datetime) -> QuerySet[Item]:
    """The items of the list at a place, less what a search looks for in their texts."""
    items = items_for(user)
    if place.queue:
        queue = Q(queue=place.queue)
        items = plainly(items, queue) if place.filters.picks else items.filter(queue)
    items = narrowed(items, place.filters, user, now=now, few=place.show in FEW)
    items = of_query(read_query(place.filters.q), items)
    if place.show == "mine":
        return items.filter(owner=user, status=Item.Status.CLAIMED)
    if place.show == "risk":
        return items.filter(at_risk(now))
    if place.show == "snoozed":
        return items.filter(snoozed=True).exclude(status=Item.Status.RESOLVED)
    if place.show == "resolved":
        if place.filters.risk:  # nothing resolved is at risk, which no database sees by itself
            return items.none()
        return _resolved(items, place.filters.since)
    return items if place.show == "all" else waiting_items(items)


def _resolved(items: QuerySet[Item], since: str) -> QuerySet[Item]:
    done = items.filter(status=Item.Status.RESOLVED, resolved_at__isnull=False)
    # Nothing is resolved before it was posted, so the list ends sooner.
    return done.filter(resolved_at__gte=midnight(since)) if since else done


def matching_items(
    user: User, place: Place, at_most: int, *, now: datetime
) -> tuple[list[Item], bool]:
    """The first items of the list at a place, over several pages -> them, and if more match."""
    found: dict[int, Item] = {}
    after = ""
    for _ in range(MOST_PAGES):
        page = list_page(user, place, after, now=now)
        found |= {item.pk: item for item in page.items}
        after = page.after
        if not after or len(found) >= at_most:
            break
    return list(found.values())[:at_most], bool(after) or len(found) > at_most


def list_page(user: User, place: Place, after: str, *, now: datetime) -> ListPage:
    """One page of the list at a place, behind the key `after`."""
    query = read_query(place.filters.q)
    items = items_at(user, place, now=now)
    if query.wanted:
        narrow = place.show != "all" or bool(place.queue) or place.filters.narrow
        if place.filters.sort:
            best = find_best(query, items)
            return _of_hits(best, query)
        hits = find(query, items, narrow=narrow, after=whole(after) or 0)
        return _of_hits(hits, query)
    if place.filters.q and not query.narrows:
        return ListPage([], "", query)
    page = _ordered(user, place, with_shown(items), after)
    return ListPage(page.items, page.after, query)


def _of_hits(hits: Hits, query: Query) -> ListPage:
    texts = {hit.item.pk: hit.text for hit in hits.hits}
    return ListPage([hit.item for hit in hits.hits], str(hits.after or ""), query, texts)


def _ordered(user: User, place: Place, items: QuerySet[Item], after: str) -> Page[Item]:
    if place.show == "resolved":
        return newest_page(items, "resolved_at", after)
    if place.show == "risk":
        # The index of what is at risk is by queue; a page of each is cheap, all at once are not.
        queues = [place.queue] if place.queue else list(visible_queues(user))
        return soonest_page([items.filter(queue=queue) for queue in queues], "warn_at", after)
    if place.show == "all" or (place.queue == Queue.ARCHIVE and place.show == "open"):
        return newest_page(items, "posted_at", after)
    return waiting_page(items, after)
