"""Opinions: what a person says that the author of an item's post feels.

No model's word replaces it, also where the post is edited; a later post is heard by itself.
"""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from triage.desk.acting import ActRefused, Status, act, act_alone, check_may_work, in_version
from triage.desk.feeling import said_of
from triage.desk.twins import linked_to
from triage.tables import Deed, Item, Opinion, PostRow, User
from triage.vocabulary import SENTIMENTS


def say_sentiment(
    item: Item, user: User, *, sentiment: str, seen: int | None = None, stroke: str = ""
) -> Item:
    """Say what the author of an item's latest post feels -> the item, which stays in its hands.

    Its twin tells the same. Raises ActRefused for a word that is none, where somebody else has the
    item or it is not in version `seen` any more, and where a person has said just that already.
    """
    check_may_work(item, user)
    if sentiment not in SENTIMENTS:
        raise ActRefused(f"Choose {', '.join(SENTIMENTS[:-1])} or {SENTIMENTS[-1]}.")
    with transaction.atomic():
        now = _locked(item) or item
        post = _post_of(now, sentiment)
        changed = act(
            _own_or_free(item, user, seen),
            item,
            user,
            event="sentiment",
            reason=_in_place_of(sentiment, now.sentiment),
            stroke=stroke,
            sentiment=sentiment,
            **_hands(now),
        )
        said = Opinion.objects.create(
            post=post, post_version=post.version, sentiment=sentiment, user=user
        )
        Deed.objects.filter(item=changed, version=changed.version).update(opinion=said)
        tell_twin(changed, user)
    return changed


def tell_twin(item: Item, user: User) -> None:
    """Let the other team's item of the same post say what this one says."""
    for other in Item.objects.filter(linked_to(item), latest_post=item.latest_post_id):
        if other.sentiment != item.sentiment:
            why = f"{user.shown_name}, in item {item.pk}: {item.sentiment or 'nothing'}"
            act_alone(other, event="sentiment", why=why, sentiment=item.sentiment)


def _locked(item: Item) -> Item | None:
    """The item as it is now. Its twin is locked too, in the order in which all lock them."""
    rows = Item.objects.filter(Q(pk=item.pk) | linked_to(item)).order_by("id")
    return {row.pk: row for row in rows.select_for_update(no_key=True)}.get(item.pk)


def _linked(item: Item) -> Q:
    return Q(twin_of=item.pk) | Q(pk=item.twin_of_id or 0)


def _post_of(item: Item, sentiment: str) -> PostRow:
    if item.merged_into_id:
        raise ActRefused(f"It was merged into item {item.merged_into_id}. Continue there.")
    post = PostRow.objects.filter(pk=item.latest_post_id or 0, deleted_at=None).first()
    if post is None:
        raise ActRefused("Its author deleted it, so there is no sentiment to set.")
    if said_of(post) == sentiment:
        raise ActRefused(f"Its sentiment was already set to {sentiment} by a person.")
    return post


def _own_or_free(item: Item, user: User, seen: int | None) -> QuerySet[Item]:
    """The item, unless a colleague has it: whoever answers is not to be disturbed."""
    mine = Q(status=Status.CLAIMED, owner=user)
    rows = Item.objects.filter(mine | ~Q(status=Status.CLAIMED), pk=item.pk, queue=item.queue)
    return in_version(rows, seen)


def _hands(item: Item) -> dict[str, Any]:
    """A lease and a rest go on."""
    return {name: getattr(item, name) for name in ("claimed_until", "snoozed", "snoozed_until")}


def _in_place_of(said: str, before: str) -> str:
    return f"{said}, in place of {before}" if before and before != said else said
