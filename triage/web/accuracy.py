"""The accuracy page: how right the model is, how sure that is, and where people differ from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from triage.intents import every_intent, today
from triage.languages import language_name
from triage.numbers import between, percent
from triage.tables import Lesson, Reading
from triage.tuning.accuracy import SHOWN, WEEKS, Accuracy, Rate, disagreements, read_posts
from triage.tuning.accuracy import accuracy as numbers
from triage.tuning.agreement import Share
from triage.tuning.policies import policy_in_force
from triage.vocabulary import label
from triage.web.counts import counts_for
from triage.web.doors import Request, in_a_team
from triage.web.frame import frame
from triage.web.rated import rated
from triage.web.showing import Moment, moment, plural, queue_name

SPANS = (4, 12, 52)
FEW = 30
"""Below so many readings an interval is too wide to act on."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A share in words: 94%, between 89% and 97%, from 120 readings; the ends in percent."""

    name: str
    share: str
    between: str
    readings: str
    low: int
    width: int
    few: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of the confusion and the address of its posts."""

    number: int
    address: str
    same: bool
    words: str


@dataclass(frozen=True, slots=True)
class Differing:
    """A post that a person and the model called by different names."""

    text: str
    said: str
    read: str
    sure: str
    by: str
    when: Moment
    channel: str
    item: int | None


@in_a_team
def accuracy(request: Request) -> HttpResponse:
    """The numbers of the last weeks; `weeks` says how many."""
    weeks, now = _weeks(request), timezone.now()
    found = numbers(policy_in_force(), now=now, weeks=weeks)
    differ = disagreements(now=now, weeks=weeks)[:SHOWN]
    page = {
        **frame(request.user, counts_for(request.user), here="accuracy"),
        "found": found,
        "spans": [(each, each == weeks) for each in SPANS],
        "sure": figure("all queues", found.sure),
        "queues": [figure(queue_name(name), share) for name, share in found.queues.items()],
        "by_week": figures(found.weeks),
        "groups": _groups(found),
        "calibration": _calibration(found.calibration),
        "bins": [(percent(b.confidence), percent(b.accuracy), b.n) for b in found.bins],
        "matrix": _matrix(found),
        "handed_off": _rate(found.handed_off),
        "unsure": _rate(found.unsure),
        "rates": rated(found),
        "differing": [_lesson(lesson) for lesson in differ],
    }
    return render(request, "accuracy.html", page)


@in_a_team
def posts(request: Request) -> HttpResponse:
    """The posts behind one cell of the confusion: `said` by the model, `read` by a person."""
    said, read = request.GET.get("said", ""), request.GET.get("read", "")
    if not {said, read} <= every_intent().keys():
        raise Http404
    weeks = _weeks(request)
    found = read_posts(said=said, read=read, now=timezone.now(), weeks=weeks)
    page = {
        **frame(request.user, counts_for(request.user), here="accuracy"),
        "said": label(said),
        "read": label(read),
        "weeks": weeks,
        "differing": _readings(found),
    }
    return render(request, "accuracyposts.html", page)


def figures(shares: Mapping[str, Share]) -> list[Figure]:
    """Each share in words."""
    return [figure(name, share) for name, share in shares.items()]


def figure(name: str, share: Share) -> Figure:
    """One share in words."""
    low, high = round(100 * share.low), round(100 * share.high)
    return Figure(
        name=name,
        share="–" if share.estimate is None else percent(share.estimate),
        between=between(share.low, share.high),
        readings=plural(share.n, "label"),
        low=low,
        width=max(1, high - low),
        few=share.n < FEW,
    )


def _weeks(request: Request) -> int:
    word = request.GET.get("weeks", "")
    return int(word) if word in {str(span) for span in SPANS} else WEEKS


def _groups(found: Accuracy) -> list[tuple[str, str, list[Figure]]]:
    intents = {label(name): share for name, share in found.intents.items()}
    languages = {language_name(code): share for code, share in found.languages.items()}
    return [
        ("By channel", "Channel", figures(found.channels)),
        ("By language", "Language", figures(languages)),
        ("By intent, as labelled by people", "Intent", figures(intents)),
    ]


def _calibration(error: float | None) -> str:
    return "–" if error is None else f"{100 * error:.1f} points"


def _rate(rate: Rate) -> dict[str, str]:
    share = percent(rate.number / rate.of) if rate.of else "–"
    return {"share": share, "of": f"{rate.number} of {plural(rate.of, 'item')}"}


def _matrix(found: Accuracy) -> dict[str, Any] | None:
    """Rows are what people read, columns what the model said; only intents that occur."""
    if not found.confusion:
        return None
    said = {name for row in found.confusion.values() for name in row}
    names = [name for name in every_intent() if name in said or name in found.confusion]
    rows = [(label(read), [_cell(found, read=read, said=name) for name in names]) for read in names]
    return {"names": [label(name) for name in names], "rows": rows}


def _cell(found: Accuracy, *, read: str, said: str) -> Cell:
    number = found.confusion.get(read, {}).get(said, 0)
    asked = urlencode([("said", said), ("read", read), ("weeks", found.weeks_back)])
    words = f"{plural(number, 'post')} labelled {label(read)}, model said {label(said)}"
    return Cell(number, f"{reverse('accuracy-posts')}?{asked}", read == said, words)


def _lesson(lesson: Any) -> Differing:
    said, read = label(today(lesson.said_intent)), label(today(lesson.intent) or lesson.queue)
    return _differing(lesson, said=said, read=read, confidence=lesson.said_confidence)


def _readings(found: QuerySet[Reading]) -> list[Differing]:
    return [
        _differing(
            reading,
            said=label(today(reading.verdict.intent)),
            read=label(today(reading.intent)),
            confidence=reading.verdict.confidence,
        )
        for reading in found[:SHOWN]
        if reading.verdict
    ]


def _differing(row: Lesson | Reading, *, said: str, read: str, confidence: float) -> Differing:
    return Differing(
        text=row.post.text,
        said=said,
        read=read,
        sure=percent(confidence),
        by=row.user.shown_name if row.user else "somebody",
        when=moment(row.at, now=timezone.now()),
        channel=row.post.channel.name,
        item=row.post.item_id,
    )
