"""Agreement: figures checked by hand, and by a stream whose truth is known."""

from collections.abc import Sequence
from random import Random

import pytest
from django.db import connection

from tests.domain.making import NOON
from triage.tables import Channel, PostRow, Reading, Verdict
from triage.tuning.agreement import (
    NOTHING,
    Seen,
    accuracy_of_sure,
    calibration_error,
    kappa,
    reliability,
    sample,
    shares_by,
    weighted_share,
    wilson,
)
from triage.tuning.policy import Rulebook, read_policy
from triage.tuning.sampling import Review, draw_key, drawn
from triage.vocabulary import Queue

POLICY = read_policy("[thresholds]\npromo = 0.7\nsupport = 0.7\narchive = 0.9\n")
STREAM = 2_000
REVIEW = Review(sure=0.15, unsure=0.3)


def seen(intent: str, confidence: float, read: str, *, chance: float = 1, kind: str = "public",
         **more: str) -> Seen:  # fmt: skip
    return Seen(intent, confidence, read, kind, chance, **more)  # type: ignore[arg-type]


def test_wilson_gives_the_published_interval() -> None:
    # Newcombe 1998, table I: 81 of 263 -> 0.2553 to 0.3662.
    low, high = wilson(81 / 263, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(1, 10)[1] == pytest.approx(1)
    assert wilson(0, 10)[0] == pytest.approx(0)


def test_a_rare_draw_weighs_as_much_as_the_posts_it_stands_for() -> None:
    share = weighted_share([(10, True), (1, False), (1, False)])
    assert share.estimate == pytest.approx(10 / 12)
    assert share.n == 3
    assert share.high - share.low > 0.8  # Kish: as little as 1.4 equal readings tell


def test_without_readings_nothing_is_claimed() -> None:
    assert weighted_share([]) == NOTHING == (None, 0, 1, 0)
    assert calibration_error([]) is None
    assert kappa([]) is None


def test_sure_and_right_are_what_the_policy_makes_of_intents() -> None:
    one = [
        seen("lead", 0.9, "sales"),  # another intent of the same queue
        seen("lead", 0.9, "question"),
        seen("lead", 0.6, "question"),  # unsure
        seen("noise", 0.8, "lead"),  # unsure: the archive asks for more
        seen("question", 0.9, "question", strange="no words"),  # unsure
        seen("event", 0.9, "question", kind="community"),
    ]
    assert accuracy_of_sure(one, POLICY)[::3] == (pytest.approx(2 / 3), 3)
    assert accuracy_of_sure(one, POLICY, queue=Queue.PROMO)[::3] == (0.5, 2)
    assert accuracy_of_sure(one, POLICY, queue=Queue.ARCHIVE) == NOTHING
    lower = read_policy("[thresholds]\npromo = 0.5\n")
    assert accuracy_of_sure(one, lower, queue=Queue.PROMO)[::3] == (pytest.approx(1 / 3), 3)


def test_calibration_error_is_the_mean_gap_of_its_bins() -> None:
    said = [seen("lead", 0.6, "lead"), seen("lead", 0.6, "question"), seen("lead", 0.9, "lead")]
    bins = reliability([*said, seen("lead", 0.9, "lead")], POLICY, bins=2)
    assert [(bin.n, bin.accuracy) for bin in bins] == [(2, 0.5), (2, 1)]
    assert calibration_error(bins) == pytest.approx(0.1)


def test_groups_are_told_apart() -> None:
    both = [seen("lead", 0.9, "lead", lang="de"), seen("lead", 0.9, "noise", lang="en")]
    shares = shares_by(both, POLICY, by=lambda one: one.lang)
    assert {name: share.estimate for name, share in shares.items()} == {"de": 1, "en": 0}


def test_kappa_is_what_is_left_of_agreement_without_chance() -> None:
    # The example of Cohen 1960 as it is usually told: 20 and 15 together, 5 and 10 apart.
    pairs = [("y", "y")] * 20 + [("n", "n")] * 15 + [("y", "n")] * 5 + [("n", "y")] * 10
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([("a", "a"), ("b", "b")]) == 1
    assert kappa([("a", "b"), ("b", "a")]) == -1
    assert kappa([("a", "a")]) is None


def test_a_draw_is_the_same_for_the_same_post_and_as_frequent_as_its_chance() -> None:
    keys = [draw_key(1, f"post-{number}", 1) for number in range(20_000)]
    chances = [drawn(key, unsure=False, review=REVIEW) for key in keys]
    assert chances == [drawn(key, unsure=False, review=REVIEW) for key in keys]
    assert set(chances) == {None, 0.15}
    assert sum(chance is not None for chance in chances) == pytest.approx(3_000, abs=150)
    everything = Review(sure=1, unsure=0)
    assert drawn(keys[0], unsure=False, review=everything) == 1
    assert drawn(keys[0], unsure=True, review=everything) is None


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.85])
def test_the_estimated_accuracy_covers_the_true_one_in_nine_of_ten_seeds(
    db: None, threshold: float
) -> None:
    """Also under a policy that calls more, or less, sure than the one that drew the posts."""
    policy = read_policy(f"[thresholds]\npromo = {threshold}\nsupport = {threshold}\n")
    covered = 0
    for seed in range(10):
        Reading.objects.all().delete()
        truth = _stream(seed, policy)
        estimate, low, high, n = accuracy_of_sure(sample(), policy)
        assert estimate is not None
        assert 0 < n < STREAM / 3
        assert high - low < 0.2
        covered += low <= truth <= high
    assert covered >= 9


