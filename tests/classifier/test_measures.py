import numpy as np
import pytest

from models.measures import (
    accuracy,
    calibration_error,
    confusion,
    coverage_at,
    interval,
    macro_f1,
    risk_coverage,
)

RIGHT = np.array(["a", "a", "b", "c"])
SAID = np.array(["a", "b", "b", "a"])


def test_accuracy_and_macro_f1_by_hand():
    assert accuracy(SAID, RIGHT) == 0.5
    assert macro_f1(SAID, RIGHT) == pytest.approx((0.5 + 2 / 3 + 0) / 3)


def test_confidence_that_matches_the_share_of_right_answers_has_no_error():
    confidence = np.full(1000, 0.7)
    correct = np.arange(1000) % 10 < 7
    assert calibration_error(confidence, correct) < 0.02


def test_being_sure_and_wrong_is_an_error_of_one():
    assert calibration_error(np.ones(30), np.zeros(30, dtype=bool)) == 1.0


def test_the_interval_holds_the_figure_and_repeats_by_seed():
    right = np.array(["a", "b"] * 200)
    said = np.where(np.arange(400) % 5 == 0, "c", right)
    low, high = interval(accuracy, said, right, seed=1)
    assert low < 0.8 < high
    assert (low, high) == interval(accuracy, said, right, seed=1)


def test_risk_grows_with_coverage_when_confidence_means_something():
    confidence = np.linspace(1, 0, 100)
    correct = np.arange(100) < 50
    risks = [point["risk"] for point in risk_coverage(confidence, correct)]
    assert risks[0] == 0
    assert risks[-1] == 0.5
    assert risks == sorted(risks)


def test_coverage_at_ninety_per_cent_is_the_largest_good_share():
    confidence = np.linspace(1, 0.01, 100)
    correct = np.arange(100) < 45
    assert coverage_at(0.9, confidence, correct)["coverage"] == 0.5


def test_no_share_good_enough_is_no_coverage():
    found = coverage_at(0.9, np.ones(4), np.zeros(4, dtype=bool))
    assert found == {"coverage": 0.0, "threshold": 1.0}


def test_confusion_counts_right_then_said():
    assert confusion(SAID, RIGHT) == {"a": {"a": 1, "b": 1}, "b": {"b": 1}, "c": {"a": 1}}
