"""Where a round through a listing stands that comes newest first."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from workers.channels.newest import Listing, Sign

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def sign(record: Any) -> Sign:
    number, *version = record
    return str(number), str(version), NOW - timedelta(minutes=1000 - number)


def listing(state: Any = None, *, at: datetime = NOW, hours: int = 24, known: int = 4) -> Listing:
    kept = json.loads(json.dumps(state or {}))
    return Listing(kept, at=at, lookback=timedelta(hours=hours), known=known)


def after(*pages: tuple[list[Any], str | None], state: Any = None) -> Listing:
    for records, following in pages:
        at = listing(state)
        at.read(records, following, sign)
        state = at.state()
    return listing(state)


def test_what_is_known_counts_only_from_the_last_page_of_a_round_on() -> None:
    state = after(([[1]], None)).state()
    middle = after(([[9], [8]], "p2"), state=state)
    assert (middle.more, middle.next, list(middle.known)) == (True, "p2", ["1"])
    end = after(([[7], [1]], "p3"), state=middle.state())
    assert (end.more, list(end.known)) == (False, ["9", "8", "7", "1"])


def test_only_what_is_new_or_changed_comes_out() -> None:
    state = after(([[2], [1]], None)).state()
    assert listing(state).read([[3], [2, "edited"], [1]], None, sign) == [[3], [2, "edited"]]


def test_the_first_round_goes_back_as_far_as_it_may() -> None:
    assert after(([[900]], "p2")).more
    far = listing(hours=1)
    far.read([[990], [900]], "p2", sign)
    assert not far.more


def test_a_round_ends_behind_the_newest_where_all_that_was_known_is_gone() -> None:
    state = after(([[900]], None)).state()
    assert after(([[950]], "p2"), state=state).more
    assert not after(([[950], [500]], "p2"), state=state).more


def test_a_token_that_comes_twice_ends_the_round() -> None:
    assert not after(([[999]], "p2"), ([[998]], "p2")).more


def test_tokens_that_cannot_be_sent_end_the_round() -> None:
    for token in ("", " ", 5, None, "\ud800", ["x"]):
        at = listing()
        at.read([[999]], token, sign)
        assert not at.more


def test_a_record_from_the_future_does_not_hide_later_ones() -> None:
    at = listing()
    at.read([[10**6]], None, sign)
    assert at.done == NOW


def test_a_deep_round_reads_behind_what_is_known_up_to_as_many_as_are_kept() -> None:
    state = after(([[999], [998]], None)).state()
    shallow, deep = listing(state), listing(state)
    shallow.read([[999], [998]], "p2", sign)
    deep.read([[999], [998]], "p2", sign, deep=True)
    assert (shallow.more, deep.more) == (False, True)
    deep = listing(deep.state())
    deep.read([[997], [996]], "p3", sign, deep=True)
    assert not deep.more


def test_a_record_that_cannot_be_read_is_known_as_it_is() -> None:
    at = listing()
    assert at.read([{"no": "list"}, [3]], None, sign) == [{"no": "list"}, [3]]
    assert listing(at.state()).read([{"no": "list"}, [3]], None, sign) == []
