"""Posts: what a record becomes, what is refused, and how foreign text is made safe."""

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest

from triage.posts import (
    ID_LIMIT,
    RAW_LIMIT,
    TEXT_LIMIT,
    Post,
    PostRejected,
    clean,
    clean_raw,
    from_json,
    read_time,
    safe_post,
)

GOOD = {"id": "1", "text": "where is my parcel"}
FAMILY = "👨‍👩‍👧"
RTL = "\u202eevil\u202c"


def test_only_id_and_text_are_needed() -> None:
    post = from_json(GOOD)
    assert (post.id, post.text, post.author, post.created_at) == ("1", GOOD["text"], None, None)
    assert (post.kind, post.own, post.deleted, post.reach) == (None, False, False, None)


def test_every_field_of_the_contract_is_read() -> None:
    given = GOOD | {
        "author": "ann", "created_at": "2026-03-01T12:00:00+01:00", "url": "https://x.test/1",
        "lang": "en", "conversation": "c", "in_reply_to": "0", "parent_text": "hi",
        "platform": "x", "brand": "Acme", "kind": "community",
    }  # fmt: skip
    post = from_json(given)
    assert post.created_at == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert (post.author, post.author_id, post.url, post.lang) == ("ann", "ann", given["url"], "en")
    assert (post.conversation, post.in_reply_to, post.parent_text) == ("c", "0", "hi")
    assert (post.platform, post.brand, post.kind) == ("x", "Acme", "community")


def test_fields_that_are_not_known_stay_in_the_raw_record() -> None:
    post = from_json(GOOD | {"mood": {"a": [1]}, "queue": "promo"})
    assert post.raw["mood"] == {"a": [1]}
    assert post.raw["queue"] == "promo"


@pytest.mark.parametrize("value", ["", None])
def test_an_empty_field_counts_as_missing(value: str | None) -> None:
    assert from_json(GOOD | {"author": value, "created_at": value, "kind": value}).author is None


@pytest.mark.parametrize("text", ["", "   ", "\n", FAMILY, RTL, "e\u0301\u0301\u0301"])
def test_any_text_is_a_text(text: str) -> None:
    post = safe_post(from_json(GOOD | {"text": text}))
    assert (post.text, post.truncated, post.cleaned) == (text, False, False)


@pytest.mark.parametrize(("id", "read"), [(7, "7"), (-1, "-1"), (" a ", "a"), (2**70, str(2**70))])
def test_a_number_is_an_id_too(id: object, read: str) -> None:
    assert from_json(GOOD | {"id": id}).id == read


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": None}, "the post has no id"),
        ({"id": ""}, "the post has no id"),
        ({"id": "  "}, "the post has no id"),
        ({"id": True}, "the post has no id"),
        ({"id": 1.5}, "the post has no id"),
        ({"id": math.nan}, "the post has no id"),
        ({"id": ["1"]}, "the post has no id"),
        ({"id": "x" * 501}, "the id has 501 characters; 500 is the limit"),
        ({"text": None}, "the post has no text"),
        ({"text": 5}, "text must be a text, this is a number"),
        ({"text": ["a"]}, "text must be a text, this is a list"),
        ({"text": {"a": 1}}, "text must be a text, this is an object"),
        ({"text": True}, "text must be a text, this is true or false"),
        ({"author": {"name": "ann"}}, "author must be a text or null, this is an object"),
        ({"author": True}, "author must be a text or null, this is true or false"),
        ({"author": math.nan}, "author must be a text or null, this is nan"),
        ({"url": math.inf}, "url must be a text or null, this is inf"),
        ({"kind": "private"}, "kind is 'private'; it must be public or community"),
        ({"kind": 1}, "kind is '1'; it must be public or community"),
        ({"created_at": "yesterday"}, "created_at is 'yesterday'; it must be an ISO 8601 time"),
        ({"created_at": 1_700_000_000}, "created_at is '1700000000'; it must be an ISO 8601 time"),
        ({"created_at": "2026-13-01"}, "created_at is '2026-13-01'; it must be an ISO 8601 time"),
        ({"created_at": "2" * 9999}, "it must be an ISO 8601 time"),
    ],
)
def test_what_is_no_post_is_refused_in_one_sentence(changes: dict[str, Any], reason: str) -> None:
    assert from_json(GOOD)  # without the change it is a post
    with pytest.raises(PostRejected) as refused:
        from_json(GOOD | changes)
    assert reason in str(refused.value)
    assert len(str(refused.value)) < 200
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("record", "named"),
    [([GOOD], "a list"), ("text", "a text"), (None, "null"), (3, "a number"), (True, "true or f")],
)
def test_a_post_is_an_object(record: object, named: str) -> None:
    with pytest.raises(PostRejected, match=f"a post is a JSON object, this is {named}"):
        from_json(record)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
        ("2100-12-31T23:59:59Z", datetime(2100, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2026-03-01T12:00:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-29T02:30:00+01:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2016-12-31 23:59:60.5+00:00", datetime(2016, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)),
        (" 2026-03-01T12:00:00Z\n", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T12:00:60Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("20:15", None),
        ("", None),
        ("\ud800", None),
    ],
)
def test_times_are_read_as_utc(written: str, moment: datetime | None) -> None:
    assert read_time(written) == moment


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a\0b", "a\ufffdb"),
        ("a\ud83d", "a\ufffd"),
        ("\ud83db", "\ufffdb"),
        ("\udc00x", "\ufffdx"),
        ("\udc00\ud83dx", "\ufffd\ufffdx"),
        ("\ud83d\ude00", "😀"),
        ("\ufeffx", "\ufeffx"),
        ("\0\0", "\ufffd\ufffd"),
    ],
)
def test_what_a_database_refuses_is_replaced_and_said_so(text: str, safe: str) -> None:
    assert clean(text) == (safe, False, text != safe)
    safe.encode()  # nothing is left that has no UTF-8


