"""Around: which kinds of rows an item has at all, so that its page asks for no others."""

from django.db.models import Exists, OuterRef, Q

from triage.desk.muting import muted_list
from triage.desk.notes import unread_mentions
from triage.tables import Draft, Item, Note, Outgoing, Presence, User


def asked_around(user: User) -> dict[str, Exists]:
    """What to ask for with an item, so that `around` can tell."""
    here = OuterRef("pk")
    asked = {
        "drafts": Draft.objects.filter(item=here, user=user),
        "mentions": unread_mentions(user).select_related(None).filter(note__item=here),
        "mutes": muted_list().select_related(None).filter(person=OuterRef("person")),
        "notes": Note.objects.filter(item=here),
        "outgoing": Outgoing.objects.filter(Q(item=here) | Q(item=OuterRef("twin_of"))),
        "twins": Item.objects.filter(Q(twin_of=here) | Q(pk=OuterRef("twin_of"))),
        "views": Presence.objects.filter(item=here).exclude(user=user),
    }
    return {f"has_{name}": Exists(rows.order_by()) for name, rows in asked.items()}


def around(item: Item) -> frozenset[str]:
    """The names of what there is: drafts, mentions, mutes, notes, outgoing, twins, views."""
    found = vars(item).items()
    return frozenset(name.removeprefix("has_") for name, there in found if _tells(name) and there)


def _tells(name: str) -> bool:
    return name.startswith("has_")
