"""Policy: a file is read as a whole, or refused with the name of the key that is wrong."""

import pytest

from triage.tuning.policy import PolicyError, read_policy
from triage.vocabulary import Queue

GOOD = """
[thresholds]
promo = 0.7
archive = 1

[priority]
question = 2

[routes.visibility]
public = "support"
"""


def test_a_policy_says_thresholds_priorities_and_routes() -> None:
    policy = read_policy(GOOD, version=3)
    assert policy.version == 3
    assert policy.thresholds == {Queue.PROMO: 0.7, Queue.SUPPORT: 0.6, Queue.ARCHIVE: 1.0}
    assert policy.priority == {"question": 2}
    assert policy.queue("visibility", "public") == Queue.SUPPORT
    assert policy.queue("visibility", "community") == Queue.PROMO
    assert policy.queue("event", "community") == Queue.SUPPORT


def test_an_empty_policy_is_the_taxonomy_with_a_threshold_of_six_in_ten() -> None:
    policy = read_policy("")
    assert set(policy.thresholds.values()) == {0.6}
    assert policy.queue("event", "public") == Queue.PROMO
    assert policy.priority == {}


def test_an_intent_may_have_a_threshold_of_its_own() -> None:
    policy = read_policy("[thresholds]\npromo = 0.7\n[thresholds.intents]\nlead = 0.9\n")
    assert policy.threshold("lead", Queue.PROMO) == 0.9
    assert policy.threshold("sales", Queue.PROMO) == 0.7


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("[thresholds", "the policy is not valid TOML"),
        (
            "x = 1",
            "unknown part 'x'; thresholds, priority, routes, also, hours, targets, rules, ",
        ),
        ("[tresholds]\npromo = 1", "unknown part 'tresholds'"),
        ("thresholds = 5", "thresholds is 5; it must be a table that begins with [thresholds]"),
        ("priority = [1]", "priority is [1]; it must be a table"),
        ("routes = 'promo'", "routes is 'promo'; it must be a table"),
        ("[[thresholds]]\npromo = 1", "it must be a table that begins with [thresholds]"),
        ("[thresholds]\nreview = 0.5", "thresholds.review: promo, support and archive have a"),
        ("[thresholds]\npromo = 1.01", "thresholds.promo is 1.01; it must be from 0 to 1"),
        ("[thresholds]\npromo = -0.1", "thresholds.promo is -0.1"),
        ("[thresholds]\npromo = nan", "thresholds.promo is nan"),
        ("[thresholds]\npromo = inf", "thresholds.promo is inf"),
        ("[thresholds]\npromo = true", "thresholds.promo is True"),
        ("[thresholds]\npromo = '0.5'", "thresholds.promo is '0.5'"),
        ("[thresholds]\npromo = [0.5]", "thresholds.promo is [0.5]"),
        ("[thresholds.intents]\nrant = 1", "thresholds.intents.rant: no such intent"),
        ("[thresholds.intents]\nlead = 2", "thresholds.intents.lead is 2; it must be from 0 to 1"),
        ("[thresholds]\nintents = 1", "it must be a table that begins with [thresholds.intents]"),
        ("[priority]\nrant = 1", "priority.rant: no such intent; known are lead, awareness"),
        ("[priority]\nlead = 10", "priority.lead is 10; it must be a number from -9 to 9"),
        ("[priority]\nlead = 1.5", "priority.lead is 1.5"),
        ("[priority]\nlead = true", "priority.lead is True"),
        ("[routes.rant]\npublic = 'promo'", "routes.rant: no such intent"),
        ("[inbox]\nboth_lanes = 1", "inbox.both_lanes is 1; write both_lanes = true or false"),
        ("[inbox]\nlanes = true", "inbox.lanes is True; write both_lanes"),
        ("[routes]\nlead = 'promo'", "routes.lead must be a table of public and community"),
        ("[routes.lead]\nprivate = 'promo'", "routes.lead.private is 'promo'; write public"),
        ("[routes.lead]\npublic = 'review'", "routes.lead.public is 'review'"),
        ("[routes.lead]\npublic = ['promo']", "routes.lead.public is ['promo']"),
        ("[routes.lead]\npublic = 5", "routes.lead.public is 5"),
    ],
)
def test_a_wrong_value_is_refused_with_its_key(line: str, sentence: str) -> None:
    with pytest.raises(PolicyError) as refused:
        read_policy(line)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
