"""The review lane: what comes to be read, what a reading does, and how it is taken back."""

import threading
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.domain.making import bring, item_of, post, row_of
from triage.desk import items
from triage.desk.acting import ActRefused
from triage.tables import Channel, Item, Lesson, Policy, PostRow, Reading, User, Verdict
from triage.tuning.readings import FRESH, Card, Lane, next_card, read, take_back, waiting

SHARES = "[review]\nsure = {sure}\nunsure = {unsure}\nsecond = {second}\n"

pytestmark = pytest.mark.usefixtures("judge")


@pytest.fixture(autouse=True)
def nothing_is_drawn(db: None) -> None:
    share()


def share(*, sure: float = 0, unsure: float = 0, second: float = 0) -> None:
    """Put a policy in force that draws these shares."""
    Policy.objects.update(in_force=False)
    number = Policy.objects.count() + 1
    text = SHARES.format(sure=sure, unsure=unsure, second=second)
    Policy.objects.create(version=number, text=text, digest=str(number), in_force=True)


def come(channel: Channel, text: str = "question where is it", **more: Any) -> PostRow:
    """A post of somebody's own, sorted."""
    one = post(text=text, **more)
    bring(channel, one)
    return row_of(channel, one.id)


def ask(user: User, lane: Lane, *, passed: tuple[int, ...] = ()) -> Card | None:
    return next_card(user, lane, passed=passed, chance=Random(0), now=timezone.now())


def say(row: PostRow, user: User, intent: str, lane: Lane = Lane.SAMPLE) -> Reading:
    row.refresh_from_db()
    return read(row, user, lane=lane, version=row.version, intent=intent)


def left(user: User, lane: Lane) -> int:
    return waiting(user, lane, now=timezone.now(), up_to=100)


def test_an_unsure_post_comes_to_be_read_and_goes_where_the_reader_says(
    web: Channel, olga: User
) -> None:
    row = come(web, "lead? maybe")
    card = ask(olga, Lane.UNSURE)
    assert card is not None
    assert card.post == row
    assert left(olga, Lane.UNSURE) == 1
    reading = say(row, olga, "question", Lane.UNSURE)
    item = item_of(web, row.external_id)
    assert (item.queue, item.intent, item.decided_by_person) == ("support", "question", True)
    assert Lesson.objects.get() == reading.lesson
    assert ask(olga, Lane.UNSURE) is None
    assert left(olga, Lane.UNSURE) == 0


def test_what_the_model_is_sure_of_is_drawn_by_its_share_and_stays_where_it_is(
    web: Channel, bob: User
) -> None:
    share(sure=1)
    row = come(web, "lead how much is it")
    assert Verdict.objects.get().drawn == 1
    assert ask(bob, Lane.SAMPLE) is not None
    reading = say(row, bob, "question")
    assert item_of(web, row.external_id).queue == "promo"
    lesson = Lesson.objects.get()
    assert (lesson.queue, lesson.intent, lesson.origin) == ("support", "question", "review")
    assert reading.verdict == Verdict.objects.get()
    assert ask(bob, Lane.SAMPLE) is None


def test_nothing_that_was_not_drawn_comes_into_the_sample(web: Channel, bob: User) -> None:
    come(web, "lead how much is it")
    assert Verdict.objects.get().drawn is None
    assert ask(bob, Lane.SAMPLE) is None


def test_an_unsure_post_that_was_drawn_is_read_in_the_sample_only_and_leaves_review(
    web: Channel, bob: User
) -> None:
    share(unsure=1)
    row = come(web, "lead? maybe")
    assert ask(bob, Lane.UNSURE) is None
    assert ask(bob, Lane.SAMPLE) is not None
    say(row, bob, "lead")
    assert item_of(web, row.external_id).queue == "promo"


def test_what_was_drawn_long_ago_is_measured_no_more_but_never_forgotten(
    web: Channel, bob: User
) -> None:
    share(unsure=1)
    row = come(web, "lead? maybe")
    Verdict.objects.update(at=timezone.now() - FRESH)
    assert ask(bob, Lane.SAMPLE) is None
    card = ask(bob, Lane.UNSURE)
    assert card is not None
    assert card.post == row


def test_what_a_rule_decides_is_not_drawn_since_it_says_nothing_of_the_model(
    web: Channel, bob: User
) -> None:
    share(sure=1, unsure=1)
    come(web, "lead passed on", repost=True)
    assert [verdict.drawn for verdict in Verdict.objects.all()] == [None]


def test_a_second_reader_reads_blind_and_leaves_no_lesson(
    web: Channel, alice: User, bob: User
) -> None:
    share(sure=1, second=1)
    row = come(web, "lead how much is it")
    say(row, alice, "lead")
    assert ask(alice, Lane.SAMPLE) is None  # she has read it
    assert left(bob, Lane.SAMPLE) == 1
    second = say(row, bob, "sales")
    assert second.second
    assert Lesson.objects.get().intent == "lead"
    assert left(bob, Lane.SAMPLE) == 0


