"""Item indexes: every list that can be long is read by index, in its order, from its beginning.

A list has one of three orders: what waits (most urgent first, then oldest), what is resolved (last
resolved first), and everything (newest first). For each there is an index without a filter and one
for each filter whose value can be rare, which would else be looked for through all items. Those of
what waits and of what is resolved hold only that, so that a new item is written into half of them.
"""

from django.db.models import F, Index, Q

DONE = Q(status="resolved")
WAITS = ~DONE & Q(snoozed=False)
URGENT = ("-priority", "posted_at", "id")
LAST = ("-resolved_at", "-id")
NEWEST = ("-posted_at", "-id")


def _filtered(column: str, *, but: Q | None = None) -> list[Index]:
    """The three orders of what has one value of a column; `but` leaves out what nobody asks for."""
    known = but or Q()
    return [
        Index(fields=[column, *URGENT], name=f"item_by_{column}", condition=WAITS & known),
        Index(fields=[column, *LAST], name=f"item_done_{column}", condition=DONE & known),
        Index(fields=[column, *NEWEST], name=f"item_newest_{column}", condition=but),
    ]


ITEM_INDEXES = [
    Index(fields=["queue", *URGENT], name="item_waiting", condition=WAITS),
    Index(fields=[*URGENT], name="item_waiting_all", condition=WAITS),
    Index(fields=["queue", *LAST], name="item_done", condition=DONE),
    Index(fields=[*LAST], name="item_done_all", condition=DONE),
    Index(fields=[*NEWEST], name="item_newest"),
    Index(fields=["queue", *NEWEST], name="item_archived", condition=Q(queue="archive") & WAITS),
    *_filtered("intent"),
    *_filtered("channel"),
    *_filtered("owner"),
    Index(fields=[*LAST], name="item_done_nobody", condition=DONE & Q(owner=None)),
    *_filtered("sentiment", but=~Q(sentiment="")),
    *_filtered("lang", but=~Q(lang="")),
    Index(fields=["queue", *URGENT], name="item_unsure", condition=WAITS & Q(unsure=True)),
    Index(fields=["queue", *LAST], name="item_done_unsure", condition=DONE & Q(unsure=True)),
    Index(fields=[*NEWEST], name="item_newest_unsure", condition=Q(unsure=True)),
    Index(fields=["queue", *URGENT], name="item_resting", condition=Q(snoozed=True)),
    # The status is the same in all of it, and yet makes SQLite take it for the narrowest.
    Index(fields=["owner", "status", "queue"], name="item_mine", condition=Q(status="claimed")),
    # Few items are in these, so looking for work costs the same at any size.
    Index(fields=["claimed_until"], name="item_leased", condition=Q(status="claimed")),
    Index(fields=["snoozed_until"], name="item_asleep", condition=Q(snoozed=True)),
    Index(fields=["id"], name="item_unclocked", condition=Q(version__gt=F("clocked_version"))),
    Index(
        fields=["queue", "warn_at"],
        name="item_at_risk",
        condition=Q(warn_at__isnull=False) & Q(snoozed=False) & ~DONE,
    ),
    Index(fields=["opened_at"], name="item_opened"),
    Index(
        fields=["campaign", "-posted_at"],
        name="item_campaign",
        condition=Q(campaign__isnull=False),
    ),
    Index(fields=["merged_into"], name="item_merged", condition=Q(merged_into__isnull=False)),
    Index(fields=["twin_of"], name="item_twin", condition=Q(twin_of__isnull=False)),
]
