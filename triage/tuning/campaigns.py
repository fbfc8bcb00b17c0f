"""Campaigns: known by their marks, tied to items when these are sorted. No model is asked."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from triage.posts import clean
from triage.staff.audit import note
from triage.tables import Campaign, Channel, Item, PostRow, User

LONGEST_NAME, LONGEST_MARK, MOST_MARKS = 60, 80, 30
LOOKED_BACK = 20_000
"""Posts that are looked at when a campaign is saved: the newest of its days."""
AT_ONCE = 500
T = TypeVar("T")
_APART = re.compile(r"[,;\n]+")


class CampaignError(ValueError):
    """A campaign that cannot be saved; the message is one sentence for the person."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A campaign as somebody wants it."""

    name: str
    marks: tuple[str, ...]
    channel: Channel | None = None
    starts_on: date | None = None
    ends_on: date | None = None


def read_marks(typed: str) -> tuple[str, ...]:
    """`#VoltDay, volt day` -> the marks, each once, in lower case."""
    marks = (" ".join(clean(part)[0].casefold().split()) for part in _APART.split(typed))
    return tuple(dict.fromkeys(mark for mark in marks if mark.strip("#")))


def save_campaign(wanted: Wanted, user: User, *, row: Campaign | None = None) -> int:
    """Save a new campaign, or change one, and tie to it what is there -> how many items.

    Looks back at the newest `LOOKED_BACK` posts of its days. Raises CampaignError.
    """
    values = _checked(wanted)
    try:
        with transaction.atomic():
            if row is None:
                row = Campaign.objects.create(**values, author=user)
            elif not Campaign.objects.filter(pk=row.pk).update(**values, changed_at=timezone.now()):
                raise CampaignError("This campaign is gone; add it again.")
            note("campaign_saved", by=user, target=wanted.name, marks=list(wanted.marks))
            row.refresh_from_db()
            return _tie_again(row)
    except IntegrityError:
        raise CampaignError(f"There is a campaign {wanted.name!r} already; change it.") from None


def drop_campaign(row: Campaign, user: User) -> None:
    """Delete a campaign; its items stay, and belong to none."""
    with transaction.atomic():
        note("campaign_dropped", by=user, target=row.name)
        Item.objects.filter(campaign=row).update(campaign=None)
        Campaign.objects.filter(pk=row.pk).delete()


def tie(rows: Sequence[PostRow]) -> int:
    """Tie the items of posts that were just placed to the campaigns of these posts -> how many.

    An item belongs to the campaign that its latest post names; a post that names none leaves it.
    """
    campaigns = list(Campaign.objects.order_by("pk")) if rows else []
    return _tie(campaigns, rows) if campaigns else 0


def _checked(wanted: Wanted) -> dict[str, object]:
    name = " ".join(clean(wanted.name)[0].split())
    if not name or len(name) > LONGEST_NAME:
        raise CampaignError(f"A campaign needs a name of at most {LONGEST_NAME} characters.")
    if not wanted.marks:
        raise CampaignError("Say by what its posts are known: a hashtag, a word or a link's code.")
    if len(wanted.marks) > MOST_MARKS or max(map(len, wanted.marks)) > LONGEST_MARK:
        raise CampaignError(
            f"A campaign has at most {MOST_MARKS} marks of at most {LONGEST_MARK} characters."
        )
    if wanted.starts_on and wanted.ends_on and wanted.ends_on < wanted.starts_on:
        raise CampaignError("It ends before it begins; change one of the two days.")
    return {
        "name": name,
        "marks": list(wanted.marks),
        "channel": wanted.channel,
        "starts_on": wanted.starts_on,
        "ends_on": wanted.ends_on,
    }


def _tie_again(campaign: Campaign) -> int:
    Item.objects.filter(campaign=campaign).update(campaign=None)
    posts = PostRow.objects.filter(item__isnull=False)
    if campaign.channel_id:
        posts = posts.filter(channel=campaign.channel_id)
    if campaign.starts_on:
        posts = posts.filter(posted_at__gte=_midnight(campaign.starts_on))
    newest = posts.defer("raw").order_by("-id")[:LOOKED_BACK]
    return _tie([campaign], list(newest))


def _tie(campaigns: Iterable[Campaign], rows: Sequence[PostRow]) -> int:
    known = [(each, _pattern(each.marks)) for each in campaigns]
    texts, homes = _around(rows), _homes(rows)
    found: dict[int, int] = {}
    for row in sorted(rows, key=lambda row: (row.posted_at, row.pk)):
        said = f"{row.text}\n{row.parent_text}\n{texts.get(row.pk, '')}".casefold()
        for campaign, pattern in known:
            if row.pk in homes and _is_of(campaign, row) and pattern.search(said):
                found[homes[row.pk]] = campaign.pk
                break
    return _write(found)


def _write(found: dict[int, int]) -> int:
    """Tie each item, and its twin, to its campaign -> how many items."""
    for campaign in set(found.values()):
        for items in _parts([item for item, its in found.items() if its == campaign]):
            Item.objects.filter(Q(pk__in=items) | Q(twin_of__in=items)).update(campaign=campaign)
    return len(found)


def _is_of(campaign: Campaign, row: PostRow) -> bool:
    day = timezone.localdate(row.posted_at)
    after = campaign.starts_on is None or campaign.starts_on <= day
    before = campaign.ends_on is None or day <= campaign.ends_on
    return after and before and campaign.channel_id in (None, row.channel_id)


def _pattern(marks: Iterable[str]) -> re.Pattern[str]:
    """A mark is whole words; `spring-sale` is also found as `utm_campaign=spring-sale`."""
    words = (r"\s+".join(map(re.escape, mark.split())) for mark in marks)
    return re.compile("|".join(rf"(?<!\w){word}(?!\w)" for word in words))


def _around(rows: Sequence[PostRow]) -> dict[int, str]:
    """What each post answers and what began its conversation, where we hold it."""
    asked = {name for row in rows for name in (row.conversation, row.in_reply_to) if name}
    held: dict[tuple[int, str], str] = {}
    channels = {row.channel_id for row in rows}
    for names in _parts(sorted(asked)):
        posts = PostRow.objects.filter(channel__in=channels, external_id__in=names)
        for channel, key, text in posts.values_list("channel_id", "external_id", "text"):
            held[channel, key] = text
    return {
        row.pk: "\n".join(
            held.get((row.channel_id, name), "") for name in {row.conversation, row.in_reply_to}
        )
        for row in rows
    }


def _homes(rows: Sequence[PostRow]) -> dict[int, int]:
    """The item of each post, as the database has it now."""
    homes: dict[int, int] = {}
    for ids in _parts([row.pk for row in rows]):
        placed = PostRow.objects.filter(pk__in=ids, item__isnull=False)
        homes |= {pk: item for pk, item in placed.values_list("pk", "item_id") if item}
    return homes


def _parts(values: list[T]) -> Iterator[list[T]]:
    """Lists that are short enough for one query of any database."""
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))