@pytest.mark.parametrize("second", [0, 1])
def test_a_post_is_read_once_and_only_where_it_is_to_be_twice_by_another(
    web: Channel, alice: User, bob: User, second: int
) -> None:
    share(sure=1, second=second)
    row = come(web, "lead how much is it")
    say(row, alice, "lead")
    with pytest.raises(ActRefused, match="already labelled this post"):
        say(row, alice, "sales")
    if second:
        say(row, bob, "sales")
        return
    with pytest.raises(ActRefused, match="Someone else just labelled it"):
        say(row, bob, "sales")


def test_a_skipped_post_is_left_out(web: Channel, olga: User) -> None:
    row = come(web, "lead? maybe")
    other = come(web, "question? maybe", author="ben", author_id="u-ben")
    card = ask(olga, Lane.UNSURE, passed=(row.pk,))
    assert card is not None
    assert card.post == other


def test_an_item_that_somebody_has_is_refused_and_nothing_is_kept(
    web: Channel, alice: User, bob: User
) -> None:
    row = come(web, "lead? maybe")
    items.claim(item_of(web, row.external_id), alice)
    assert ask(bob, Lane.UNSURE) is None
    with pytest.raises(ActRefused, match="Alice has claimed it"):
        say(row, bob, "question", Lane.UNSURE)
    assert not Reading.objects.exists()
    assert not Lesson.objects.exists()


def test_a_post_that_was_edited_meanwhile_is_refused(web: Channel, bob: User) -> None:
    share(sure=1)
    row = come(web, "lead how much is it")
    with pytest.raises(ActRefused, match="edited it in the meantime"):
        read(row, bob, lane=Lane.SAMPLE, version=row.version - 1, intent="lead")
    assert not Reading.objects.exists()


def test_who_is_in_no_team_reads_nothing(web: Channel, charlie: User) -> None:
    row = come(web, "lead? maybe")
    assert ask(charlie, Lane.UNSURE) is None
    with pytest.raises(ActRefused, match="people of a team"):
        say(row, charlie, "lead", Lane.UNSURE)


def test_undoing_brings_back_the_item_and_forgets_the_lesson(web: Channel, olga: User) -> None:
    row = come(web, "lead? maybe")
    reading = say(row, olga, "question", Lane.UNSURE)
    assert take_back(reading.pk, olga) == row
    item = item_of(web, row.external_id)
    assert (item.queue, item.intent, item.decided_by_person) == ("review", "lead", False)
    assert not Lesson.objects.exists()
    assert not Reading.objects.exists()
    assert ask(olga, Lane.UNSURE) is not None
    with pytest.raises(ActRefused, match="already undone"):
        take_back(reading.pk, olga)


def test_undoing_in_the_sample_forgets_the_lesson_and_asks_again(web: Channel, bob: User) -> None:
    share(sure=1)
    row = come(web, "lead how much is it")
    take_back(say(row, bob, "question").pk, bob)
    assert not Lesson.objects.exists()
    assert ask(bob, Lane.SAMPLE) is not None


def test_nobody_undoes_what_another_has_gone_on_from(web: Channel, alice: User, bob: User) -> None:
    share(sure=1, second=1)
    row = come(web, "lead how much is it")
    first = say(row, alice, "lead")
    with pytest.raises(ActRefused, match="already undone"):
        take_back(first.pk, bob)
    say(row, bob, "sales")
    with pytest.raises(ActRefused, match="labelled it after you"):
        take_back(first.pk, alice)
    assert Reading.objects.count() == 2


def test_an_undo_leaves_an_item_that_has_changed_since(web: Channel, olga: User, bob: User) -> None:
    row = come(web, "lead? maybe")
    reading = say(row, olga, "question", Lane.UNSURE)
    items.claim(Item.objects.get(), bob)
    with pytest.raises(ActRefused, match="has changed since"):
        take_back(reading.pk, olga)
    assert Reading.objects.filter(pk=reading.pk).exists()
    assert Lesson.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor == "sqlite",
    reason="threads share SQLite's in-memory database; runs on PostgreSQL",
)
def test_of_many_who_read_a_post_at_once_two_are_kept_and_the_others_told(web: Channel) -> None:
    share(sure=1, second=1)
    row = come(web, "lead how much is it")
    people = [User.objects.create(username=f"r{n}", teams=["social"]) for n in range(6)]
    refused: list[str] = []
    start = threading.Barrier(len(people))

    def answer(user: User) -> None:
        try:
            start.wait()
            read(row, user, lane=Lane.SAMPLE, version=1, intent="lead")
        except ActRefused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=(user,)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = Reading.objects.count()
    assert sorted(Reading.objects.values_list("second", flat=True)) == [False, True][:kept]
    assert set(refused) == {"Someone else just labelled it."}
    assert kept + len(refused) == len(people)
    assert Lesson.objects.count() == 1
