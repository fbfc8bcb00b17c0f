"""Rules: conditions, actions, their order, and what is refused by name."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from triage.tuning import rules
from triage.tuning.facts import Facts
from triage.tuning.policy import PolicyError, read_policy
from triage.vocabulary import Queue
from triage.walk.routing import decide

POST = Facts(
    text="Where is my REFUND? Order #48213, Straße 9",
    author="@Nell_Rides",
    relation="known",
    reach=1200,
    channel="x-mentions",
    platform="x",
    kind="public",
    language="en-GB",
    intent="question",
    confidence=0.7,
    sentiment="negative",
    open=False,
    written=5 * 1440 + 23 * 60,
    age=120,
)
"""Written on a Saturday at eleven in the evening."""


@dataclass(frozen=True)
class Judged:
    intent: str = "question"
    confidence: float = 0.7
    because: Sequence[str] = ("refund",)
    strange: str | None = None


def rule(when: str, then: str = 'queue = "promo"', name: str = "one", more: str = "") -> str:
    return f'[[rules]]\nname = "{name}"\n{more}\nwhen = {{ {when} }}\nthen = {{ {then} }}\n'


@pytest.mark.parametrize(
    ("when", "other"),
    [
        ('contains = ["money", "refund"]', replace(POST, text="hello")),
        ('contains_all = ["ORDER", "refund", "strasse"]', replace(POST, text="a refund, please")),
        ("matches = 'order #\\d{5}\\b'", replace(POST, text="order #12")),
        ('author = "nell_rides"', replace(POST, author="nell")),
        ('relation = "known"', replace(POST, relation="new")),
        ("reach_at_least = 1200", replace(POST, reach=1199)),
        ("reach_at_least = 0", replace(POST, reach=None)),
        ("reach_below = 1201", replace(POST, reach=1201)),
        ('channel = ["X-mentions"]', replace(POST, channel="x-search")),
        ('platform = ["x", "mastodon"]', replace(POST, platform="reddit")),
        ('kind = "public"', replace(POST, kind="community")),
        ('language = "en"', replace(POST, language="de")),
        ('intent = ["question", "lead"]', replace(POST, intent="noise")),
        ("confidence_at_least = 0.7", replace(POST, confidence=0.69)),
        ("confidence_at_least = 0", replace(POST, confidence=None)),
        ("confidence_below = 0.71", replace(POST, confidence=0.71)),
        ('hours = "closed"', replace(POST, open=True)),
        ('sentiment = ["neutral", "negative"]', replace(POST, sentiment="")),
        ('weekday = ["saturday", "sunday"]', replace(POST, written=4 * 1440)),
        ('weekday = "Saturday"', replace(POST, written=None)),
        ('time = "22:00-06:00"', replace(POST, written=5 * 1440 + 6 * 60)),
        ('time = ["08:00-09:30", "23:00-24:00"]', replace(POST, written=5 * 1440 + 9 * 60 + 30)),
        ('age_at_least = "2h"', replace(POST, age=119)),
        ('age_below = "1d"', replace(POST, age=1440)),
        ('age_below = "121m"', replace(POST, age=None)),
    ],
)
def test_a_condition_holds_for_one_post_and_not_for_the_other(when: str, other: Facts) -> None:
    [read] = read_policy(rule(when)).rules
    assert read.meets(POST)
    assert not read.meets(other)


def test_all_conditions_of_a_rule_must_hold() -> None:
    [read] = read_policy(rule('contains = "refund", kind = "community"')).rules
    assert not read.meets(POST)


def test_the_first_rule_that_matches_stops_and_the_trace_says_what_it_stopped() -> None:
    text = rule('contains = "refund"') + rule('kind = "public"', 'queue = "archive"', "two")
    outcome = decide(Judged(), kind="public", policy=read_policy(text), facts=POST).outcome
    assert (outcome.queue, outcome.ran, outcome.would) == (Queue.PROMO, ("one",), ("two",))


def test_a_rule_that_goes_on_lets_the_next_one_add_to_it() -> None:
    text = (
        rule('kind = "public"', 'tag = ["a", "b"], priority = 3', "one", "go_on = true")
        + rule('kind = "public"', 'tag = "b", queue = "support", priority = 5', "two")
        + rule('kind = "public"', 'queue = "archive"', "three")
    )
    decision = decide(Judged(), kind="public", policy=read_policy(text), facts=POST)
    assert decision.queue == Queue.SUPPORT
    assert decision.priority == 3
    assert decision.outcome.tags == ("a", "b")
    assert decision.outcome.would == ("three",)


def test_a_span_over_midnight_holds_on_both_sides_of_it() -> None:
    [read] = read_policy(rule('time = "22:00-06:00"')).rules
    held = [hour for hour in range(24) if read.meets(Facts(written=hour * 60))]
    assert held == [0, 1, 2, 3, 4, 5, 22, 23]


def test_approval_is_asked_for_where_any_rule_that_ran_asks() -> None:
    text = (
        rule('kind = "public"', "approval = true", "careful", "go_on = true")
        + rule('kind = "public"', 'queue = "promo"', "two")
        + rule('kind = "community"', "approval = true", "three")
    )
    outcome = decide(Judged(), kind="public", policy=read_policy(text), facts=POST).outcome
    assert (outcome.approval, outcome.approval_by) == (True, "careful")
    last = read_policy(text.replace("go_on = true", "")).rules[1:]
    assert not rules.apply(last, POST).approval


def test_rules_that_say_the_same_are_equal_however_they_were_read() -> None:
    text = rule('contains = ["a", "b"], kind = "public"')
    assert read_policy(text).rules == read_policy("# again\n" + text).rules
    assert read_policy(text).rules != read_policy(text.replace('"b"', '"c"')).rules


def test_a_rule_places_what_the_model_is_unsure_of_and_says_so() -> None:
    policy = read_policy(rule('contains = "refund"', 'queue = "support"', "Refunds"))
    unsure = decide(Judged(confidence=0.2), kind="public", policy=policy, facts=Facts(text="hi"))
    assert unsure.queue == Queue.REVIEW
    assert not unsure.by_rule
    ruled = decide(Judged(confidence=0.2), kind="public", policy=policy, facts=POST)
    assert (ruled.queue, ruled.unsure, ruled.by_rule) == (Queue.SUPPORT, False, True)
    assert ruled.leaning == Queue.SUPPORT
    assert ruled.why == "The rule “Refunds” puts it here."


def test_a_rule_works_where_no_model_is_in_use() -> None:
    policy = read_policy(rule('contains = "refund"'))
    assert decide(None, kind="public", policy=policy, facts=POST).queue == Queue.PROMO


def test_a_pattern_that_explodes_elsewhere_is_read_in_linear_time() -> None:
    # Backtracking engines would need 2^19000 steps, so a run that ends at all shows it.
    [read] = read_policy(rule("matches = '^(a+)+$'")).rules
    assert not read.meets(Facts(text="a" * 19_000 + "!"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rules = 1", "begin with [[rules]]"),
        ("[[rules]]", "rules, number 1: it needs a name"),
        (rule('contains = "a"') * 2, "two rules are called 'one'"),
        (rule('sentiment = "sad"'), "it must be one of positive, neutral, negative"),
        (rule('weekday = "caturday"'), "when.weekday is 'caturday'; it must be one of monday"),
        (rule('time = "10-12"'), "when.time has '10-12'; write a span as \"22:00-06:00\""),
        (rule('time = "24:00-06:00"'), "when.time has '24:00-06:00'"),
        (rule('time = "22:00-06:60"'), "when.time has '22:00-06:60'"),
        (rule('time = "09:00-09:00"'), "when.time has '09:00-09:00'"),
        (rule('age_at_least = "old"'), 'when.age_at_least is \'old\'; write "45m", "8h" or'),
        (rule("age_below = 3"), "when.age_below is 3; write"),
        (rule('contains = "a"', "approval = false"), "then.approval is False; write true, or"),
        (rule('mood = "sad"'), "rule 'one': when.mood is unknown; known are age_at_least, age_"),
        (rule('contains = ""'), "when.contains is ''; write one text"),
        (rule("matches = '(a'"), "when.matches is no pattern that can be used: missing )"),
        (rule("matches = '(a)\\1'"), "invalid escape sequence"),
        (rule("matches = '((a{900}){900}){900}'"), "when.matches is no pattern"),
        (rule('relation = "friend"'), "it must be one of new, known"),
        (rule("reach_below = -1"), "a whole number from 0 on"),
        (rule('intent = "anger"'), "when.intent is 'anger'"),
        (rule("confidence_below = 80"), "it must be from 0 to 1"),
        (rule('contains = "a"', 'queue = "sales"'), "then.queue is 'sales'"),
        (rule('contains = "a"', "priority = 10"), "then.priority is 10"),
        (rule('contains = "a"', "colour = 1"), "then.colour is unknown"),
        (rule('contains = "a"', 'assign = ["a", "b"]'), "then.assign takes one name"),
        (rule('contains = "a"', more='go_on = "yes"'), "go_on is 'yes'"),
        (rule("", 'queue = "promo"'), "it needs a condition: when"),
        (rule('contains = "a"', ""), "it needs an action: then"),
        (rule('contains = "a"', more="stop = true"), "'stop' is unknown"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_by_name(text: str, sentence: str) -> None:
    with pytest.raises(PolicyError) as refusal:
        read_policy(text)
    assert sentence in str(refusal.value)
