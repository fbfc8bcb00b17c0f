"""Accuracy over the API: the numbers of the page, and the posts behind them."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from triage.api.doors import person
from triage.api.paging import SIZE, After, Limit, newest
from triage.tuning.accuracy import WEEKS, Accuracy, disagreements, read_posts
from triage.tuning.accuracy import accuracy as numbers
from triage.tuning.differing import lesson_json, reading_json
from triage.tuning.policies import policy_in_force
from triage.tuning.progress import Progress, progress

router = Router(tags=["accuracy"])
Weeks = Annotated[int, Query(ge=1, le=520, description="How many weeks back")]
Intent = Annotated[str, Query(max_length=32)]


class ShareShape(Schema):
    """A share from 0 to 1 with its 95% interval, from `n` readings; null where nobody knows."""

    estimate: float | None
    low: float
    high: float
    n: int


class BinShape(Schema):
    """Posts of like confidence: how sure the model was, and how often it was right."""

    n: int
    confidence: float
    accuracy: float


class PairShape(Schema):
    """Two readers: of `n` posts that both read they agree on `agreed`; Cohen's kappa."""

    one: str
    other: str
    n: int
    agreed: int
    kappa: float | None


class RateShape(Schema):
    """So many of so many."""

    number: int
    of: int


class RatesShape(Schema):
    """One rate of the items that came in, of all and by week, channel and intent as the model said
    it; `n` is the number of items."""

    whole: ShareShape
    weeks: dict[str, ShareShape]
    channels: dict[str, ShareShape]
    intents: dict[str, ShareShape]


class AccuracyShape(Schema):
    """`sure`, `queues` and `weeks` are of what the policy lets the model sort alone, the other
    groups of all that was drawn by chance. `confusion` has what people read, then what the model
    said."""

    weeks_back: int
    policy: int
    drawn: int
    read: int
    sure: ShareShape
    queues: dict[str, ShareShape]
    weeks: dict[str, ShareShape]
    channels: dict[str, ShareShape]
    languages: dict[str, ShareShape]
    intents: dict[str, ShareShape]
    calibration: float | None
    bins: list[BinShape]
    confusion: dict[str, dict[str, int]]
    pairs: list[PairShape]
    handed_off: RateShape
    unsure: RateShape
    handed_off_by: RatesShape
    unsure_by: RatesShape


class DifferingShape(Schema):
    """A post of which a person says something else than the model did."""

    id: int
    at: datetime
    item: int | None
    channel: str
    text: str
    said: str
    confidence: float
    read: str
    by: str | None


class ReadingPage(Schema):
    """Some readings; `after` asks for those behind them, and is null at the end."""

    posts: list[DifferingShape]
    after: int | None


class DisagreementPage(Schema):
    """The model's surest mistakes, at most `limit` of them."""

    posts: list[DifferingShape]


class ReviewShape(Schema):
    """How many posts wait for the reader of this key: unsure ones, and of the sample; each is
    counted up to 1000. Of the weeks asked for: how many were drawn and read, how many of those that
    were to be read twice were, and how far each two readers agree."""

    weeks_back: int
    unsure: int
    sample: int
    drawn: int
    read: int
    twice: int
    second: int
    pairs: list[PairShape]


@router.get("/review", response=ReviewShape, summary="How much is to be read")
def review(request: HttpRequest, weeks: Weeks = WEEKS) -> Progress:
    """What the review lane has for somebody, and what all its readers have done."""
    return progress(person(request), now=timezone.now(), weeks=weeks)


@router.get("/accuracy", response=AccuracyShape, summary="How right the model is")
def accuracy(request: HttpRequest, weeks: Weeks = WEEKS) -> Accuracy:
    """From posts that were drawn by chance and read by people who did not see its answer."""
    return numbers(policy_in_force(), now=timezone.now(), weeks=weeks)


@router.get("/accuracy/posts", response=ReadingPage, summary="The posts of one confusion")
def confused(
    request: HttpRequest,
    said: Intent,
    read: Intent,
    weeks: Weeks = WEEKS,
    after: After = 0,
    limit: Limit = SIZE,
) -> dict[str, Any]:
    """Posts that the model called `said` and a person `read`, the newest reading first."""
    found = read_posts(said=said, read=read, now=timezone.now(), weeks=weeks)
    page = newest(found, after=after, limit=limit)
    return {"posts": [reading_json(row) for row in page.rows], "after": page.after}


@router.get("/disagreements", response=DisagreementPage, summary="Where people and model differ")
def differing(
    request: HttpRequest, weeks: Weeks = WEEKS, intent: Intent = "", limit: Limit = SIZE
) -> dict[str, Any]:
    """Labels of the sample, of review and of hand-offs that differ from the verdict, the surest
    mistakes first; `intent` is what the model said. A list to learn from, no measure."""
    found = disagreements(now=timezone.now(), weeks=weeks, intent=intent)
    return {"posts": [lesson_json(row) for row in found[:limit]]}