def _stream(seed: int, policy: Rulebook) -> float:
    """Judge, draw and read a stream afresh -> the share of its sure posts that are truly right."""
    channel = Channel.objects.create(name=f"stream {seed}", source="x")
    random = Random(seed)
    rows = PostRow.objects.bulk_create(
        PostRow(channel=channel, external_id=f"{seed}-{number}", kind="public", posted_at=NOON,
                conversation="c")
        for number in range(STREAM)
    )  # fmt: skip
    verdicts = Verdict.objects.bulk_create(_verdict(row, random, seed) for row in rows)
    # Confidence is no truth: the surer the model is, the more it claims to know.
    truths = [_truth(verdict, random) for verdict in verdicts]
    Reading.objects.bulk_create(
        Reading(post=row, post_version=1, verdict=verdict, lane="sample", intent=truth)
        for row, verdict, truth in zip(rows, verdicts, truths, strict=True)
        if verdict.drawn
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # it may still know these tables as empty
            cursor.execute("ANALYZE triage_post, triage_verdict, triage_reading")
    return _true_accuracy(verdicts, truths, policy)


def _verdict(row: PostRow, random: Random, seed: int) -> Verdict:
    intent, confidence = random.choice(["lead", "question"]), random.uniform(0.4, 1)
    unsure = confidence < POLICY.thresholds[Queue.PROMO]
    key = draw_key(seed, row.external_id, 1)  # the channel's own number is another in each run
    chance = drawn(key, unsure=unsure, review=REVIEW)
    return Verdict(post=row, post_version=1, model="m", queue="promo", intent=intent,
                   confidence=confidence, intent_confidence=confidence, drawn=chance)  # fmt: skip


def _truth(verdict: Verdict, random: Random) -> str:
    right = random.random() < verdict.confidence**1.5
    return verdict.intent if right else "question" if verdict.intent == "lead" else "lead"


def _true_accuracy(verdicts: Sequence[Verdict], truths: Sequence[str], policy: Rulebook) -> float:
    line = policy.thresholds[Queue.PROMO]
    sure = [(v.intent, t) for v, t in zip(verdicts, truths, strict=True) if v.confidence >= line]
    return sum(said == true for said, true in sure) / len(sure)
