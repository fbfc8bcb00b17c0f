"""A process that dies between two steps, at every step: nothing is lost, doubled or skipped."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.checker import Findings
from tests.faults.feeds import Feed
from triage.tables import Channel, PostRow

POINTS = [
    # pulling: lease, fetch, one transaction a page, then the run's end
    ("before", "workers.pulling.open_source"),
    ("before", "workers.pulling._store_page"),
    ("after", "triage.walk.intake._move_cursor"),
    ("after", "triage.walk.intake.store_persons"),
    ("after", "triage.walk.intake._insert"),
    ("after", "triage.walk.intake._update_known"),
    ("after", "triage.walk.intake._keep_aside"),
    ("after", "workers.pulling._store_page"),
    ("after", "workers.pulling._keep_lease"),
    ("after", "workers.pulling._close_run"),
    ("before", "workers.pulling._reschedule"),
    ("before", "workers.tasks.ring"),
    # sorting: judge, then one transaction a batch
    ("before", "triage.walk.sorting.judge_rows"),
    ("after", "triage.walk.sorting.judge_rows"),
    ("after", "triage.walk.placing._write_verdicts"),
    ("after", "triage.walk.placing.insert_missing"),
    ("after", "triage.walk.placing.join"),
    ("after", "triage.walk.placing._write_moves"),
    ("after", "triage.walk.placing._mark_sorted"),
    ("after", "triage.walk.sorting.place"),
    ("after", "triage.walk.sorting._sort"),
    ("before", "workers.tasks.beat"),
]


class Killed(BaseException):
    """The process ends here. No `except Exception` of ours may see it."""


class Crash:
    """A function that dies before or after the `nth` call of another one."""

    def __init__(self, original: Callable[..., Any], when: str, nth: int) -> None:
        self.original, self.when, self.left = original, when, nth

    def __call__(self, *args: Any, **named: Any) -> Any:
        self.left -= 1
        if self.when == "before" and self.left == 0:
            raise Killed
        result = self.original(*args, **named)
        if self.when == "after" and self.left == 0:
            raise Killed
        return result


def crash(monkeypatch: pytest.MonkeyPatch, where: str, when: str, nth: int) -> Crash:
    module, _, name = where.rpartition(".")
    original = getattr(__import__(module, fromlist=[name]), name)
    planted = Crash(original, when, nth)
    monkeypatch.setattr(where, planted)
    return planted


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize(("when", "where"), POINTS)
def test_a_crash_between_two_steps_loses_and_doubles_nothing(
    feed: Feed, monkeypatch: pytest.MonkeyPatch, when: str, where: str, nth: int
) -> None:
    planted = crash(monkeypatch, where, when, nth)
    with pytest.raises(Killed):
        feed.recover()
    assert planted.left == 0
    assert feed.cursors_ahead() == []
    feed.recover()
    assert feed.findings() == Findings()


def test_the_same_walk_without_a_crash_leaves_nothing_to_find(feed: Feed) -> None:
    feed.recover()
    assert feed.findings() == Findings()


def test_the_checker_sees_what_is_lost_doubled_or_miscounted(feed: Feed) -> None:
    feed.recover()
    first, second, third = PostRow.objects.order_by("id")[:3]
    PostRow.objects.filter(pk=first.pk).update(external_id="never-served")
    PostRow.objects.filter(pk=second.pk).update(state="new")
    PostRow.objects.filter(pk=third.pk).update(item=None)
    found = feed.findings()
    assert found.lost == [("c0", "c0-0")]
    assert found.unexpected == [("c0", "never-served")]
    assert found.unsorted == sorted([("c0", second.external_id), ("c0", third.external_id)])
    assert len(found.miscounted) == 1
    assert "1 lost" in str(found)


def test_a_page_is_stored_with_its_cursor_or_not_at_all(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash(monkeypatch, "triage.walk.intake._insert", "after", nth=3)
    with pytest.raises(Killed):
        feed.deliver()
    assert Channel.objects.get(name="c0").cursor == {"at": 2 * feed.page}
    assert PostRow.objects.count() == 2 * feed.page
