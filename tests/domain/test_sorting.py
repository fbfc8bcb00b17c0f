"""Sorting: what waits is judged and placed, once, whatever happens to one post of it."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from pytest_django import Settings

from models import Judgement
from tests.domain.making import bring, item_of, judged, later, post, row_of
from triage.tables import Channel, DeadLetter, Item, Move, PostRow, Verdict
from triage.tuning.policies import policy_in_force
from triage.tuning.policy import PolicyError
from triage.walk.intake import store
from triage.walk.placing import place
from triage.walk.sorting import MAX_ATTEMPTS, Sorted, sort_all, sort_waiting, waiting_count

State = PostRow.State
pytestmark = pytest.mark.usefixtures("judge")
Judge = Callable[[Sequence[PostRow], dict[int, str]], list[Judgement | None]]


def judge_with(monkeypatch: pytest.MonkeyPatch, judge: Judge) -> None:
    monkeypatch.setattr("triage.walk.sorting.judge_rows", judge)


def retry_now() -> None:
    PostRow.objects.exclude(retry_at=None).update(retry_at=timezone.now())


def test_each_post_gets_a_verdict_an_item_and_a_move(web: Channel) -> None:
    item = bring(web, post("1", "lead what does it cost", url="https://x.test/1"))
    row, verdict, move = row_of(web, "1"), Verdict.objects.get(), Move.objects.get()
    assert (row.state, row.retry_at, row.error) == (State.SORTED, None, "")
    assert (verdict.post, verdict.post_version, verdict.model) == (row, 1, "first-word")
    assert (verdict.queue, verdict.intent, verdict.confidence) == ("promo", "lead", 0.95)
    assert (item.queue, item.status, item.intent, item.unsure) == ("promo", "open", "lead", False)
    assert (item.confidence, item.priority, item.posts_count) == (0.95, 1, 1)
    assert (item.author, item.text, item.url) == ("ann", row.text, row.url)
    assert (item.latest_post, item.person, item.posted_at) == (row, row.person, row.posted_at)
    assert (move.item, move.post, move.verdict) == (item, row, verdict)
    assert (move.source, move.target, move.event, move.by) == ("", "promo", "placed", "model")
    assert (move.policy_version, move.why) == (1, item.why)
    assert item.why == "Not a customer yet, weighing it: lead, 95% sure, because of: first, word."


@pytest.mark.parametrize(
    ("text", "queue"),
    [
        ("lead", "promo"),
        ("question", "support"),
        ("noise", "archive"),
        ("lead?", "review"),
        ("noise?", "review"),
    ],
)
def test_a_post_goes_where_its_judgement_says_or_to_review(
    web: Channel, text: str, queue: str
) -> None:
    item = bring(web, post("1", text))
    assert (item.queue, item.unsure) == (queue, queue == "review")


def test_an_event_goes_by_the_kind_of_its_channel(web: Channel, forum: Channel) -> None:
    assert bring(web, post("1", "event")).queue == "promo"
    assert bring(forum, post("1", "event")).queue == "support"
    assert bring(forum, post("2", "event", kind="public", author_id="u")).queue == "promo"


def test_putting_away_needs_to_be_surer_than_keeping(
    web: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def eight_and_a_half_in_ten(rows: Sequence[PostRow], parents: Any) -> list[Judgement | None]:
        return [replace(each, confidence=0.85) for each in judged(rows, parents) if each]

    judge_with(monkeypatch, eight_and_a_half_in_ten)
    assert bring(web, post("1", "lead", author_id="a")).queue == "promo"
    assert bring(web, post("2", "noise", author_id="b")).queue == "review"


def test_without_a_model_everything_goes_to_review_and_says_why(
    web: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge_with(monkeypatch, lambda rows, parents: [None] * len(rows))
    item = bring(web, post("1", "lead"))
    assert (item.queue, item.intent, item.confidence, item.unsure) == ("review", "", None, True)
    assert item.why == "No model is in use, so a person decides. Train one with `triage train`."
    assert not Verdict.objects.exists()
    assert Move.objects.get().verdict is None


def test_a_judge_is_told_the_text_that_a_post_answers(
    web: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, str] = {}

    def listen(rows: Sequence[PostRow], parents: dict[int, str]) -> list[Judgement | None]:
        told.update({row.external_id: parents.get(row.pk, "-") for row in rows})
        return judged(rows, parents)

    judge_with(monkeypatch, listen)
    store(web, [
        post("1", "feedback nice", own=True),
        post("2", in_reply_to="1"),
        post("3", in_reply_to="nobody has it"),
        post("4", in_reply_to="1", parent_text="as the platform sent it"),
        post("5"),
    ])  # fmt: skip
    sort_all()
    assert told == {"2": "feedback nice", "3": "", "4": "-", "5": "-"}


def test_a_repost_is_put_away_by_rule(web: Channel) -> None:
    item = bring(web, post("1", "question passed on", repost=True))
    assert (item.queue, item.unsure) == ("archive", False)
    assert Move.objects.get().by == Move.By.RULE


def test_own_posts_are_never_sorted(web: Channel) -> None:
    store(web, [post("1", own=True)])
    assert sort_waiting() == Sorted()
    assert not Item.objects.exists()


# Batches


def test_a_batch_takes_no_more_than_its_limit(web: Channel, settings: Settings) -> None:
    store(web, [post() for _ in range(7)])
    assert sort_waiting(limit=3) == Sorted(taken=3, placed=3)
    assert waiting_count() == 4
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, sort_batch=2)
    assert sort_waiting() == Sorted(taken=2, placed=2)
    assert sort_all() == 2
    assert (sort_all(), waiting_count()) == (0, 0)


def test_the_longest_waiting_go_first(web: Channel) -> None:
    store(web, [post(id) for id in "123"])
    sort_waiting(limit=2)
    assert [row_of(web, id).state for id in "123"] == [State.SORTED, State.SORTED, State.NEW]


def test_the_same_rows_sorted_twice_are_placed_once(web: Channel) -> None:
    store(web, [post("1"), post("2", author_id="bea")])
    rows = list(PostRow.objects.order_by("id"))
    judgements, policy = judged(rows, {}), policy_in_force()
    assert place(rows, judgements, policy) == 2
    before = list(Item.objects.order_by("id").values())
    assert place(rows, judgements, policy) == 0
    assert list(Item.objects.order_by("id").values()) == before
    assert (Move.objects.count(), Verdict.objects.count()) == (2, 2)


def test_a_post_edited_while_it_was_judged_waits_for_its_new_text(web: Channel) -> None:
    store(web, [post("1", "lead"), post("2", "lead", author_id="bea")])
    rows = list(PostRow.objects.order_by("id"))
    store(web, [post("1", "question", edited_at=later(1))])
    assert place(rows, judged(rows, {}), policy_in_force()) == 1
    assert row_of(web, "1").state == State.NEW
    sort_all()
    assert (item_of(web, "1").queue, item_of(web, "2").queue) == ("support", "promo")


# Posts that fail


def test_one_bad_post_does_not_hold_up_the_others(web: Channel) -> None:
    store(web, [post("1"), post("2", "poison", author_id="b"), post("3", author_id="c")])
    assert sort_waiting() == Sorted(taken=3, placed=2, failed=1)
    row = row_of(web, "2")
    assert (row.state, row.attempts) == (State.NEW, 1)
    assert row.error == "ValueError: this text cannot be read \ufffd"
    assert [row_of(web, id).state for id in "13"] == [State.SORTED, State.SORTED]


def test_a_post_waits_longer_after_each_failure(web: Channel) -> None:
    store(web, [post("1", "poison")])
    waits = []
    for _ in range(MAX_ATTEMPTS - 1):
        before = timezone.now()
        assert sort_waiting().failed == 1
        waits.append(round((row_of(web, "1").retry_at - before).total_seconds()))
        assert sort_waiting() == Sorted(), "it is left alone until its time has come"
        retry_now()
    assert waits == [10, 20, 40, 80]


def test_a_post_that_fails_five_times_becomes_a_dead_letter(web: Channel) -> None:
    store(web, [post("1", "poison", raw={"a": 1})])
    for _ in range(MAX_ATTEMPTS):
        assert waiting_count() == 1
        sort_waiting()
        retry_now()
    row, letter = row_of(web, "1"), DeadLetter.objects.get()
    assert (row.state, row.attempts, row.item) == (State.DEAD, 5, None)
    assert (letter.channel, letter.post, letter.raw) == (web, row, {"a": 1})
    assert letter.reason.startswith("ValueError: this text cannot be read")
    assert (sort_waiting(), waiting_count()) == (Sorted(), 0)


def test_a_dead_post_that_is_edited_gets_all_its_attempts_again(web: Channel) -> None:
    store(web, [post("1", "poison")])
    PostRow.objects.update(attempts=MAX_ATTEMPTS - 1)
    sort_waiting()
    assert row_of(web, "1").state == State.DEAD
    assert bring(web, post("1", "question", edited_at=later(1))).queue == "support"


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_not_the_fault_of_a_post(
    web: Channel, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def away(rows: Sequence[PostRow], parents: Any) -> list[Judgement | None]:
        raise error("server closed the connection")

    store(web, [post("1"), post("2")])
    judge_with(monkeypatch, away)
    with pytest.raises(error):
        sort_waiting()
    assert set(PostRow.objects.values_list("state", "attempts")) == {(State.NEW, 0)}

    def away_after_the_first(rows: Sequence[PostRow], parents: Any) -> list[Judgement | None]:
        if len(rows) > 1:
            raise ValueError
        return away(rows, parents) if rows[0].external_id == "2" else judged(rows, parents)

    judge_with(monkeypatch, away_after_the_first)
    with pytest.raises(error):
        sort_waiting()
    assert (row_of(web, "1").state, row_of(web, "2").attempts) == (State.SORTED, 0)


def test_a_policy_that_cannot_be_read_is_not_the_fault_of_a_post(
    web: Channel, settings: Settings, tmp_path: Any
) -> None:
    store(web, [post("1")])
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, policy_file=tmp_path / "none.toml")
    with pytest.raises(PolicyError):
        sort_waiting()
    assert row_of(web, "1").attempts == 0


def test_a_judge_that_loses_count_places_nothing_wrongly(
    web: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(web, [post("1", "lead"), post("2", "question", author_id="b")])
    judge_with(
        monkeypatch, lambda rows, parents: judged(rows, parents)[: 1 if len(rows) == 1 else -1]
    )
    sort_all()
    assert (item_of(web, "1").queue, item_of(web, "2").queue) == ("promo", "support")


# Two workers at once


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_place_every_post_once(web: Channel) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("threads share SQLite's in-memory database; runs on PostgreSQL")
    policy_in_force()
    authors = [f"a{n % 7}" for n in range(60)]
    store(web, [post(str(n), author_id=a, conversation="c") for n, a in enumerate(authors)])
    errors: list[BaseException] = []

    def work() -> None:
        try:
            barrier.wait()
            while sort_waiting(limit=5).taken:
                pass
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    barrier = threading.Barrier(4)
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    sort_all()
    assert Move.objects.count() == Verdict.objects.count() == 60
    assert Item.objects.count() == 7
    assert sorted(Item.objects.values_list("posts_count", flat=True)) == [8, 8, 8, 9, 9, 9, 9]


def test_a_post_that_waits_for_another_try_is_not_due(web: Channel) -> None:
    store(web, [post("1")])
    PostRow.objects.update(retry_at=timezone.now() + timedelta(hours=1))
    assert (sort_waiting(), waiting_count()) == (Sorted(), 1)
    PostRow.objects.update(retry_at=timezone.now())
    assert sort_waiting() == Sorted(taken=1, placed=1)
