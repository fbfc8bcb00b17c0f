"""Traces: raw records that tell of somebody, found by their ids and by their name."""

import json
import re
from collections.abc import Iterable, Sequence

from django.db.models import Q

from triage.tables import Channel, DeadLetter, Delivery, Person, PostRow

SHORTEST = 4
"""Shorter names and ids stand in too many texts that are not about the person."""
AT_ONCE = 100


def deliveries_about(
    person: Person, posts: Sequence[PostRow], channels: Sequence[Channel]
) -> list[int]:
    """The deliveries to these channels that tell of a person or of one of the posts."""
    words = _words(person, posts)
    whole = _pattern(words)
    found: set[int] = set()
    for start in range(0, len(words), AT_ONCE):
        holds = Q()
        for word in words[start : start + AT_ONCE]:
            holds |= Q(body__contains=word) | Q(body__contains=_escaped(word))
        rows = Delivery.objects.filter(holds, channel__in=channels)
        for pk, body in rows.values_list("pk", "body").iterator():
            if whole.search(body):
                found.add(pk)
    return sorted(found)


def dead_letters_about(
    person: Person, posts: Sequence[PostRow], channels: Sequence[Channel]
) -> list[int]:
    """The dead letters of these posts, and the unreadable records that tell of the person."""
    whole = _pattern(_words(person, posts))
    letters = DeadLetter.objects.filter(channel__in=channels, post=None)
    rows = letters.values_list("pk", "raw").iterator()
    unread = {pk for pk, raw in rows if whole.search(json.dumps(raw, ensure_ascii=False))}
    ids = [row.pk for row in posts]
    return sorted(
        unread | set(DeadLetter.objects.filter(post__in=ids).values_list("pk", flat=True))
    )


def _words(person: Person, posts: Iterable[PostRow]) -> list[str]:
    words = {person.external_id, person.name, *(row.external_id for row in posts)}
    return sorted(word for word in words if len(word) >= SHORTEST)


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Finds one of the words as a whole, be it written as JSON does."""
    forms = {form for word in words for form in (word, _escaped(word))}
    either = "|".join(re.escape(form) for form in sorted(forms)) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)")


def _escaped(word: str) -> str:
    return json.dumps(word)[1:-1]
