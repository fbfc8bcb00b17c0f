"""The review lane: one post after another, one key an answer."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from triage.access import posts_for
from triage.desk.acting import ActRefused
from triage.numbers import whole
from triage.tables import PostRow, Reading, User
from triage.tuning import readings
from triage.tuning.readings import Lane
from triage.web.counts import UP_TO, counts_for
from triage.web.counts import shown as number
from triage.web.doors import Request, in_a_team
from triage.web.frame import frame
from triage.web.lane import Shown, answers, shown, told

UNDONE, PASSED = 20, 200
"""Answers that can be taken back, and skipped posts that stay away, in one sitting."""
LANES = ((Lane.UNSURE, "Unsure"), (Lane.SAMPLE, "Sample"))


@dataclass(slots=True)
class Sitting:
    """What a reader has done since signing in; kept in the session."""

    passed: list[int] = field(default_factory=list)
    done: list[tuple[str, int, str]] = field(default_factory=list)
    """What was done, to which reading or post, in which lane; the newest last."""

    @classmethod
    def of(cls, request: Request) -> "Sitting":
        """The sitting so far."""
        kept = request.session.get("review", {})
        return cls(list(kept.get("passed", ())), [tuple(one) for one in kept.get("done", ())])

    def keep(self, request: Request, *, said: str = "", refused: bool = False) -> None:
        """Remember it, with the sentence for a page that is asked for next."""
        request.session["review"] = {
            "passed": self.passed[-PASSED:],
            "done": self.done[-UNDONE:],
            "said": [said, refused],
        }


@in_a_team
def review(request: Request) -> HttpResponse:
    """The lane: the post to be read, the one after it, and the keys."""
    lane, sitting = _lane(request.GET.get("lane", "")), Sitting.of(request)
    said, refused = request.session.get("review", {}).get("said", ("", False))
    if said:
        sitting.keep(request)
    page = _page(request.user, lane, sitting, first=_id(request.GET.get("post")))
    around = frame(request.user, counts_for(request.user), here="review-lane")
    return render(request, "review.html", {**around, **page, "said": said, "refused": refused})


@require_POST
@in_a_team
def read(request: Request) -> HttpResponseBase:
    """One answer, or a skip; `upcoming` is the post that the reader has before them already."""
    lane, sitting = _lane(request.POST.get("lane", "")), Sitting.of(request)
    post = _post(request.user, request.POST.get("post"))
    refused = False
    if "skip" in request.POST:
        sitting.passed.append(post.pk)
        sitting.done.append(("skip", post.pk, lane.value))
        said = "Skipped."
    else:
        said, refused = _read(request, post, lane, sitting)
    sitting.keep(request, said="" if request.htmx else said, refused=refused)
    if not request.htmx:
        return redirect(f"{reverse('review-lane')}?lane={lane.value}")
    upcoming = _id(request.POST.get("upcoming"))
    left_out = [*sitting.passed, post.pk, *([upcoming] if upcoming else [])]
    page = {**_numbers(request.user, lane, sitting), "said": said, "refused": refused}
    page["upcoming"] = _next(request.user, lane, left_out)
    return render(request, "reviewed.html", page, status=409 if refused else 200)


@require_POST
@in_a_team
def take_back(request: Request) -> HttpResponseBase:
    """Undo the last answer or skip of this sitting, and show its post again."""
    lane, sitting = _lane(request.POST.get("lane", "")), Sitting.of(request)
    said, refused, post = "Nothing to undo.", True, None
    if sitting.done:
        what, pk, word = sitting.done.pop()
        lane = _lane(word)
        said, refused, post = _take_back(request.user, sitting, what, pk)
    sitting.keep(request, said="" if request.htmx else said, refused=refused)
    if not request.htmx:
        at = f"&post={post}" if post else ""
        return redirect(f"{reverse('review-lane')}?lane={lane.value}{at}")
    page = _page(request.user, lane, sitting, first=post)
    page |= {"said": said, "refused": refused, "again": not refused, "kept": refused}
    return render(request, "reviewed.html", page, status=409 if refused else 200)


def _read(request: Request, post: PostRow, lane: Lane, sitting: Sitting) -> tuple[str, bool]:
    intent, version = request.POST.get("intent", ""), _id(request.POST.get("version")) or 0
    try:
        reading = readings.read(post, request.user, lane=lane, version=version, intent=intent)
    except ActRefused as refusal:
        return f"Not saved: {refusal}", True
    sitting.done.append(("read", reading.pk, lane.value))
    return told(reading), False


def _take_back(user: User, sitting: Sitting, what: str, pk: int) -> tuple[str, bool, int | None]:
    if what == "skip":
        sitting.passed = [post for post in sitting.passed if post != pk]
        return "Undone. Here it is again.", False, pk
    try:
        return "Undone. Here it is again.", False, readings.take_back(pk, user).pk
    except ActRefused as refusal:
        return str(refusal), True, None


def _page(user: User, lane: Lane, sitting: Sitting, *, first: int | None) -> dict[str, Any]:
    """Everything that the lane shows; `first` is a post that is to be shown now."""
    card = _shown_again(user, lane, first) or _next(user, lane, sitting.passed)
    left_out = [*sitting.passed, *([card.post] if card else [])]
    return {
        **_numbers(user, lane, sitting),
        "card": card,
        "upcoming": _next(user, lane, left_out) if card else None,
        "answers": answers(),
    }


def _numbers(user: User, lane: Lane, sitting: Sitting) -> dict[str, Any]:
    now = timezone.now()
    today = Reading.objects.filter(user=user, at__gte=_midnight(now)).count()
    tabs = [
        (each.value, words, number(readings.waiting(user, each, now=now, up_to=UP_TO)))
        for each, words in LANES
    ]
    return {"lane": lane.value, "tabs": tabs, "today": today, "undoable": len(sitting.done)}


def _midnight(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def _next(user: User, lane: Lane, left_out: list[int]) -> Shown | None:
    now = timezone.now()
    card = readings.next_card(user, lane, passed=left_out, chance=Random(), now=now)  # noqa: S311
    return shown(card, user, now=now) if card else None


def _shown_again(user: User, lane: Lane, post: int | None) -> Shown | None:
    """A post that was just undone, if it is there still and not read by another meanwhile."""
    card = readings.card(post, lane) if post else None
    if card is None or Reading.objects.filter(post=card.post, second=False, user=user).exists():
        return None
    return shown(card, user, now=timezone.now())


def _post(user: User, word: str | None) -> PostRow:
    rows = posts_for(user).select_related("channel", "item__channel")
    try:
        return rows.get(pk=_id(word) or 0)
    except PostRow.DoesNotExist:
        raise Http404 from None


def _id(word: str | None) -> int | None:
    return whole(word or "")


def _lane(word: str) -> Lane:
    return Lane(word) if word in set(Lane) else Lane.UNSURE
