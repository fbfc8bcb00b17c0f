"""Expecting: measured where enough posts were read, else what the model claims; never mixed up."""

import random

import pytest

from triage.tuning.agreement import Seen
from triage.tuning.expecting import ENOUGH, expectation, risk_by_coverage
from triage.tuning.foresight import STEPS, Foresight
from triage.tuning.policy import read_policy

POLICY = read_policy("[thresholds]\npromo = 0.5\nsupport = 0.5\narchive = 0.5\n")
STRICT = read_policy("[thresholds]\npromo = 0.9\nsupport = 0.9\narchive = 0.9\n")


def seen(confidence: float, *, right: bool) -> Seen:
    read = "question" if right else "lead"
    return Seen("question", confidence, read, "public", 1.0)


def judged(*confidences: float) -> Foresight:
    """What foresight finds where so many posts are all sorted alone."""
    found = Foresight(posts=len(confidences), alone=len(confidences), sure=sum(confidences))
    found.spread = sum(each * (1 - each) for each in confidences)
    for each in confidences:
        found.confidences[min(STEPS - 1, int(each * STEPS))] += 1
    return found


def test_without_readings_the_model_is_believed_and_it_is_said_so() -> None:
    expected = expectation(POLICY, judged(0.8, 0.9), [])
    assert (expected.measured, expected.readings) == (False, 0)
    assert expected.share == pytest.approx(0.85)
    assert expected.low < 0.85 < expected.high == 1.0


def test_with_enough_sure_readings_it_is_measured() -> None:
    sample = [seen(0.8, right=number % 4 != 0) for number in range(40)]
    expected = expectation(POLICY, judged(0.8), sample)
    assert (expected.measured, expected.readings, expected.share) == (True, 40, 0.75)
    assert expected.low < 0.75 < expected.high


def test_readings_of_posts_that_the_draft_sends_to_review_do_not_count() -> None:
    sample = [seen(0.8, right=True)] * 40 + [seen(0.95, right=True)] * (ENOUGH - 1)
    expected = expectation(STRICT, judged(0.95), sample)
    assert (expected.measured, expected.readings) == (False, ENOUGH - 1)


def test_where_nothing_is_sorted_alone_nothing_is_expected() -> None:
    assert expectation(STRICT, Foresight(posts=3), []).share is None


def test_the_interval_covers_the_truth_in_at_least_nine_of_ten_samples() -> None:
    covered = 0
    for seed in range(100):
        chance = random.Random(seed)
        sample = [seen(0.8, right=chance.random() < 0.8) for _ in range(60)]
        expected = expectation(POLICY, judged(0.8), sample)
        covered += expected.low <= 0.8 <= expected.high
    assert covered >= 90


def test_fewer_posts_sorted_alone_are_less_often_wrong_where_the_model_claims_so() -> None:
    steps = risk_by_coverage(judged(*(number / 100 for number in range(50, 100))), [], POLICY)
    assert (steps[0].coverage, steps[0].at) == (1.0, 0.0)
    assert [step.risk for step in steps] == sorted((step.risk for step in steps), reverse=True)
    assert steps[-1].coverage == pytest.approx(1 / 50)


def test_the_measured_risk_ends_where_too_few_readings_are_left() -> None:
    sample = [seen(0.7, right=False)] * ENOUGH + [seen(0.9, right=True)] * ENOUGH
    steps = risk_by_coverage(judged(0.7, 0.9, 0.99), sample, POLICY)
    by_threshold = {step.at: step.risk for step in steps}
    assert by_threshold[0.5] == pytest.approx(0.5)
    assert by_threshold[0.8] == 0.0
    assert max(by_threshold) == 0.9


def test_without_posts_there_is_nothing_to_draw() -> None:
    assert risk_by_coverage(Foresight(), [], POLICY) == []
