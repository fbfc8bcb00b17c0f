"""Redacting: take a person's name out of what colleagues wrote on other items."""

import re

from django.db.models import Model, Q

from triage.tables import Draft, Item, Lesson, Move, Mute, Note, Outgoing, Person, SearchText

GONE = "[erased]"
SHORTEST = 4
"""A shorter name is a word of the language more often than it is a person."""
TEXTS: tuple[tuple[type[Model], str], ...] = (
    (Note, "text"),
    (Draft, "text"),
    (Move, "why"),
    (Lesson, "reason"),
    (Outgoing, "text"),
    (Outgoing, "written"),
    (Item, "why"),
    (Mute, "reason"),
)
"""Where colleagues write freely, and where the product repeats it."""


def texts_naming(person: Person, *, besides: list[int]) -> int:
    """How many such texts name the person, not counting those on the items `besides`."""
    return sum(len(_naming(table, field, person, besides)) for table, field in TEXTS)


def redact(person: Person) -> None:
    """Put `[erased]` in place of the name, wherever such a text has it."""
    for table, field in TEXTS:
        for pk, text in _naming(table, field, person, []):
            table._default_manager.filter(pk=pk).update(**{field: _without(text, person)})
            if table is Note:
                SearchText.objects.filter(note=pk).delete()
                Note.objects.filter(pk=pk).update(searched=False)


def _naming(
    table: type[Model], field: str, person: Person, besides: list[int]
) -> list[tuple[int, str]]:
    names = _names(person)
    if not names:
        return []
    holds = Q()
    for name in names:
        holds |= Q(**{f"{field}__icontains": name})
    rows = table._default_manager.filter(holds)
    if besides:
        rows = rows.exclude(_on(table, besides))
    found = rows.values_list("pk", field)
    return [(pk, text) for pk, text in found if _pattern(names).search(text)]


def _on(table: type[Model], items: list[int]) -> Q:
    """The rows that go with these items."""
    if table is Item:
        return Q(pk__in=items)
    if table is Lesson:
        return Q(post__item__in=items)
    return Q(person__items__in=items) if table is Mute else Q(item__in=items)


def _names(person: Person) -> list[str]:
    bare = {person.name.strip().lstrip("@"), person.external_id.strip().lstrip("@")}
    return sorted((name for name in bare if len(name) >= SHORTEST), key=len, reverse=True)


def _without(text: str, person: Person) -> str:
    return _pattern(_names(person)).sub(GONE, text)


def _pattern(names: list[str]) -> re.Pattern[str]:
    either = "|".join(map(re.escape, names))
    return re.compile(rf"(?<!\w)@?(?:{either})(?!\w)", re.IGNORECASE)
