"""Ruling: rules look at every post on its way, and what they do stands in its history."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from models import Judgement
from tests.domain.making import NOON, bring, judgement, later, post
from triage.desk import merging, twins
from triage.tables import Channel, Item, ItemTag, Mention, Move, PostRow, User
from triage.tuning.policies import adopt_file

RULES = """
[[rules]]
name = "Refunds"
when = { contains = "refund" }
then = { tag = ["Refund", "money"], priority = 5 }
go_on = true

[[rules]]
name = "Press"
when = { reach_at_least = 50000 }
then = { queue = "promo", notify = ["alice", "nobody"], assign = "alice" }

[[rules]]
name = "Old friends"
when = { relation = "known" }
then = { queue = "archive" }
"""


@pytest.fixture(autouse=True)
def _ruled(judge: None, db: None, tmp_path: Path) -> None:
    """The policy of these tests is in force, and posts are judged by their first word."""
    path = tmp_path / "policy.toml"
    path.write_text(RULES, encoding="utf-8")
    adopt_file(path)


def tags(item: Item) -> list[str]:
    return sorted(ItemTag.objects.filter(item=item).values_list("tag__name", flat=True))


def test_a_rule_tags_and_raises_the_priority(web: Channel) -> None:
    item = bring(web, post(text="question where is my refund"))
    assert (item.queue, item.priority, tags(item)) == ("support", 5, ["money", "refund"])
    assert Move.objects.get(item=item).rules == {"ran": ["Refunds"]}
    assert bring(web, post(text="question where", author_id="other")).priority == 0


def test_a_rule_has_the_last_word_on_the_queue_and_the_move_says_so(
    web: Channel, alice: User
) -> None:
    item = bring(web, post(text="question where", reach=60_000))
    move = Move.objects.get(item=item, event="placed")
    assert (item.queue, move.by, move.why) == (
        "promo",
        Move.By.RULE,
        "The rule “Press” puts it here.",
    )


def test_a_rule_gives_an_item_to_somebody_and_points_it_out(web: Channel, alice: User) -> None:
    item = bring(web, post(text="question where", reach=60_000))
    assert (item.owner, item.status) == (alice, Item.Status.CLAIMED)
    [mention] = Mention.objects.select_related("note")
    assert (mention.user, mention.note.item) == (alice, item)
    assert mention.note.text == "This is for @alice, @nobody to see, says the rule “Press”."
    assert Move.objects.filter(item=item, event="assigned").exists()


def test_who_does_not_work_there_is_not_given_it(web: Channel) -> None:
    User.objects.create(username="alice", teams=["community"])
    item = bring(web, post(text="question where", reach=60_000))
    assert item.owner is None
    [move] = Move.objects.filter(item=item, event="not_assigned")
    assert "They do not work in promo." in move.why


def test_the_trace_says_which_rule_would_have_run(web: Channel, alice: User) -> None:
    bring(web, post(text="question first"))
    item = bring(web, post(text="question refund", reach=60_000, conversation="another"))
    assert Move.objects.get(item=item, event="placed").rules == {
        "ran": ["Refunds", "Press"],
        "would": ["Old friends"],
    }


def test_somebody_who_wrote_before_is_known(web: Channel) -> None:
    assert bring(web, post(text="question one", conversation="a")).queue == "support"
    assert bring(web, post(text="question two", conversation="b")).queue == "archive"


def rule_on(tmp_path: Path, when: str, then: str = 'queue = "promo"', hours: str = "") -> None:
    path = tmp_path / "another.toml"
    text = f'{hours}\n[[rules]]\nname = "One"\nwhen = {{ {when} }}\nthen = {{ {then} }}\n'
    path.write_text(text, encoding="utf-8")
    adopt_file(path)


def test_a_rule_holds_answers_for_approval_once_and_the_history_says_why(
    web: Channel, tmp_path: Path
) -> None:
    rule_on(tmp_path, 'contains = "recall"', "approval = true")
    free = bring(web, post(text="question where", conversation="b"))
    assert not Item.objects.get(pk=free.pk).needs_approval
    item = bring(web, post(text="question about the recall"), post(text="question recall again"))
    item.refresh_from_db()
    assert item.needs_approval
    [move] = Move.objects.filter(item=item, event="needs_approval")
    assert move.why == "An answer needs approval, says the rule “One”."


def test_a_rule_that_holds_answers_holds_those_of_the_twin_as_well(
    web: Channel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule_on(tmp_path, 'contains = "recall"', "approval = true")

    def for_both(rows: Sequence[PostRow], _: object) -> list[Judgement | None]:
        return [judgement(row.text, also="awareness") for row in rows]

    monkeypatch.setattr("triage.walk.sorting.judge_rows", for_both)
    item = bring(web, post(text="question recall"))
    assert Item.objects.get(twin_of=item).needs_approval


def test_what_is_held_stays_held_when_it_is_shared_or_merged(web: Channel, tmp_path: Path) -> None:
    rule_on(tmp_path, 'contains = "recall"', "approval = true")
    ada = User.objects.create(username="ada", teams=["admin"])
    shared = Item.objects.get(pk=bring(web, post(text="question recall", conversation="a")).pk)
    assert twins.share(shared, ada, reason="both").needs_approval
    held = Item.objects.get(pk=bring(web, post(text="question recall", conversation="b")).pk)
    free = bring(web, post(text="question where", conversation="c"))
    assert merging.merge(held, ada, into=free).needs_approval


@pytest.mark.parametrize(
    ("when", "hit", "miss"),
    [
        ('weekday = "sunday"', {"created_at": NOON}, {"created_at": later(24 * 60)}),
        ('time = "13:00-14:00"', {"created_at": NOON}, {"created_at": later(60)}),
        ('age_at_least = "1d"', {"created_at": NOON}, {"created_at": None}),
    ],
)
def test_a_rule_goes_by_when_a_post_was_written(
    web: Channel, tmp_path: Path, when: str, hit: dict[str, Any], miss: dict[str, Any]
) -> None:
    rule_on(tmp_path, when, hours='[hours]\ntimezone = "Europe/Berlin"')
    assert bring(web, post(text="question one", conversation="a", **hit)).queue == "promo"
    assert bring(web, post(text="question two", conversation="b", **miss)).queue == "support"


def test_a_rule_goes_by_what_its_author_feels(
    web: Channel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule_on(tmp_path, 'sentiment = "negative"')

    def by_last_word(rows: Sequence[PostRow], _: object) -> list[Judgement | None]:
        return [judgement(row.text, sentiment=row.text.split()[-1]) for row in rows]

    monkeypatch.setattr("triage.walk.sorting.judge_rows", by_last_word)
    angry = bring(web, post(text="question this is negative", conversation="a"))
    calm = bring(web, post(text="question this is neutral", conversation="b"))
    assert (angry.queue, calm.queue) == ("promo", "support")


def test_what_a_person_decided_no_rule_undoes(web: Channel, alice: User) -> None:
    item = bring(web, post(text="question one", conversation="c"))
    Item.objects.filter(pk=item.pk).update(queue="support", decided_by_person=True)
    again = bring(web, post(text="question two", reach=60_000, conversation="c"))
    assert (again.pk, again.queue) == (item.pk, "support")
