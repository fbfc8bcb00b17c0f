"""Re-sorting brings all that placing anew would, to what moves and what stays, as was foretold."""

from typing import Any

import pytest
from django.utils import timezone

from tests.web.desk import arrive
from triage.desk.claims import claim
from triage.desk.tagging import tag, untag
from triage.tables import Item, Mention, Move, Resorting, User
from triage.tuning.foretelling import foretell
from triage.tuning.policies import policy_in_force, put_in_force
from triage.tuning.policy import read_policy
from triage.tuning.resorting import resort_asked
from triage.tuning.standing import Outlook, ask_resorting, latest_resorting, outlook

pytestmark = pytest.mark.django_db

LOOSE = "[thresholds]\npromo = 0.5\nsupport = 0.5\narchive = 0.5\n"


@pytest.fixture(autouse=True)
def _loose(db: None) -> None:
    put_in_force(LOOSE, author=None, reason="to begin with")


def rule(then: str, *, contains: str = "refund") -> str:
    return (
        f'{LOOSE}[[rules]]\nname = "Money"\nwhen = {{ contains = "{contains}" }}\nthen = {then}\n'
    )


def resort(user: User, text: str) -> Resorting:
    """Put a policy in force and sort anew what waits, which comes to just what was foretold."""
    ahead = outlook(read_policy(text))
    told = foretell(read_policy(text), days=30, now=timezone.now())
    put_in_force(text, author=user, reason="a try")
    ask_resorting(user=user)
    while resort_asked():
        pass
    done = latest_resorting()
    assert done is not None
    assert (done.moved, done.adjusted) == (ahead.moving, ahead.adjusting)
    assert (told["waiting_to_move"], told["waiting_to_adjust"]) == (done.moved, done.adjusted)
    again = outlook(policy_in_force())
    assert (again.moving, again.adjusting) == (0, 0)
    return done


def fresh(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


def tags(item: Item) -> list[str]:
    return sorted(item.item_tags.values_list("tag__name", flat=True))


def test_the_policy_in_force_has_nothing_to_change(olga: User) -> None:
    put_in_force(rule('{ tag = "Money ", priority = 4 }'), author=olga, reason="so")
    arrive("my refund")
    arrive("hello")
    assert outlook(policy_in_force()) == Outlook(2, 0, 0)


def test_what_moves_is_tagged_given_and_held_as_if_it_had_just_come(olga: User, bob: User) -> None:
    item = arrive("my refund", intent="lead")
    then = 'queue = "support", tag = ["money", "back"], priority = 7, assign = "bob"'
    done = resort(olga, rule(f"{{ {then}, approval = true }}"))
    assert (done.moved, done.adjusted) == (1, 0)
    moved = fresh(item)
    assert (moved.queue, moved.priority, moved.needs_approval) == ("support", 7, True)
    assert (moved.status, moved.owner) == ("claimed", bob)
    assert tags(item) == ["back", "money"]


def test_who_was_told_before_is_not_told_again_and_who_was_not_is(
    olga: User, bob: User, alice: User
) -> None:
    put_in_force(rule('{ notify = "alice" }'), author=olga, reason="so")
    item = arrive("my refund", intent="lead")
    resort(olga, rule('{ queue = "support", notify = ["alice", "bob"] }'))
    assert fresh(item).queue == "support"
    told = Mention.objects.filter(note__item=item).order_by("id")
    assert [mention.user for mention in told] == [alice, bob]
    resort(olga, rule('{ queue = "review", notify = ["alice", "bob"] }'))
    assert told.count() == 2


def test_what_stays_gets_its_priority_and_its_tags_and_says_so(olga: User) -> None:
    item, other = arrive("my refund"), arrive("hello")
    done = resort(olga, rule('{ tag = "money", priority = 3 }'))
    assert (done.moved, done.adjusted) == (0, 1)
    stays = fresh(item)
    assert (stays.queue, stays.priority, stays.version) == ("support", 3, item.version + 1)
    assert tags(item) == ["money"]
    move = Move.objects.filter(item=item).latest("id")
    assert (move.event, move.source, move.target) == ("adjusted", "support", "support")
    assert move.why == f"Policy {policy_in_force().version}: priority 3, was 0; tag #money."
    assert fresh(other).version == other.version


def test_what_stays_is_given_to_nobody_and_points_nobody_to_it(olga: User, bob: User) -> None:
    item = arrive("my refund")
    resort(olga, rule('{ tag = "money", assign = "bob", notify = "bob" }'))
    assert fresh(item).status == "open"
    assert not Mention.objects.exists()


def test_a_priority_goes_down_too(olga: User) -> None:
    item = arrive("my refund", intent="question")
    resort(olga, f"{LOOSE}[priority]\nquestion = 5\n")
    assert fresh(item).priority == 5
    resort(olga, f"{LOOSE}[priority]\nquestion = 1\n")
    assert fresh(item).priority == 1


def test_a_tag_that_a_person_took_off_stays_off(olga: User, bob: User) -> None:
    put_in_force(rule('{ tag = "money" }'), author=olga, reason="so")
    item, other = arrive("my refund"), arrive("a refund", intent="lead")
    untag(item, bob, name="money")
    untag(other, olga, name="money")
    assert outlook(policy_in_force()) == Outlook(2, 0, 0)
    resort(olga, rule('{ tag = ["money", "back"], queue = "support" }'))
    assert (tags(item), tags(other)) == (["back"], ["back"])


def test_a_tag_that_is_there_already_is_not_lacking(olga: User, bob: User) -> None:
    item = arrive("my refund")
    tag(item, bob, name="money")
    assert outlook(read_policy(rule('{ tag = "Money" }'))) == Outlook(1, 0, 0)


def test_a_follow_up_makes_its_item_more_urgent_as_when_it_came(olga: User) -> None:
    talk: dict[str, Any] = {"conversation": "t1", "author_id": "u1"}
    put_in_force(f"{LOOSE}[priority]\nlead = 2\nquestion = 1\n", author=olga, reason="so")
    item = arrive("a refund", intent="question", confidence=0.9, **talk)
    assert arrive("and more", intent="lead", confidence=0.4, **talk) == item
    assert (fresh(item).queue, fresh(item).priority) == ("support", 2)
    assert outlook(policy_in_force()) == Outlook(1, 0, 0)
    resort(olga, f"{LOOSE}[priority]\nlead = 6\nquestion = 1\n")
    assert fresh(item).priority == 6


def test_what_somebody_takes_meanwhile_is_left_as_it_is(olga: User, bob: User) -> None:
    item = arrive("my refund")
    put_in_force(rule('{ tag = "money", priority = 3 }'), author=olga, reason="so")
    ask_resorting(user=olga)
    claim(item, bob)
    resort_asked()
    assert (fresh(item).priority, tags(item)) == (0, [])


def test_many_items_over_several_batches_come_to_what_was_foretold(
    olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.tuning.resorting.AT_ONCE", 3)
    monkeypatch.setattr("triage.tuning.standing.AT_ONCE", 2)
    for number in range(14):
        intent = ("question", "lead")[number % 2]
        arrive("my refund" if number % 3 else "hello", intent=intent, minutes=number)
    done = resort(olga, rule('{ queue = "support", tag = "money", priority = 2 }'))
    assert (done.moved, done.adjusted) == (5, 4)
    assert Item.objects.filter(item_tags__tag__name="money", priority=2).count() == 9
