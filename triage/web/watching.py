"""Watching: what an open page says of its reader with every poll, and what it is told of others."""

from collections.abc import Iterable

from triage.access import items_for
from triage.desk.claims import keep_claim
from triage.desk.desks import be_here
from triage.desk.presence import Viewer, look, seen_by
from triage.tables import Item, User


def watch(user: User, pk: int, *, typing: bool) -> str:
    """Note that somebody is here and reads an item, renew their claim -> who else reads it."""
    be_here(user)
    item = items_for(user).filter(pk=pk).first() if pk else None
    if item is None:
        return ""
    look(item, user, typing=typing)
    if item.owner_id == user.pk and item.status == Item.Status.CLAIMED:
        keep_claim(item, user)
    return viewers(seen_by(item, besides=user))


def viewers(found: Iterable[Viewer]) -> str:
    """Others in words: `Sam is typing, Kim is viewing too`."""
    found = list(found)
    typing = [each.name for each in found if each.typing]
    looking = [each.name for each in found if not each.typing]
    said = []
    if typing:
        said.append(f"{_names(typing)} {'is' if len(typing) == 1 else 'are'} typing")
    if looking:
        said.append(f"{_names(looking)} {'is' if len(looking) == 1 else 'are'} viewing too")
    return ", ".join(said)


def _names(names: list[str]) -> str:
    if len(names) > 3:
        return f"{len(names)} colleagues"
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
