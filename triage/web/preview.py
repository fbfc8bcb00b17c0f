"""The preview: what thresholds would change, in words, numbers, two plots and twenty posts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.access import posts_for
from triage.intents import today
from triage.numbers import between, percent
from triage.tables import User
from triage.tuning.agreement import reliability, sample
from triage.tuning.expecting import ENOUGH, Expectation, Step, expectation, risk_by_coverage
from triage.tuning.foresight import LIMIT, Foresight, foresee
from triage.tuning.policy import Rulebook
from triage.tuning.standing import outlook
from triage.vocabulary import Queue, label
from triage.web.plots import Plot, reliability_plot, risk_plot
from triage.web.showing import plural, queue_name, thousands


@dataclass(frozen=True, slots=True)
class Flow:
    """How many posts would go from one queue to another."""

    source: str
    target: str
    posts: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A post that would go elsewhere."""

    text: str
    item: int | None
    source: str
    target: str
    said: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What the panel shows. `misplaced` items wait elsewhere than the draft would have them; those
    that are `adjustable` would stay, with another priority or a tag more."""

    posts: str
    changed: str
    review: str
    expected: str
    footing: str
    flows: tuple[Flow, ...]
    moved: tuple[Moved, ...]
    plots: tuple[Plot, ...]
    unread: bool
    waiting: str
    misplaced: int
    adjustable: int


def preview(user: User, draft: Rulebook, current: Rulebook, *, days: int, now: datetime) -> Preview:
    """Look at the stored verdicts of the last days; nothing is judged again."""
    since = now - timedelta(days=days)
    found = foresee(draft, current, since=since)
    seen = sample(since=since)
    expected = expectation(draft, found, seen)
    bins = reliability(seen, draft)
    ahead = outlook(draft)
    plots = (
        risk_plot(risk_by_coverage(found, seen, draft), now=_here(found, expected, len(seen))),
        reliability_plot(bins),
    )
    return Preview(
        posts=_posts(found, days),
        changed=plural(found.changed, "post"),
        review=_review(found),
        expected=_expected(found, expected),
        footing=_footing(expected),
        flows=_flows(found),
        moved=moved_posts(user, found),
        plots=tuple(plot for plot in plots if plot),
        unread=not bins,
        waiting=plural(ahead.waiting, "item"),
        misplaced=ahead.moving,
        adjustable=ahead.adjusting,
    )


def _posts(found: Foresight, days: int) -> str:
    words = f"{plural(found.posts, 'post')} from the last {days} days"
    return f"the latest {words}" if found.posts == LIMIT else words


def _review(found: Foresight) -> str:
    """`120 more would go to review: 35% instead of 30%.`"""
    more = found.more_review
    if not found.posts or not more:
        return "Review would stay the same size."
    shares = [
        percent(counted[Queue.REVIEW] / found.posts) for counted in (found.after, found.before)
    ]
    words = f"{thousands(abs(more))} {'more' if more > 0 else 'fewer'}"
    return f"{words} would go to review: {shares[0]} instead of {shares[1]}."


def _expected(found: Foresight, expected: Expectation) -> str:
    if expected.share is None:
        return "No post would be sorted without a person."
    return (
        f"The model would sort {plural(found.alone, 'post')} on its own and get about "
        f"{percent(expected.share)} right ({between(expected.low, expected.high)})."
    )


def _footing(expected: Expectation) -> str:
    if expected.share is None:
        return ""
    if expected.measured:
        return (
            f"Measured on {plural(expected.readings, 'sampled post')} labelled by people who did "
            "not see the model's answer."
        )
    return (
        "Estimated from the model's own confidence. Too few sampled posts have been labelled "
        f"to measure it ({expected.readings} so far)."
    )


def _here(found: Foresight, expected: Expectation, readings: int) -> Step | None:
    """Where the draft lies on the line; None where the two do not rest on the same footing."""
    if expected.share is None or expected.measured != (readings >= ENOUGH):
        return None
    return Step(at=0.0, coverage=found.alone / max(1, found.posts), risk=1 - expected.share)


def _flows(found: Foresight) -> tuple[Flow, ...]:
    return tuple(
        Flow(queue_name(source), queue_name(target), thousands(posts))
        for (source, target), posts in found.flows.most_common()
    )


def moved_posts(user: User, found: Foresight) -> tuple[Moved, ...]:
    """The posts that would go elsewhere, as far as this person may see them."""
    posts = posts_for(user).in_bulk([example.post for example in found.examples])
    return tuple(
        Moved(
            text=posts[example.post].text[:200],
            item=posts[example.post].item_id,
            source=queue_name(example.source),
            target=queue_name(example.target),
            said=f"{label(today(example.intent))}, {percent(example.confidence)} confidence",
        )
        for example in found.examples
        if example.post in posts
    )
