"""Drafts: answers that are saved as they are typed, so that a closed page loses nothing."""

from datetime import datetime

from django.utils import timezone

from triage.access import may_work
from triage.desk.acting import ActRefused
from triage.posts import clean
from triage.tables import Draft, Item, User

LENGTH = 20_000


def save_draft(
    item: Item, user: User, *, text: str, version: int, now: datetime | None = None
) -> Draft | None:
    """Keep what somebody has typed; None where that is nothing, and no draft is kept.

    `version` is that of the item on their page. A draft keeps the version it began at, so that
    `is_behind` can tell that the item has changed under it.
    """
    if not may_work(user, item.queue):
        raise ActRefused(f"Your team does not work the {item.queue} queue.")
    said = clean(text, limit=LENGTH)[0]
    if not said.strip():
        drop_draft(item, user)
        return None
    now = now or timezone.now()
    draft, created = Draft.objects.get_or_create(
        item=item, user=user, defaults={"text": said, "version": version, "at": now}
    )
    if not created:
        draft.text, draft.at = said, now
        Draft.objects.filter(pk=draft.pk).update(text=said, at=now)  # sent meanwhile: it is gone
    return draft


def draft_of(item: Item, user: User) -> Draft | None:
    """What somebody has typed for an item."""
    return Draft.objects.filter(item=item, user=user).first()


def drop_draft(item: Item, user: User) -> None:
    """Forget a draft: it was sent, or thrown away."""
    Draft.objects.filter(item=item, user=user).delete()


def is_behind(draft: Draft, item: Item) -> bool:
    """Whether the item has changed since the draft was begun."""
    return item.version > draft.version


def catch_up(draft: Draft, item: Item) -> None:
    """Note that its author has seen the item as it is now, and goes on with the draft."""
    Draft.objects.filter(pk=draft.pk).update(version=item.version)
