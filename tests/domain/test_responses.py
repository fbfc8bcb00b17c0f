"""Response times: what an item's history comes to, through replies, snoozes and reopenings."""

from datetime import UTC, date, datetime, timedelta

from triage.times.clock import ALWAYS, Hours
from triage.times.responses import Event, Times, times
from triage.tuning.targets import NOTHING, Target

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
OFFICE = Hours(ALWAYS.zone, (((540, 1020),),) * 5 + ((), ()), frozenset({date(2026, 11, 26)}))
PROMISE = Target(first_reply=timedelta(hours=2), resolution=timedelta(hours=8))


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def told(*events: tuple[str, float], hours: Hours = ALWAYS, target: Target = PROMISE) -> Times:
    return times([Event(name, at(when)) for name, when in events], hours=hours, target=target)


def test_a_new_item_is_due_by_its_promises() -> None:
    item = told(("placed", 0))
    assert (item.reply_due_at, item.resolve_due_at) == (at(2), at(8))
    assert (item.due_at, item.warn_at) == (at(2), at(1.5))
    assert (item.replied_in, item.resolved_in) == (None, None)


def test_after_a_reply_only_the_end_is_due() -> None:
    item = told(("placed", 0), ("claimed", 0.5), ("sent", 1))
    assert item.replied_in == timedelta(hours=1)
    assert (item.reply_due_at, item.due_at, item.warn_at) == (None, at(8), at(6))


def test_an_answer_written_at_the_platform_counts_as_one() -> None:
    assert told(("placed", 0), ("answered", 1)).replied_in == timedelta(hours=1)


def test_asking_again_before_an_answer_does_not_restart_the_wait() -> None:
    assert told(("placed", 0), ("joined", 1)).reply_due_at == at(2)


def test_asking_again_after_an_answer_begins_a_new_wait_and_keeps_the_first_figure() -> None:
    item = told(("placed", 0), ("sent", 1), ("joined", 3))
    assert item.reply_due_at == at(5)
    assert item.resolve_due_at == at(8)
    assert item.replied_in == timedelta(hours=1)
    assert told(("placed", 0), ("sent", 1), ("joined", 3), ("sent", 3.5)).replied_in == timedelta(
        hours=1
    )


def test_a_resolved_item_is_due_no_more_and_says_how_long_it_took() -> None:
    item = told(("placed", 0), ("sent", 1), ("resolved", 3))
    assert (item.due_at, item.reply_due_at, item.resolve_due_at) == (None, None, None)
    assert item.resolved_in == timedelta(hours=3)


def test_a_reopened_item_begins_anew() -> None:
    item = told(("placed", 0), ("sent", 1), ("resolved", 3), ("reopened", 100))
    assert item.since == at(100)
    assert (item.reply_due_at, item.resolve_due_at) == (at(102), at(108))
    assert (item.replied_in, item.resolved_in) == (None, None)
    again = told(("placed", 0), ("resolved", 3), ("reopened", 100), ("sent", 100.5))
    assert again.replied_in == timedelta(minutes=30)


def test_undoing_the_end_goes_on_where_it_stood() -> None:
    item = told(("placed", 0), ("sent", 1), ("resolved", 3), ("undone", 3.1))
    assert (item.since, item.resolve_due_at, item.resolved_in) == (at(0), at(8), None)


def test_a_snooze_moves_the_end_and_not_the_first_answer() -> None:
    resting = told(("placed", 0), ("snoozed", 1))
    assert (resting.reply_due_at, resting.resolve_due_at) == (at(2), None)
    woken = told(("placed", 0), ("snoozed", 1), ("woken", 5))
    assert (woken.reply_due_at, woken.resolve_due_at) == (at(2), at(12))
    assert told(("placed", 0), ("snoozed", 1), ("woken", 5), ("resolved", 6)).resolved_in == (
        timedelta(hours=2)
    )


def test_a_follow_up_ends_a_snooze() -> None:
    item = told(("placed", 0), ("sent", 1), ("snoozed", 1), ("joined", 5))
    assert (item.reply_due_at, item.resolve_due_at) == (at(7), at(12))


def test_nights_weekends_and_holidays_do_not_count() -> None:
    wednesday = 2 * 24 + 7  # 16:00, an hour before the end; Thursday is a holiday
    item = told(("placed", wednesday), hours=OFFICE)
    assert item.reply_due_at == at(4 * 24 + 1)
    friday = told(("placed", 4 * 24 + 7), ("sent", 7 * 24 + 1), hours=OFFICE)
    assert friday.replied_in == timedelta(hours=2)


def test_events_are_told_in_the_order_of_their_times() -> None:
    assert told(("sent", 1), ("placed", 0)) == told(("placed", 0), ("sent", 1))


def test_without_a_promise_nothing_is_due_and_times_are_counted_all_the_same() -> None:
    item = told(("placed", 0), ("sent", 1), target=NOTHING)
    assert (item.due_at, item.replied_in) == (None, timedelta(hours=1))


def test_an_item_without_history_has_no_times() -> None:
    assert told() == Times()


def test_an_answer_that_resolved_its_item_is_its_first_reply_when_it_has_left() -> None:
    item = told(("placed", 0), ("resolved", 1), ("sent", 1.5))
    assert (item.replied_in, item.resolved_in) == (timedelta(hours=1.5), timedelta(hours=1))
    back = told(("placed", 0), ("resolved", 1), ("undone", 1.2), ("sent", 2))
    assert (back.replied_in, back.resolved_in) == (timedelta(hours=2), None)
    late = told(("placed", 0), ("sent", 1), ("resolved", 2), ("sent", 3))
    assert late.replied_in == timedelta(hours=1)


def test_a_rest_goes_on_when_an_answer_is_approved() -> None:
    item = told(("placed", 0), ("snoozed", 1), ("approved", 2), ("woken", 4))
    assert item.resolve_due_at == at(11)
