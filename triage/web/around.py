"""Around: what an item has beside its own row, asked for with it, so that its page asks for little.

Of what an item has at most a few, the rows themselves come with it; of the rest, whether there are
any. The rows are filled in no further than the page shows them, and are not to be saved.
"""

from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.expressions import BaseExpression
from django.utils import timezone

from triage.desk.muting import muted_list
from triage.desk.notes import unread_mentions
from triage.desk.presence import SEEN_FOR, Viewer
from triage.tables import Draft, Item, Mute, Note, Outgoing, Policy, Presence, User
from triage.tables.rowlists import RowList
from triage.tuning.policies import policy_in_force
from triage.tuning.policy import Rulebook, read_policy

_NAMES = ("id", "username", "first_name", "last_name")


def asked_around(user: User) -> dict[str, BaseExpression]:
    """What to ask for with an item, so that the functions below can tell."""
    here = OuterRef("pk")
    there = {
        "mentions": unread_mentions(user).select_related(None).filter(note__item=here),
        "notes": Note.objects.filter(item=here),
        "outgoing": Outgoing.objects.filter(Q(item=here) | Q(item=OuterRef("twin_of"))),
    }
    seen = Presence.objects.filter(item=here, at__gt=timezone.now() - SEEN_FOR).exclude(user=user)
    drafts = Draft.objects.filter(item=here, user=user)
    mutes = muted_list().select_related(None).filter(person=OuterRef("person"))
    twins = Item.objects.filter(Q(twin_of=here) | Q(pk=OuterRef("twin_of")))
    return {
        **{f"has_{name}": Exists(rows.order_by()) for name, rows in there.items()},
        "told_draft": RowList(drafts, text="text", version="version"),
        "told_mute": RowList(mutes, how="how", reason="reason", **_names("user")),
        "told_twins": RowList(
            twins, id="id", queue="queue", status="status", snoozed="snoozed", **_names("owner")
        ),
        "told_viewers": RowList(seen, typing="typing", **_names("user")),
        "in_force": Subquery(Policy.objects.filter(in_force=True).values("digest")[:1]),
    }


def around(item: Item) -> frozenset[str]:
    """The names of what there is: mentions, notes, outgoing."""
    found = vars(item).items()
    return frozenset(name.removeprefix("has_") for name, there in found if _tells(name) and there)


def draft_around(item: Item, user: User) -> Draft | None:
    """What this person has typed for the item."""
    return next((Draft(item=item, user=user, **row) for row in _told(item, "draft")), None)


def mute_around(item: Item) -> Mute | None:
    """The word by which its author is muted."""
    for row in _told(item, "mute"):
        return Mute(how=row["how"], reason=row["reason"], user=_user(row))
    return None


def twins_around(item: Item) -> list[Item]:
    """Its twin, or what it is the twin of, with who has it and where it stands."""
    rows = sorted(_told(item, "twins"), key=lambda row: int(row["id"]))
    own = ("id", "queue", "status")
    return [
        Item(**{name: row[name] for name in own}, snoozed=bool(row["snoozed"]), owner=_user(row))
        for row in rows
    ]


def viewers_around(item: Item) -> list[Viewer]:
    """Who else has it on their screen, those who type first."""
    rows = sorted(_told(item, "viewers"), key=lambda row: (not row["typing"], row["username"]))
    users = [(_user(row), bool(row["typing"])) for row in rows]
    return [Viewer(user.pk, user.shown_name, typing) for user, typing in users if user]


def policy_around(item: Item) -> Rulebook:
    """The policy that was in force when the item was asked for."""
    digest: str | None = getattr(item, "in_force", None)
    return _policy_of(digest) if digest else policy_in_force()


@lru_cache(maxsize=8)
def _policy_of(digest: str) -> Rulebook:
    """A policy's text never changes, so it is read once."""
    row = Policy.objects.filter(digest=digest).order_by("-version")[0]
    return read_policy(row.text, version=row.version)


def _names(column: str) -> dict[str, str]:
    """The values that `_user` needs, of a column that names somebody."""
    return {f"user_{name}" if name == "id" else name: f"{column}__{name}" for name in _NAMES}


def _user(row: dict[str, Any]) -> User | None:
    if row["user_id"] is None:
        return None
    return User(pk=row["user_id"], **{name: row[name] for name in _NAMES if name != "id"})


def _told(item: Item, name: str) -> list[dict[str, Any]]:
    return getattr(item, f"told_{name}", None) or []


def _tells(name: str) -> bool:
    return name.startswith("has_")
