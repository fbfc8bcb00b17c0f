"""Foresight: what another policy would have done, and that re-sorting does just that."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.domain.making import misplaced
from tests.web.desk import arrive, watch
from triage.desk import claims, items, muting, snoozing, twins
from triage.tables import Item, Move, PostRow, User
from triage.times.clock import WEEK
from triage.tuning.conditions import CONDITIONS
from triage.tuning.facts import Facts
from triage.tuning.foresight import Foresight, foresee
from triage.tuning.policies import policy_in_force, put_in_force
from triage.tuning.policy import PolicyError, Rulebook, read_policy
from triage.tuning.resorting import resort_asked
from triage.tuning.rules import Rule
from triage.tuning.standing import ask_resorting, latest_resorting

pytestmark = pytest.mark.django_db

STRICT = "[thresholds]\npromo = 0.95\nsupport = 0.95\narchive = 0.95\n"
LOOSE = "[thresholds]\npromo = 0.5\nsupport = 0.5\narchive = 0.5\n"
RULE = """
[[rules]]
name = "Money"
when = { contains = "refund" }
then = { queue = "support", tag = "money" }
"""


ASKED = {
    "contains": '["refund", "nothing"]',
    "contains_all": '["my", "refund"]',
    "matches": "'re[f]und$'",
    "author": '"nell"',
    "relation": '"known"',
    "reach_at_least": "1000",
    "reach_below": "1000",
    "channel": '"x mentions"',
    "platform": '"x"',
    "kind": '"community"',
    "language": '"de"',
    "intent": '["lead", "noise"]',
    "confidence_at_least": "0.8",
    "confidence_below": "0.8",
    "sentiment": '"negative"',
    "hours": '"open"',
    "weekday": '"saturday"',
    "time": '"23:00-01:00"',
    "age_at_least": '"10d"',
    "age_below": '"10d"',
}
"""A value for every condition."""


@pytest.fixture(autouse=True)
def _loose(db: None) -> None:
    put_in_force(LOOSE, author=None, reason="to begin with")


def ahead(text: str, *, days: int = 30) -> Foresight:
    since = timezone.now() - timedelta(days=days)
    return foresee(read_policy(text), policy_in_force(), since=since)


def resort(user: User) -> int:
    ask_resorting(user=user)
    while resort_asked():
        pass
    asked = latest_resorting()
    assert asked is not None
    assert asked.finished_at is not None
    return asked.moved


def queues() -> dict[int, str]:
    return dict(Item.objects.values_list("pk", "queue"))


def test_a_stricter_threshold_sends_to_review_what_lies_below_it() -> None:
    arrive("a", confidence=0.9)
    arrive("b", confidence=0.97)
    arrive("c", intent="lead", confidence=0.6)
    found = ahead(STRICT)
    assert (found.posts, found.changed, found.more_review, found.alone) == (3, 2, 2, 1)
    assert dict(found.flows) == {("support", "review"): 1, ("promo", "review"): 1}
    assert {example.intent for example in found.examples} == {"question", "lead"}
    assert found.sure == pytest.approx(0.97)


def test_the_policy_in_force_changes_nothing() -> None:
    arrive("a", confidence=0.9)
    found = ahead(LOOSE)
    assert (found.posts, found.changed, found.examples) == (1, 0, [])


def test_a_threshold_of_an_intent_counts_before_that_of_its_queue() -> None:
    arrive("a", intent="lead", confidence=0.9)
    arrive("b", intent="sales", confidence=0.9)
    found = ahead(f"{LOOSE}[thresholds.intents]\nlead = 0.95\n")
    assert [example.intent for example in found.examples] == ["lead"]


def test_only_the_last_days_count_and_at_most_twenty_posts_are_named() -> None:
    for number in range(22):
        arrive(f"post {number}", confidence=0.9)
    item = arrive("long ago", confidence=0.9)
    past = timezone.now() - timedelta(days=40)
    assert item.latest_post is not None
    item.latest_post.verdicts.update(at=past)
    found = ahead(STRICT)
    assert (found.changed, len(found.examples)) == (22, 20)
    assert ahead(STRICT, days=60).changed == 23


def test_posts_that_no_policy_decides_about_are_left_out(olga: User) -> None:
    arrive("gone", confidence=0.9)
    PostRow.objects.update(deleted_at=timezone.now())
    troll = arrive("troll", confidence=0.9, author_id="u-troll")
    assert troll.person is not None
    muting.mute(troll.person, olga, reason="spam")
    arrive("stays", confidence=0.9)
    assert ahead(STRICT).posts == 1


def test_an_edited_post_counts_once_with_its_present_text() -> None:
    arrive("first", confidence=0.9, id="e1")
    PostRow.objects.update(version=2)
    assert ahead(STRICT).posts == 0, "the verdict is of words that are no longer there"


def test_rules_are_run_dry_with_counts_and_posts() -> None:
    row = arrive("my refund please", intent="lead", confidence=0.9).latest_post
    arrive("hello", intent="lead", confidence=0.9)
    assert row is not None
    found = ahead(LOOSE + RULE)
    assert (found.ran["Money"], found.met["Money"]) == (1, [row.pk])
    assert dict(found.flows) == {("promo", "support"): 1}
    assert found.alone == 1, "what a rule sorts says nothing of the model"


def test_a_rule_that_another_keeps_from_running_is_counted_apart() -> None:
    arrive("my refund please", confidence=0.9)
    second = RULE.replace("Money", "Again")
    found = ahead(LOOSE + RULE + second)
    assert (found.ran["Again"], found.would["Again"]) == (0, 1)


def rules_asking(**asked: str) -> str:
    return "".join(
        f'[[rules]]\nname = "{key}"\nwhen = {{ {key} = {value} }}\nthen = {{ tag = "t" }}\n'
        "go_on = true\n"
        for key, value in asked.items()
    )


def test_every_condition_is_foreseen_as_it_held_when_the_post_came() -> None:
    assert set(ASKED) == set(CONDITIONS)
    text = '[hours]\ntimezone = "Asia/Tokyo"\n' + "".join(
        f'{day} = ["00:00-24:00"]\n' for day in WEEK
    )
    put_in_force(text + rules_asking(**ASKED), author=None, reason="all of them")
    known: dict[str, Any] = {"author": "@Nell", "author_id": "u-nell"}
    friday = datetime(2025, 11, 21, 14, 30, tzinfo=UTC)  # half past eleven in the evening in Tokyo
    arrive("my Refund", created_at=friday, reach=5000, platform="x", lang="de-AT", **known)
    lately = timezone.now().replace(hour=3)  # at noon in Tokyo
    arrive("again", intent="lead", confidence=0.7, created_at=lately, reach=5, **known)
    forum = watch("forum", kind="community", source="discourse")
    arrive("hello", channel=forum, created_at=friday + timedelta(hours=1), sentiment="negative")
    traces = Move.objects.values_list("rules", flat=True)
    ran = Counter(name for trace in traces for name in trace["ran"])
    found = ahead(text + rules_asking(**ASKED))
    assert set(ran) == set(ASKED)
    assert {name for name, posts in ran.items() if posts == 3} == {"hours"}
    assert found.ran == ran


def test_a_draft_with_other_hours_is_foreseen_on_its_own_clocks() -> None:
    arrive("a", created_at=datetime(2025, 11, 22, 12, tzinfo=UTC))  # a Saturday, but in Auckland
    when, then = 'when = { weekday = "sunday" }', 'then = { queue = "promo" }'
    rule = f'{LOOSE}[[rules]]\nname = "Sundays"\n{when}\n{then}\n'
    put_in_force(rule, author=None, reason="Sundays")
    assert ahead(rule).changed == 0
    found = ahead('[hours]\ntimezone = "Pacific/Auckland"\n' + rule)
    assert dict(found.flows) == {("support", "promo"): 1}


def test_only_what_the_rules_ask_for_is_read() -> None:
    arrive("a")
    for asked, read in (({"reach_below": "3"}, False), ({"contains": '"a"'}, True)):
        with CaptureQueriesContext(connection) as queries:
            ahead(LOOSE + rules_asking(**asked))
        told = [query["sql"] for query in queries if "triage_verdict" in query["sql"]]
        assert [('."text"' in sql) for sql in told] == [read]


def test_a_rule_that_both_policies_have_looks_at_a_post_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_in_force(LOOSE + RULE, author=None, reason="money")
    arrive("my refund please", confidence=0.9)
    looked: list[str] = []
    meets = Rule.meets

    def look(rule: Rule, facts: Facts) -> bool:
        looked.append(rule.name)
        return meets(rule, facts)

    monkeypatch.setattr(Rule, "meets", look)
    found = ahead(STRICT + RULE + RULE.replace("Money", "Again"))
    assert looked == ["Money", "Again"]
    assert (found.ran["Money"], found.would["Again"]) == (1, 1)


def test_foresight_needs_one_query_however_many_posts(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(12):
        arrive(f"post {number}")
    current = policy_in_force()
    with django_assert_max_num_queries(1):
        foresee(read_policy(STRICT), current, since=timezone.now() - timedelta(days=1))


@pytest.mark.parametrize("text", [STRICT, LOOSE + RULE, '[routes.lead]\npublic = "support"\n'])
def test_resorting_moves_exactly_what_was_foreseen(olga: User, text: str) -> None:
    for number in range(30):
        intent = ("lead", "question", "noise")[number % 3]
        words = "my refund" if number % 4 == 0 else "hello"
        arrive(words, intent=intent, confidence=0.4 + number / 50)
    foreseen = {one.item: one.target for one in misplaced(read_policy(text))}
    assert foreseen
    flows = ahead(text).changed
    before = queues()
    put_in_force(text, author=olga, reason="a try")
    assert queues() == before, "never silently"
    assert resort(olga) == len(foreseen) == flows
    after = queues()
    assert {pk: after[pk] for pk in after if after[pk] != before[pk]} == foreseen
    assert misplaced(policy_in_force()) == []


def test_a_resorted_item_says_under_which_policy(olga: User) -> None:
    item = arrive("a", confidence=0.9)
    row = put_in_force(STRICT, author=olga, reason="safer")
    resort(olga)
    item.refresh_from_db()
    move = Move.objects.filter(item=item).latest("id")
    assert (item.queue, item.unsure, move.event, move.by) == ("review", True, "resorted", "model")
    assert (move.source, move.policy_version) == ("support", row.version)
    assert move.why.startswith(f"Re-sorted under policy {row.version}. The model leans to support")


def test_what_people_decided_or_hold_is_never_moved(olga: User) -> None:
    handed, held, resting, shared, undone = (
        arrive(f"post {number}", confidence=0.9) for number in range(5)
    )
    items.hand_off(handed, olga, to="promo", reason="theirs")
    claims.claim(held, olga)
    snoozing.snooze(resting, olga, until=timezone.now() + timedelta(days=1))
    twins.share(shared, olga, reason="both")
    Move.objects.create(item=undone, source="promo", target="support", event="undone", by="person")
    free = arrive("free", confidence=0.9)
    put_in_force(STRICT, author=olga, reason="safer")
    assert resort(olga) == 1
    assert Item.objects.get(queue="review") == free


def test_what_is_claimed_between_question_and_answer_stays(olga: User) -> None:
    item = arrive("a", confidence=0.9)
    put_in_force(STRICT, author=olga, reason="safer")
    ask_resorting(user=olga)
    claims.claim(item, olga)
    resort_asked()
    item.refresh_from_db()
    assert item.queue == "support"


def test_a_follow_up_that_stayed_unsure_does_not_speak_for_its_item(olga: User) -> None:
    talk: dict[str, Any] = {"conversation": "t1", "author_id": "u1"}
    first = arrive("a", confidence=0.97, **talk)
    assert arrive("b", intent="lead", confidence=0.45, **talk) == first
    assert misplaced(read_policy(STRICT)) == []


def test_resorting_opens_a_twin_where_the_post_is_work_for_both(olga: User) -> None:
    put_in_force(STRICT, author=olga, reason="safer")
    item = arrive("love it, how do I pair it?", confidence=0.9, also="awareness")
    put_in_force(LOOSE, author=olga, reason="braver")
    assert resort(olga) == 1
    assert Item.objects.get(twin_of=item).queue == "promo"


def test_asking_twice_asks_once_and_a_newer_policy_ends_it(olga: User) -> None:
    item = arrive("a", confidence=0.9)
    put_in_force(STRICT, author=olga, reason="safer")
    assert ask_resorting(user=olga) == ask_resorting(user=olga)
    put_in_force(LOOSE, author=olga, reason="no")
    assert resort_asked() is True
    assert resort_asked() is False
    item.refresh_from_db()
    assert item.queue == "support"


def test_only_who_tunes_asks(bob: User) -> None:
    with pytest.raises(PolicyError, match="Only ops and admins"):
        ask_resorting(user=bob)
    assert latest_resorting() is None


def test_more_than_a_batch_is_gone_through(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.tuning.resorting.AT_ONCE", 2)
    for number in range(5):
        arrive(f"post {number}", confidence=0.9)
    put_in_force(STRICT, author=olga, reason="safer")
    assert resort(olga) == 5
    assert isinstance(policy_in_force(), Rulebook)
