"""Search: the items in whose posts or notes something was said, or by whom.

Newest first, in the order in which texts came in. What a word of a thousand matches costs is
bounded: a page looks at so many texts, and says so where it has not looked at all of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet

from triage.access import with_shown
from triage.finding.queries import Query, Term
from triage.finding.ranking import score
from triage.tables import Item, SearchText
from triage.tables.outgoing import waiting_for_approval

SIZE = 50
LOOKED_AT = 150
"""Texts looked at for a page, where every item is welcome."""
LOOKED_AT_NARROW = 1_000
"""Texts looked at for a page, where only some items are."""
RARE = 2_000
"""Up to so many matches are cheaper to sort than to meet on the way through all texts."""
RANKED = 500
"""Texts that are compared where the best are asked for."""
_END = 2**62


@dataclass(frozen=True, slots=True)
class Hit:
    """An item, and the newest of its texts that matched."""

    item: Item
    text: SearchText


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of hits. `after` asks for what comes behind it and is 0 at the end."""

    hits: tuple[Hit, ...]
    after: int


def find(
    query: Query, items: QuerySet[Item], *, narrow: bool = False, after: int = 0, size: int = SIZE
) -> Hits:
    """The items that a query finds among `items`, each once a page, newest first.

    `narrow` says that `items` are only some of all. A page can be short, even empty, and yet have
    more behind it: then it has looked at as many texts as it may. Without a word to look for
    nothing is found.
    """
    if not query.wanted:
        return Hits((), 0)
    items = of_query(query, items)
    at_most = LOOKED_AT_NARROW if narrow or query.narrows else LOOKED_AT
    rows = _candidates(query, after or _END, at_most)
    found = _items(items, rows)
    chosen: dict[int, int] = {}
    last = 0
    for text, item in rows:
        if len(chosen) == size:
            break
        last = text
        if item in found:
            chosen.setdefault(item, text)
    ended = len(rows) < at_most and (not rows or last == rows[-1][0])
    texts = _texts(chosen.values())
    hits = [Hit(found[item], texts[text]) for item, text in chosen.items() if text in texts]
    return Hits(tuple(hits), 0 if ended else last)


def find_best(query: Query, items: QuerySet[Item], *, size: int = SIZE) -> Hits:
    """The items among `items` that answer a query best, each once, the best first.

    Looks at the newest `RANKED` texts that match; what answers equally well is newest first. One
    page, because what comes in meanwhile would move all that is behind it.
    """
    if not query.wanted:
        return Hits((), 0)
    rows = _candidates(query, _END, RANKED)
    found = _items(of_query(query, items), rows)
    said = SearchText.objects.filter(pk__in=[text for text, item in rows if item in found])
    worth = {
        pk: score(author, words, query)
        for pk, author, words in said.values_list("pk", "author", "words")
    }
    chosen: dict[int, int] = {}
    for text, item in sorted(rows, key=lambda row: (-worth.get(row[0], 0.0), -row[0])):
        if text in worth:
            chosen.setdefault(found[item].pk, text)
    best = list(chosen.items())[:size]
    texts = _texts(text for _, text in best)
    by_id = {item.pk: item for item in found.values()}
    return Hits(tuple(Hit(by_id[item], texts[text]) for item, text in best if text in texts), 0)


def of_query(query: Query, items: QuerySet[Item]) -> QuerySet[Item]:
    """The items that have what the query says of items: their channel, their tags, an answer that
    waits for approval."""
    for name in query.channels:
        items = items.filter(channel__name__istartswith=name)
    for name in query.not_channels:
        items = items.exclude(channel__name__istartswith=name)
    for name in query.tags:
        items = items.filter(pk__in=_tagged(name))
    for name in query.not_tags:
        items = items.exclude(pk__in=_tagged(name))
    if query.pending is not None:
        waits = Q(pk__in=waiting_for_approval())
        items = items.filter(waits if query.pending else ~waits)
    return items


