"""Policy text: forms change the TOML that people wrote, and leave the rest of it alone."""

import tomllib

import pytest

from triage.tuning.policy import PolicyError, read_policy
from triage.tuning.policytext import (
    rules_in,
    with_both_lanes,
    with_rule,
    with_rule_moved,
    with_thresholds,
    without_rule,
)
from triage.vocabulary import Queue

TEXT = """\
# ours
[thresholds]
promo = 0.75   # since the spring
support = 0.80

# the first one
[[rules]]
name = "First"
when = { contains = "a" }  # why
then = { queue = "promo" }

# the second one
[[rules]]
name = "Second"
when = { contains = "b" }
then = { queue = "support" }
"""
THIRD = {"name": "Third", "when": {"contains": ["c", "d"]}, "then": {"tag": "x"}, "go_on": True}


def names(text: str) -> list[str]:
    read_policy(text)
    return [rule["name"] for rule in rules_in(text)]


def test_a_threshold_is_changed_where_it_stands() -> None:
    text = with_thresholds(TEXT, {Queue.PROMO: 0.9, Queue.SUPPORT: 0.8})
    assert text == TEXT.replace("0.75", "0.9")


def test_both_lanes_come_and_go_and_comments_stay() -> None:
    on = with_both_lanes(TEXT, True)
    assert read_policy(on).both_lanes
    assert "# since the spring" in on
    off = with_both_lanes(on, False)
    assert not read_policy(off).both_lanes
    assert off.count("both_lanes") == 1


def test_thresholds_of_intents_come_and_go() -> None:
    text = with_thresholds(TEXT, {}, {"lead": 0.9, "question": 0.5})
    assert read_policy(text).intents == {"lead": 0.9, "question": 0.5}
    fewer = with_thresholds(text, {}, {"lead": 0.95})
    assert read_policy(fewer).intents == {"lead": 0.95}
    assert "intents" not in with_thresholds(fewer, {}, {})
    assert (
        read_policy(with_thresholds(text, {Queue.PROMO: 1.0})).intents == read_policy(text).intents
    )


def test_a_policy_without_thresholds_gets_them() -> None:
    assert read_policy(with_thresholds("", {Queue.PROMO: 0.9}, {"lead": 0.7})).intents == {
        "lead": 0.7
    }


def test_a_rule_is_added_behind_the_others_and_changed_in_its_place() -> None:
    text = with_rule(TEXT, THIRD)
    assert names(text) == ["First", "Second", "Third"]
    assert rules_in(text)[2] == THIRD
    changed = with_rule(text, THIRD | {"name": "New"}, place=0)
    assert names(changed) == ["New", "Second", "Third"]
    assert "# the second one" in changed
    assert rules_in(with_rule(changed, rules_in(TEXT)[0], place=0))[0] == rules_in(TEXT)[0]


def test_a_first_rule_can_be_added() -> None:
    assert names(with_rule("[priority]\nlead = 1\n", THIRD)) == ["Third"]


def test_rules_move_up_and_down_and_stay_at_the_ends() -> None:
    assert names(with_rule_moved(TEXT, 0, by=1)) == ["Second", "First"]
    assert names(with_rule_moved(TEXT, 1, by=-1)) == ["Second", "First"]
    assert names(with_rule_moved(TEXT, 1, by=1)) == ["First", "Second"]
    assert names(with_rule_moved(TEXT, 0, by=-1)) == ["First", "Second"]
    for comment in ("# ours", "# the first one", "# why", "# since the spring"):
        assert comment in with_rule_moved(TEXT, 0, by=1)


def test_rules_are_taken_out_down_to_the_last() -> None:
    text = without_rule(TEXT, 0)
    assert names(text) == ["Second"]
    assert "rules" not in tomllib.loads(without_rule(text, 0))


def test_rules_written_as_a_list_are_understood() -> None:
    text = 'rules = [{ name = "A", when = { contains = "a" }, then = { tag = "t" } }]\n'
    assert names(with_rule(text, THIRD)) == ["A", "Third"]


@pytest.mark.parametrize("place", [-1, 2])
def test_a_rule_that_is_not_there_is_refused(place: int) -> None:
    for change in (without_rule, lambda text, place: with_rule_moved(text, place, by=1)):
        with pytest.raises(PolicyError, match="there is no rule number"):
            change(TEXT, place)


def test_what_is_no_toml_is_refused_with_one_sentence() -> None:
    with pytest.raises(PolicyError, match="not valid TOML"):
        rules_in("[thresholds")
