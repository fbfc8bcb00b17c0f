"""More: the acts that are needed less often, fetched when somebody opens them."""

from typing import Any

from triage.access import may_work
from triage.desk.assigning import colleagues
from triage.desk.merging import duplicates_of
from triage.desk.muting import mute_of
from triage.desk.twins import linked
from triage.tables import Item, User
from triage.vocabulary import OTHER_TEAM, Queue
from triage.web.showing import queue_name


def more(user: User, item: Item) -> dict[str, Any]:
    """Whom it can be given to, what it can be merged with, whether its author is muted."""
    works, resolved = may_work(user, item.queue), item.status == Item.Status.RESOLVED
    held = item.status == Item.Status.CLAIMED and item.owner_id != user.pk
    other = OTHER_TEAM.get(Queue(item.queue))
    free = works and not resolved
    return {
        "colleagues": colleagues(item.queue) if free else [],
        "take_over": held and works,
        "duplicates": duplicates_of(item) if free and not item.twin_of_id else [],
        "share_with": queue_name(other) if other and free and not linked(item) else "",
        "person": item.person,
        "mute": mute_of(item.person),
    }
