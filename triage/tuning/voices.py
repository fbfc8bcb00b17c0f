"""Voices: a draw of what people wrote in a channel in the last five weeks, no one heard twice.

A voice is one post. Of each week no two voices are of the same person or of the same conversation,
so that neither somebody who writes a hundred posts nor a quarrel of a hundred people counts for
more than one. Which post that is does not depend on its place in its conversation.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.db.models import F, QuerySet
from django.db.models.functions import Mod

from triage.finding.words import Word, words
from triage.tables import PostRow

DAY = timedelta(days=1)
DAYS = 35
READ = 10_000
"""Posts of a channel that are looked at; of busier channels every second one, or third, …"""
AT_ONCE = 500
_SPREAD = 2_654_435_761
"""Knuth's multiplier: ids times this, modulo 2**32, stand in no order that means anything."""


class Voice(NamedTuple):
    """What one person said once: how many days after the first, in what words and how many signs.

    Signs that are written without spaces between words are counted in pairs.
    """

    day: int
    length: int
    words: frozenset[str]


def draw_voices(channel: int, *, now: datetime) -> dict[str, list[Voice]]:
    """The voices of the 35 days before `now` by language; reads at most `READ` posts."""
    start = now - DAYS * DAY
    posts = PostRow.objects.filter(channel=channel, posted_at__gt=start, posted_at__lte=now)
    step = 1 + posts.count() // READ
    ids = posts.annotate(rest=Mod(F("id"), step)).filter(rest=0).values_list("id", flat=True)
    heard: set[tuple[int, str, str]] = set()
    found: dict[str, list[Voice]] = {}
    for row in _rows(sorted(ids, key=lambda pk: pk * _SPREAD % 2**32)):
        # A post from the very end of the last day belongs to it.
        day = min(DAYS - 1, (row.posted_at - start) // DAY)
        week, lang = day // 7, row.lang
        who = (week, lang, f"person {row.person_id}" if row.person_id else "")
        where = (week, lang, f"in {row.conversation}")
        if {who, where} & heard:
            continue
        heard |= {who, where} if row.person_id else {where}
        found.setdefault(lang, []).append(Voice(day, len(row.text), told_words(row.text)))
    return found


def told_words(text: str) -> frozenset[str]:
    """The different words of a text, folded; a hashtag keeps its sign."""
    runs: list[list[Word]] = []
    for word in words(text):
        if runs and runs[-1][-1].end == word.start:
            runs[-1].append(word)
        else:
            runs.append([word])
    return frozenset(told for run in runs for told in _told(text, run))


def _told(text: str, run: list[Word]) -> Iterator[str]:
    if len(run) > 1:
        yield from (one.folded + other.folded for one, other in pairwise(run))
    else:
        tag = "#" if text[: run[0].start].endswith("#") else ""
        yield tag + run[0].folded


def _rows(ids: list[int]) -> Iterator[PostRow]:
    """The posts of these ids that have words of somebody's own, in this order."""
    wanted = ("person_id", "conversation", "lang", "text", "posted_at")
    for at in range(0, len(ids), AT_ONCE):
        part = ids[at : at + AT_ONCE]
        rows = _heard(PostRow.objects.filter(pk__in=part)).only(*wanted).in_bulk()
        yield from (rows[pk] for pk in part if pk in rows)


def _heard(rows: QuerySet[PostRow]) -> QuerySet[PostRow]:
    ours = rows.exclude(state=PostRow.State.CONTEXT)
    return ours.filter(repost=False, deleted_at=None).exclude(text="")