def _tagged(name: str) -> QuerySet[Item, int]:
    return Item.objects.filter(item_tags__tag__name=name.lstrip("#")).values_list("pk", flat=True)


def _items(items: QuerySet[Item], rows: Sequence[tuple[int, int]]) -> dict[int, Item]:
    """The items of the texts by the ids that the texts know; those merged since have moved on."""
    ids = {item for _, item in rows}
    if not ids:
        return {}
    merged = Item.objects.filter(pk__in=ids, merged_into__isnull=False)
    moved = {pk: into for pk, into in merged.values_list("pk", "merged_into") if into}
    wanted = items.filter(pk__in={moved.get(pk, pk) for pk in ids})
    found = {item.pk: item for item in with_shown(wanted)}
    return {pk: found[moved.get(pk, pk)] for pk in ids if moved.get(pk, pk) in found}


def _texts(ids: Iterable[int]) -> dict[int, SearchText]:
    rows = SearchText.objects.filter(pk__in=list(ids)).select_related("post", "note")
    return {row.pk: row for row in rows.defer("post__raw")}


def _candidates(query: Query, before: int, at_most: int) -> list[tuple[int, int]]:
    """(text, item) of the newest texts before one, up to a number."""
    if connection.vendor == "postgresql":
        return _in_postgresql(tsquery(query), before, at_most)
    return _rows(
        "SELECT t.id, t.item_id FROM triage_searchtext_fts f JOIN triage_searchtext t "
        "ON t.id = f.rowid WHERE triage_searchtext_fts MATCH %s AND f.rowid < %s "
        "ORDER BY f.rowid DESC LIMIT %s",
        [match(query), before, at_most],
    )


def _in_postgresql(asked: str, before: int, at_most: int) -> list[tuple[int, int]]:
    # The planner cannot know how many texts have words that begin like this. So first everything,
    # by the index of the words; only where that is too much, the way back through the newest.
    all_of_them = _rows(
        "WITH found AS MATERIALIZED (SELECT id, item_id FROM triage_searchtext "
        "WHERE vector @@ %s::tsquery AND id < %s LIMIT %s) "
        "SELECT id, item_id FROM found ORDER BY id DESC",
        [asked, before, RARE + 1],
    )
    if len(all_of_them) <= RARE:
        return all_of_them[:at_most]
    return _rows(
        "SELECT id, item_id FROM triage_searchtext WHERE vector @@ %s::tsquery AND id < %s "
        "ORDER BY id DESC LIMIT %s",
        [asked, before, at_most],
    )


def _rows(statement: str, values: Sequence[str | int]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def tsquery(query: Query) -> str:
    """A query for PostgreSQL. Words hold letters and digits only, so nothing has to be quoted."""
    wanted = " & ".join(_tsquery_of(term) for term in query.wanted)
    return wanted + "".join(f" & !{_tsquery_of(term)}" for term in query.unwanted)


def _tsquery_of(term: Term) -> str:
    columns = ("A",) if term.field else ("A", "B")
    runs = (" <-> ".join(_lexemes(term, column)) for column in columns)
    return "(" + " | ".join(f"({run})" for run in runs) + ")"


def _lexemes(term: Term, column: str) -> list[str]:
    last = len(term.words) - 1
    return [
        f"'x{word}':{'*' if term.open and number == last else ''}{column}"
        for number, word in enumerate(term.words)
    ]


def match(query: Query) -> str:
    """A query for SQLite's FTS5."""
    wanted = " AND ".join(_match_of(term) for term in query.wanted)
    if not query.unwanted:
        return wanted
    return f"({wanted}) NOT ({' OR '.join(_match_of(term) for term in query.unwanted)})"


def _match_of(term: Term) -> str:
    column = f"{term.field} : " if term.field else ""
    return f'{column}"{" ".join(term.words)}"{" *" if term.open else ""}'
