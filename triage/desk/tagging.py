"""Tagging: words that people put on items, to find and count them again."""

from django.db import transaction
from django.db.models import F

from triage.desk.acting import ActRefused, check_may_work, in_version, write_move
from triage.posts import clean
from triage.tables import Deed, Item, ItemTag, Tag, User

LENGTH = 50


def tag(item: Item, user: User, *, name: str, seen: int | None = None, stroke: str = "") -> Tag:
    """Put a tag on an item; a tag that is there already stays. Tags are lower case.

    Raises ActRefused for an empty or too long name, and when the item is not in version `seen`.
    """
    check_may_work(item, user)
    word = tag_name(name)
    _check_version(item, seen)
    with transaction.atomic():
        found = Tag.objects.get_or_create(name=word)[0]
        added = ItemTag.objects.get_or_create(item=item, tag=found, defaults={"user": user})[1]
        if added:
            Tag.objects.filter(pk=found.pk).update(used=F("used") + 1)
            write_move(item, event="tagged", user=user, why=word)
        if added and stroke:
            Deed.objects.create(
                user=user,
                item=item,
                stroke=stroke,
                event="tagged",
                before={"tag": found.pk},
                version=item.version,
            )
    return found


def untag(item: Item, user: User, *, name: str) -> None:
    """Take a tag off an item. Raises ActRefused if it is not there."""
    check_may_work(item, user)
    with transaction.atomic():
        if not ItemTag.objects.filter(item=item, tag__name=tag_name(name)).delete()[0]:
            raise ActRefused(f"The tag {tag_name(name)} was already removed.")
        write_move(item, event="untagged", user=user, why=tag_name(name))


def suggested_tags(item: Item, *, beginning: str = "", limit: int = 8) -> list[str]:
    """Tags that the item does not have yet, those used most first."""
    start = " ".join(beginning.split()).casefold()
    rows = Tag.objects.exclude(item_tags__item=item).filter(name__startswith=start, used__gt=0)
    return list(rows.order_by("-used", "name").values_list("name", flat=True)[:limit])


def tag_name(name: str) -> str:
    """A name as it is kept. Raises ActRefused with one sentence."""
    word = clean(" ".join(name.strip().lstrip("#").split()).casefold())[0]
    if not word:
        raise ActRefused("A tag needs a name.")
    if len(word) > LENGTH:
        raise ActRefused(f"A tag can have at most {LENGTH} characters; this one has {len(word)}.")
    return word


def _check_version(item: Item, seen: int | None) -> None:
    if not in_version(Item.objects.filter(pk=item.pk), seen).exists():
        raise ActRefused("It has changed since you opened it. This is the current state.")
