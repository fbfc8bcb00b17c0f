"""Twins: one post that is work for both teams stands in both queues, and is placed once."""

from typing import Any

import pytest
from django.db import connection

from tests.domain import making
from tests.domain.making import bring, later, post
from tests.faults.checker import check
from triage.desk.acting import ActRefused
from triage.desk.claims import claim
from triage.desk.items import hand_off, resolve
from triage.desk.snoozing import snooze
from triage.desk.twins import linked, share
from triage.posts import Post
from triage.tables import Channel, Item, Lesson, Move, Policy, PostRow, User
from triage.tuning.policies import policy_in_force
from triage.walk.sorting import sort_all


@pytest.fixture(autouse=True)
def judge(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge of the first word, to whom a `+` names an intent of the other team as well."""

    def judged(rows: list[PostRow], parents: dict[int, str]) -> list[Any]:
        return [_judgement(row) for row in rows]

    monkeypatch.setattr("triage.walk.sorting.judge_rows", judged)


def _judgement(row: PostRow) -> Any:
    word, *more = row.text.split()
    main, _, also = word.partition("+")
    return making.judgement(" ".join([main, *more]), kind=row.kind, also=also or None)


def both(web: Channel, text: str = "awareness+question love it, how do I pair it") -> Item:
    """A post that is for both teams -> its item in promo."""
    return bring(web, post("1", text, conversation="c"))


def twin_of(item: Item) -> Item:
    return Item.objects.get(twin_of=item)


def write_again(web: Channel, text: str, id: str = "2") -> Item:
    return bring(web, post(id, text, conversation="c", created_at=later(5)))


def wrong(web: Channel, *ids: str) -> str:
    def query(statement: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    return str(check(query, [(web.name, id) for id in ids]))


def test_a_post_for_both_teams_stands_in_both_queues(web: Channel) -> None:
    first = both(web)
    second = twin_of(first)
    assert (first.queue, first.intent) == ("promo", "awareness")
    assert (second.queue, second.intent, second.priority) == ("support", "question", 2)
    assert (second.text, second.author, second.holder_id) == (first.text, "ann", first.pk)
    assert second.why == f"It is question too; promo has it as item {first.pk}."
    assert (linked(first), linked(second)) == ([second], [first])
    move = second.moves.get()
    assert (move.event, move.source, move.target, move.by) == ("twinned", "", "support", "model")


def test_each_version_of_a_post_is_placed_once_all_the_same(web: Channel) -> None:
    both(web)
    write_again(web, "question+lead still nothing")
    bring(web, post("1", "question+awareness edited text", conversation="c"))
    assert Item.objects.count() == 2
    assert wrong(web, "1", "2") == "nothing is wrong"
    placed = Move.objects.filter(post__isnull=False).values_list("post", "post_version")
    assert len(placed) == len(set(placed)) == 3


def test_sorting_again_opens_no_second_twin(web: Channel) -> None:
    both(web)
    PostRow.objects.update(state="new")
    sort_all()
    assert Item.objects.count() == 2
    assert wrong(web, "1") == "nothing is wrong"


@pytest.mark.parametrize(
    "text",
    ["awareness love it", "awareness?+question love it", "awareness+lead x", "noise+question x"],
    ids=["nothing else", "unsure", "the same team's", "noise"],
)
def test_otherwise_there_is_one_item(web: Channel, text: str) -> None:
    both(web, text)
    assert Item.objects.count() == 1


def test_a_policy_can_say_that_one_queue_is_enough(web: Channel) -> None:
    policy_in_force()
    Policy.objects.update(text="[also]\nboth_queues = false")
    both(web)
    assert Item.objects.count() == 1


def test_each_team_resolves_its_own(web: Channel, alice: User, bob: User) -> None:
    first = both(web)
    resolve(twin_of(first), bob)
    assert Item.objects.get(pk=first.pk).status == "open"
    resolve(first, alice)
    write_again(web, "awareness again")
    assert Item.objects.get(pk=first.pk).status == "open"
    assert twin_of(first).status == "resolved"
    assert twin_of(first).text == "awareness again", "both show one conversation"
    write_again(web, "awareness+question and now?", "3")
    assert twin_of(first).status == "open"


def test_who_has_the_twin_sees_that_somebody_wrote_again(web: Channel, bob: User) -> None:
    first = both(web)
    second = claim(twin_of(first), bob)
    write_again(web, "awareness again")
    now = twin_of(first)
    assert (now.text, now.owner, now.version) == ("awareness again", bob, second.version + 1)
    assert now.moves.latest("id").why == f"Wrote again, in item {first.pk}."
    snooze(now, bob)
    write_again(web, "awareness and again", "3")
    assert not twin_of(first).snoozed


def test_a_twin_ends_where_the_post_itself_goes_to_its_queue(web: Channel) -> None:
    first = both(web)
    write_again(web, "question where is it")
    assert Item.objects.get(pk=first.pk).queue == "support"
    assert twin_of(first).status == "resolved"
    assert twin_of(first).moves.latest("id").why == f"It is in support as item {first.pk} now."


def test_what_its_author_deletes_is_done_in_both_queues(web: Channel) -> None:
    first = both(web)
    bring(web, Post(id="1", text="", deleted=True))
    assert {item.status for item in (Item.objects.get(pk=first.pk), twin_of(first))} == {"resolved"}


def test_nobody_hands_an_item_to_where_its_twin_waits(web: Channel, alice: User, bob: User) -> None:
    first = both(web)
    second = twin_of(first)
    with pytest.raises(ActRefused, match=f"It is already in support as item {second.pk}"):
        hand_off(first, alice, to="support", reason="x")
    with pytest.raises(ActRefused, match=f"It is already in promo as item {first.pk}"):
        hand_off(second, bob, to="promo", reason="x")


def test_a_twin_that_is_put_away_teaches_nothing_about_the_post(web: Channel, bob: User) -> None:
    hand_off(twin_of(both(web)), bob, to="archive", reason="not for us")
    assert not Lesson.objects.exists()


# By hand


def test_a_person_can_share_an_item_with_the_other_team(web: Channel, bob: User) -> None:
    item = both(web, "question how do I pair it, I love it")
    second = share(item, bob, reason="worth a cheer")
    assert (second.queue, second.why, linked(item)) == ("promo", "Bob: worth a cheer", [second])
    assert item.moves.latest("id").why == f"with promo, as item {second.pk}"
    assert wrong(web, "1") == "nothing is wrong"
    with pytest.raises(ActRefused, match=f"It waits there already, as item {second.pk} in promo"):
        share(item, bob, reason="again")
    with pytest.raises(ActRefused, match="can be shared, and only once"):
        share(second, User.objects.create(username="o", teams=["ops"]), reason="back")


def test_a_share_needs_words_and_a_team(web: Channel, alice: User, bob: User) -> None:
    item = both(web, "question how do I pair it")
    with pytest.raises(ActRefused, match="Say briefly what the other team should do"):
        share(item, bob, reason="")
    with pytest.raises(ActRefused, match="Your team does not work the support queue"):
        share(item, alice, reason="x")
    unsure = bring(web, post("2", "question? what", author_id="b"))
    with pytest.raises(ActRefused, match="Only promo and support items"):
        share(unsure, bob, reason="x")
    assert Item.objects.count() == 2
