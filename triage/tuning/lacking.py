"""Lacking: which of the tags that rules give are not on an item, less those that a person took off.

The history tells what was taken off by the tag's name, so a tag stays off for as long as its item.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache

from triage.posts import clean
from triage.tables import ItemTag, Move

TAG_LIMIT = 50


@lru_cache(maxsize=1000)
def tag_word(name: str) -> str:
    """A tag of a rule as it is kept."""
    return clean(" ".join(name.split()).casefold(), limit=TAG_LIMIT)[0]


def lacking(wanted: Mapping[int, Collection[str]]) -> dict[int, tuple[str, ...]]:
    """Item -> the tags that it ought to have -> those of them that it lacks; items that lack none
    are left out. At most two queries."""
    asked = {(item, tag_word(name)): None for item, names in wanted.items() for name in names}
    there = _there(wanted)
    missing = [pair for pair in asked if pair not in there]
    gone = _taken_off({item for item, _ in missing})
    found: dict[int, tuple[str, ...]] = {}
    for item, word in missing:
        if (item, word) not in gone:
            found[item] = (*found.get(item, ()), word)
    return found


def _there(items: Collection[int]) -> set[tuple[int, str]]:
    if not items:
        return set()
    return set(ItemTag.objects.filter(item__in=items).values_list("item_id", "tag__name"))


def _taken_off(items: Collection[int]) -> set[tuple[int, str]]:
    if not items:
        return set()
    moves = Move.objects.filter(item__in=items, event="untagged", by=Move.By.PERSON)
    return set(moves.values_list("item_id", "why"))