def test_a_long_text_is_cut_and_said_so() -> None:
    post = safe_post(Post(id="1", text="x" * 10_000_000))
    assert (len(post.text), post.truncated) == (TEXT_LIMIT, True)
    assert not safe_post(Post(id="1", text="x" * TEXT_LIMIT)).truncated


def test_every_field_is_made_safe() -> None:
    bad = "\0 \ud800 " + "y" * 5_000
    fields = ("author", "author_id", "url", "lang", "conversation", "in_reply_to", "platform")
    post = safe_post(
        Post(id=bad, text=bad, parent_text=bad, brand=bad, **dict.fromkeys(fields, bad))
    )
    for name in (*fields, "id", "text", "parent_text", "brand"):
        value = getattr(post, name)
        assert "\0" not in value
        value.encode()
    assert len(post.id) == ID_LIMIT
    assert post.cleaned


def test_a_post_that_says_it_was_cut_or_cleaned_keeps_saying_so() -> None:
    post = safe_post(Post(id="1", text="x", truncated=True, cleaned=True))
    assert (post.truncated, post.cleaned) == (True, True)


def test_a_raw_record_is_made_fit_for_both_databases() -> None:
    raw = {"a\0": "b\ud800", "n": math.nan, "i": -math.inf, "l": ({"x": 1},), "big": 10**300}
    assert clean_raw(raw) == {
        "a\ufffd": "b\ufffd",
        "n": None,
        "i": None,
        "l": [{"x": 1}],
        "big": 10**300,
    }


def test_a_huge_raw_record_keeps_only_its_beginning() -> None:
    kept = clean_raw({"list": ["x"] * RAW_LIMIT})
    assert set(kept) == {"_cut", "_characters", "_head"}
    assert kept["_characters"] > RAW_LIMIT
    assert len(json.dumps(kept)) < 2_000


@pytest.mark.parametrize("depth", [10, 300, 480, 700, 900, 960, 10_000])
def test_a_raw_record_may_be_nested_as_deep_as_it_likes(depth: int) -> None:
    value: Any = "x"
    for _ in range(depth):
        value = {"a": value}
    kept = clean_raw(value)
    assert kept == ({"_unstorable": "nested too deep"} if "_unstorable" in kept else value)
    assert len(json.dumps(kept)) < RAW_LIMIT


def test_a_raw_record_of_unknown_objects_is_kept_as_words() -> None:
    assert "object object" in clean_raw({"a": object()})["_unstorable"]
