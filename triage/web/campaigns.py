"""The campaigns page: what each has brought, and, for ops, what its posts are known by."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from triage.access import channels_for, items_for, may_tune
from triage.tables import Campaign, Channel, Item, User
from triage.times.echoes import followers
from triage.tuning.campaigns import (
    CampaignError,
    Wanted,
    drop_campaign,
    read_marks,
    save_campaign,
)
from triage.vocabulary import Queue
from triage.web.counts import counts_for
from triage.web.doors import Request, in_a_team, tuners
from triage.web.filtering import day_words
from triage.web.frame import frame
from triage.web.place import Place
from triage.web.showing import plural, thousands
from triage.web.typed import number

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A campaign with what it has brought. `reached` are the followers of those who wrote, each
    counted once, as far as the platforms tell them."""

    row: Campaign
    known_by: str
    when: str
    address: str
    items: int
    promo: int
    support: int
    waiting: int
    reached: str


@in_a_team
def campaigns(request: Request) -> HttpResponse:
    """What every campaign has brought; ops add one here."""
    if request.method != "POST":
        return _page(request)
    if not may_tune(request.user):
        raise Http404
    return _save(request, None)


@tuners
def campaign(request: Request, pk: int) -> HttpResponse:
    """Change one campaign."""
    row = _campaign(pk)
    return _save(request, row) if request.method == "POST" else _page(request, row)


@require_POST
@tuners
def drop(request: Request, pk: int) -> HttpResponse:
    """Delete one; its items stay."""
    row = _campaign(pk)
    drop_campaign(row, request.user)
    messages.success(request, f"Campaign {row.name} deleted. Its items stay.")
    return HttpResponseRedirect(reverse("campaigns"))


def _campaign(pk: int) -> Campaign:
    row = Campaign.objects.select_related("channel").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _save(request: Request, row: Campaign | None) -> HttpResponse:
    try:
        wanted = _wanted(request)
        tied = save_campaign(wanted, request.user, row=row)
    except CampaignError as refused:
        return _page(request, row, refused=str(refused))
    already = plural(tied, "item")
    messages.success(request, f"Saved. {already} of what is here {_belong(tied)} to {wanted.name}.")
    return HttpResponseRedirect(reverse("campaigns"))


def _belong(number: int) -> str:
    return "belongs" if number == 1 else "belong"


def _wanted(request: Request) -> Wanted:
    """What the form says. Raises CampaignError for a day that is none."""
    form = request.POST
    channel = number(form.get("channel", ""))
    channels = channels_for(request.user)
    return Wanted(
        name=form.get("name", ""),
        marks=read_marks(form.get("marks", "")[:4000]),
        channel=channels.filter(pk=channel).first() if channel else None,
        starts_on=_day(form.get("starts_on", "")),
        ends_on=_day(form.get("ends_on", "")),
    )


def _day(typed: str) -> date | None:
    try:
        day = parse_date(typed) if typed else None
    except ValueError:
        day = None
    if typed and day is None:
        raise CampaignError(f"{typed[:30]!r} is not a date. Choose one from the calendar.")
    return day


def _page(request: Request, row: Campaign | None = None, *, refused: str = "") -> HttpResponse:
    user = request.user
    tunes = may_tune(user)
    typed = request.POST.dict() if refused else _typed(row)
    page = {
        **frame(user, counts_for(user), here="campaigns"),
        "lines": _lines(user),
        "row": row,
        "typed": typed,
        "channels": _choices(channels_for(user), typed.get("channel", "")) if tunes else None,
        "refused": refused,
    }
    return render(request, "campaigns.html", page, status=409 if refused else 200)


def _typed(row: Campaign | None) -> dict[str, str]:
    if row is None:
        return {}
    return {
        "name": row.name,
        "marks": ", ".join(row.marks),
        "channel": str(row.channel_id or ""),
        "starts_on": row.starts_on.isoformat() if row.starts_on else "",
        "ends_on": row.ends_on.isoformat() if row.ends_on else "",
    }


def _choices(channels: QuerySet[Channel], chosen: str) -> list[tuple[int, str, bool]]:
    return [(each.pk, each.name, str(each.pk) == chosen) for each in channels.order_by("name")]


def _lines(user: User) -> list[Line]:
    """In two queries, however many there are."""
    open_now = Q(items__snoozed=False) & ~Q(items__status=Item.Status.RESOLVED)
    rows = Campaign.objects.select_related("channel").order_by("-pk")[:SHOWN]
    counted = rows.annotate(
        all=Count("items"),
        promo=Count("items", Q(items__queue=Queue.PROMO)),
        support=Count("items", Q(items__queue=Queue.SUPPORT)),
        waiting=Count("items", open_now & ~Q(items__queue=Queue.ARCHIVE)),
    )
    reached = followers(items_for(user))
    return [_line(row, reached.get(row.pk)) for row in counted]


def _line(row: Campaign, reached: int | None) -> Line:
    counted = vars(row)
    return Line(
        row=row,
        known_by=", ".join(row.marks),
        when=_when(row),
        address=Place(show="all").narrowed(campaign=str(row.pk)).address,
        items=counted["all"],
        promo=counted["promo"],
        support=counted["support"],
        waiting=counted["waiting"],
        reached=thousands(reached) if reached is not None else "",
    )


def _when(row: Campaign) -> str:
    first = day_words(row.starts_on.isoformat()) if row.starts_on else ""
    last = day_words(row.ends_on.isoformat()) if row.ends_on else ""
    if first and last:
        return f"{first} to {last}"
    return f"from {first}" if first else f"until {last}" if last else "always"
