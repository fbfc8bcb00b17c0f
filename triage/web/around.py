"""Around: which kinds of rows an item has at all, asked once, so that a page asks for no others."""

from typing import cast

from django.db.models import Exists, OuterRef, Q

from triage.desk.muting import muted_list
from triage.desk.notes import unread_mentions
from triage.tables import Draft, Item, ItemTag, Note, Outgoing, Presence, User


def around(item: Item, user: User) -> frozenset[str]:
    """The names of what there is: drafts, mentions, mutes, notes, outgoing, tags, twins, views."""
    here = OuterRef("pk")
    asked = {
        "drafts": Draft.objects.filter(item=here, user=user),
        "mentions": unread_mentions(user).select_related(None).filter(note__item=here),
        "mutes": muted_list().select_related(None).filter(person=OuterRef("person")),
        "notes": Note.objects.filter(item=here),
        "outgoing": Outgoing.objects.filter(item__in=(item.pk, item.holder_id)),
        "tags": ItemTag.objects.filter(item=here),
        "twins": Item.objects.filter(Q(twin_of=here) | Q(pk=OuterRef("twin_of"))),
        "views": Presence.objects.filter(item=here).exclude(user=user),
    }
    found = Item.objects.filter(pk=item.pk).values(
        **{f"has_{name}": Exists(rows.order_by()) for name, rows in asked.items()}
    )
    row = cast(dict[str, bool], found.first() or {})
    return frozenset(name.removeprefix("has_") for name, there in row.items() if there)
