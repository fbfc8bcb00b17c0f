"""Intake: a page is stored once, with its cursor or not at all."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from tests.domain.making import NOON, later, post, row_of
from triage.posts import TEXT_LIMIT, Post
from triage.tables import Channel, DeadLetter, Person, PostRow, PostVersion
from triage.walk.intake import LeaseLost, Stored, store

State = PostRow.State


def texts(channel: Channel) -> dict[str, str]:
    return dict(PostRow.objects.filter(channel=channel).values_list("external_id", "text"))


def test_a_page_becomes_rows_that_wait_to_be_sorted(web: Channel) -> None:
    given = post("1", "hello", url="https://x.test/1", lang="en", reach=5, raw={"a": 1})
    assert store(web, [given]) == Stored(seen=1, new=1)
    row = row_of(web, "1")
    assert (row.state, row.version, row.text, row.url, row.lang) == (
        State.NEW, 1, "hello", "https://x.test/1", "en",
    )  # fmt: skip
    assert (row.posted_at, row.author, row.reach, row.raw) == (NOON, "ann", 5, {"a": 1})
    assert (row.kind, row.platform, row.brand, row.conversation) == ("public", "x", "Acme", "1")
    web.refresh_from_db()
    assert web.last_post_at is not None


def test_what_the_post_does_not_say_its_channel_knows(forum: Channel) -> None:
    bare = Post(id="1", text="hello")
    store(forum, [bare])
    row = row_of(forum, "1")
    assert (row.kind, row.platform, row.brand) == ("community", "forum", "Acme")
    assert (row.person, row.author, row.url, row.in_reply_to) == (None, "", "", "")
    assert (timezone.now() - row.posted_at).total_seconds() < 60


def test_what_the_post_says_comes_before_what_its_channel_says(forum: Channel) -> None:
    store(forum, [post("1", kind="public", platform="x", brand="Other")])
    row = row_of(forum, "1")
    assert (row.kind, row.platform, row.brand) == ("public", "x", "Other")


def test_the_same_page_twice_adds_nothing(web: Channel) -> None:
    page = [post("1"), post("2"), post("3", author=None, author_id=None)]
    assert store(web, page) == Stored(seen=3, new=3)
    before = list(PostRow.objects.order_by("id").values())
    assert store(web, page) == Stored(seen=3)
    assert list(PostRow.objects.order_by("id").values()) == before
    assert Person.objects.count() == 1


def test_overlapping_pages_add_only_what_is_new(web: Channel) -> None:
    store(web, [post("1"), post("2")])
    assert store(web, [post("2"), post("3")]) == Stored(seen=2, new=1)
    assert set(texts(web)) == {"1", "2", "3"}


def test_the_same_id_on_two_channels_is_two_posts(web: Channel, forum: Channel) -> None:
    store(web, [post("1", "here")])
    assert store(forum, [post("1", "there")]) == Stored(seen=1, new=1)
    assert (texts(web), texts(forum)) == ({"1": "here"}, {"1": "there"})


def test_an_empty_page_stores_its_cursor(web: Channel) -> None:
    assert store(web, [], cursor={"at": 2}) == Stored()
    web.refresh_from_db()
    assert (web.cursor, web.last_post_at) == ({"at": 2}, None)


def test_a_page_larger_than_a_statement_is_stored_whole(web: Channel) -> None:
    page = [post(str(n), author=f"a{n}", author_id=f"a{n}") for n in range(1_203)]
    assert store(web, page) == Stored(seen=1_203, new=1_203)
    assert store(web, page) == Stored(seen=1_203)
    assert Person.objects.count() == 1_203


# Edits and deletes


def test_an_edit_replaces_the_text_and_keeps_what_was_said(web: Channel) -> None:
    store(web, [post("1", "old")])
    PostRow.objects.update(state=State.SORTED, attempts=3)
    edit = post("1", "new", edited_at=later(5))
    assert store(web, [edit]) == Stored(seen=1, changed=1)
    row = row_of(web, "1")
    assert (row.text, row.version, row.edited_at) == ("new", 2, later(5))
    assert (row.state, row.attempts) == (State.NEW, 0), "it is judged again"
    assert [(v.version, v.text) for v in row.versions.all()] == [(1, "old")]
    assert store(web, [edit]) == Stored(seen=1), "and only once"


def test_an_older_version_that_arrives_late_is_ignored(web: Channel) -> None:
    store(web, [post("1", "third", edited_at=later(9))])
    assert store(web, [post("1", "second", edited_at=later(5))]) == Stored(seen=1)
    assert store(web, [post("1", "first")]) == Stored(seen=1)
    assert texts(web) == {"1": "third"}
    assert not PostVersion.objects.exists()
    assert store(web, [post("1", "fourth", edited_at=later(10))]).changed == 1
    assert texts(web) == {"1": "fourth"}


def test_without_edit_times_each_new_text_is_an_edit_and_an_old_one_is_late(web: Channel) -> None:
    for text in ("one", "two", "three"):
        store(web, [post("1", text)])
    assert texts(web) == {"1": "three"}
    assert store(web, [post("1", "one")]) == Stored(seen=1)
    assert store(web, [post("1", "two")]) == Stored(seen=1)
    row = row_of(web, "1")
    assert (row.text, row.version) == ("three", 3)
    assert [v.text for v in row.versions.order_by("version")] == ["one", "two"]
    assert row.edited_at is not None


def test_an_edit_from_the_future_does_not_hide_the_next_one(web: Channel) -> None:
    store(web, [post("1", "one", edited_at=datetime(2100, 1, 1, tzinfo=UTC))])
    assert row_of(web, "1").edited_at <= timezone.now()
    store(web, [post("1", "two", edited_at=datetime(2100, 1, 2, tzinfo=UTC))])
    assert texts(web) == {"1": "two"}


def test_a_delete_notice_marks_the_post_and_keeps_its_text(web: Channel) -> None:
    store(web, [post("1", "hello"), post("2")])
    gone = Post(id="1", text="", deleted=True)
    assert store(web, [gone]) == Stored(seen=1, changed=1)
    row = row_of(web, "1")
    assert (row.text, row.version, row.state) == ("hello", 2, State.NEW)
    assert row.deleted_at is not None
    assert row_of(web, "2").deleted_at is None
    assert store(web, [gone]) == Stored(seen=1), "said twice, done once"


def test_a_deleted_post_stays_deleted_when_an_old_page_brings_it_again(web: Channel) -> None:
    store(web, [post("1")])
    store(web, [Post(id="1", text="", deleted=True)])
    before = row_of(web, "1").deleted_at
    assert store(web, [post("1", "another text", edited_at=later(90))]) == Stored(seen=1)
    assert row_of(web, "1").deleted_at == before


def test_a_notice_that_a_post_is_back_brings_it_back(web: Channel) -> None:
    store(web, [post("1", "old")])
    store(web, [Post(id="1", text="", deleted=True)])
    back = post("1", "new", restored=True)
    assert store(web, [back]) == Stored(seen=1, changed=1)
    row = row_of(web, "1")
    assert (row.deleted_at, row.text, row.state) == (None, "new", State.NEW)
    assert store(web, [back]) == Stored(seen=1), "said twice, done once"
    assert store(web, [post("2", restored=True)]).new == 1, "and one we never had is stored"


def test_a_delete_notice_of_an_unknown_post_is_nothing(web: Channel) -> None:
    assert store(web, [Post(id="9", text="", deleted=True)]) == Stored(seen=1)
    assert not PostRow.objects.exists()


def test_within_a_page_the_newest_version_wins_in_any_order(web: Channel) -> None:
    page = [post("1", "new", edited_at=later(5)), post("1", "old"), post("2")]
    for channel_page in (page, page[::-1]):
        PostVersion.objects.all().delete()
        PostRow.objects.all().delete()
        store(web, channel_page)
        assert texts(web) == {"1": "new", "2": "question where is it"}
        assert PostRow.objects.count() == 2


def test_within_a_page_a_delete_notice_wins_over_the_post(web: Channel) -> None:
    for page in ([post("1"), Post(id="1", text="", deleted=True)], [
        Post(id="2", text="", deleted=True), post("2"),
    ]):  # fmt: skip
        assert store(web, page).new == 1
        assert row_of(web, page[0].id).deleted_at is not None


def test_the_same_id_twice_in_a_page_is_one_post(web: Channel) -> None:
    assert store(web, [post("1"), post("1")]) == Stored(seen=2, new=1)
    assert PostRow.objects.count() == 1


# The brand's own posts


@pytest.mark.parametrize("own", [{"own": True}, {"author": "ACME"}, {"author_id": "@acme"}])
def test_the_brands_own_posts_are_context_and_never_work(web: Channel, own: dict[str, Any]) -> None:
    store(web, [post("1", **own), post("2")])
    assert row_of(web, "1").state == State.CONTEXT
    assert row_of(web, "2").state == State.NEW
    store(web, [post("1", "edited", edited_at=later(1), **own)])
    store(web, [Post(id="1", text="", deleted=True)])
    row = row_of(web, "1")
    assert (row.state, row.text, row.version) == (State.CONTEXT, "edited", 3)


def test_a_post_of_somebody_who_only_names_the_brand_is_work(web: Channel) -> None:
    store(web, [post("1", "Acme!", author="acme fan"), post("2", author=None, author_id=None)])
    assert set(PostRow.objects.values_list("state", flat=True)) == {State.NEW}


def test_whose_inbox_it_is_the_post_says_first(web: Channel) -> None:
    store(web, [post("1", author="acme", brand="Other"), post("2", author="other", brand="Other")])
    assert row_of(web, "1").state == State.NEW
    assert row_of(web, "2").state == State.CONTEXT


def test_without_a_brand_nobody_is_the_brand(db: None) -> None:
    channel = Channel.objects.create(name="No brand", source="x")
    store(channel, [post("1", author="acme")])
    assert row_of(channel, "1").state == State.NEW


# Conversations


def test_the_conversation_is_what_the_platform_says(web: Channel) -> None:
    store(web, [post("1", conversation="c"), post("2", in_reply_to="1", conversation="d")])
    assert row_of(web, "1").conversation == "c"
    assert row_of(web, "2").conversation == "d"


def test_a_reply_inherits_the_conversation_of_its_parent_in_the_page(web: Channel) -> None:
    store(web, [post("3", in_reply_to="2"), post("2", in_reply_to="1"), post("1")])
    assert {row.conversation for row in PostRow.objects.all()} == {"1"}
    store(web, [post("6", in_reply_to="5"), post("5", conversation="c")])
    assert row_of(web, "6").conversation == "c"


def test_a_reply_inherits_the_conversation_of_a_stored_parent(web: Channel) -> None:
    store(web, [post("1", conversation="c")])
    store(web, [post("3", in_reply_to="2"), post("2", in_reply_to="1")])
    assert {row.conversation for row in PostRow.objects.all()} == {"c"}


def test_a_parent_on_another_channel_is_another_post(web: Channel, forum: Channel) -> None:
    store(forum, [post("1", conversation="c")])
    store(web, [post("2", in_reply_to="1")])
    assert row_of(web, "2").conversation == "1"


def test_a_reply_to_a_post_that_nobody_has_opens_its_conversation(web: Channel) -> None:
    store(web, [post("2", in_reply_to="1"), post("3", in_reply_to="1")])
    assert {row.conversation for row in PostRow.objects.all()} == {"1"}


def test_replies_in_a_ring_end(web: Channel) -> None:
    page = [post("1", in_reply_to="2"), post("2", in_reply_to="1"), post("3", in_reply_to="3")]
    assert store(web, page).new == 3
    assert row_of(web, "3").conversation == "3"


# Times


@pytest.mark.parametrize("year", [1, 1970, 2026])
def test_a_post_keeps_the_time_of_its_platform(web: Channel, year: int) -> None:
    moment = datetime(year, 1, 1, tzinfo=UTC)
    store(web, [post("1", created_at=moment)])
    assert row_of(web, "1").posted_at == moment


def test_a_post_from_the_future_was_posted_when_we_saw_it(web: Channel) -> None:
    store(web, [post("1", created_at=datetime(2100, 1, 1, tzinfo=UTC))])
    assert row_of(web, "1").posted_at <= timezone.now()


# Text torture


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("", ""),
        ("   ", "   "),
        ("a\0b\ud800c", "a\ufffdb\ufffdc"),
        ("👨‍👩‍👧 \u202eevil\u202c e\u0301\u0302", "👨‍👩‍👧 \u202eevil\u202c e\u0301\u0302"),
        ("x" * 10_000_000, "x" * TEXT_LIMIT),
        ("@ann " * 100_000, ("@ann " * 100_000)[:TEXT_LIMIT]),
    ],
    ids=["empty", "spaces", "refused by databases", "joined and turned", "10 MB", "mentions"],
)
def test_any_text_is_stored(web: Channel, text: str, stored: str) -> None:
    raw = {"text": text, "deep": {"a\0": text}}
    assert store(web, [post("1", text, raw=raw), post("2")]) == Stored(seen=2, new=2)
    row = row_of(web, "1")
    assert row.text == stored
    assert (row.truncated, row.cleaned) == (len(text) > TEXT_LIMIT, "\0" in text)
    assert store(web, [post("1", text, raw=raw)]) == Stored(seen=1), "it is known again"


def test_ids_and_names_of_any_characters_are_stored(web: Channel) -> None:
    rare = "".join(chr(0x10000 + n * 7919 % 0xF0000) for n in range(600))
    hard = post(rare, author=rare, author_id=rare, conversation=rare, in_reply_to=rare, url=rare)
    assert store(web, [hard, post("n\0l"), post("2", platform=rare)]) == Stored(seen=3, new=3)
    assert store(web, [hard, post("n\0l")]) == Stored(seen=2)


# What cannot be read


def test_what_cannot_be_read_is_kept_aside_once(web: Channel) -> None:
    bad = [("no id", {"text": "x\0"}), ("no text\ud800", {"id": "1"}), ("no", ["\ud800"])]
    assert store(web, [post("1")], rejected=bad) == Stored(seen=4, new=1, rejected=3)
    assert store(web, [post("1")], rejected=bad).new == 0
    assert DeadLetter.objects.count() == 3
    letter = DeadLetter.objects.order_by("id")[0]
    assert (letter.reason, letter.raw, letter.post) == ("no id", {"text": "x\ufffd"}, None)


def test_two_huge_records_are_two_dead_letters(web: Channel) -> None:
    store(web, [], rejected=[("long", ["x"] * n) for n in (100_000, 100_001, 100_000)])
    assert DeadLetter.objects.filter(raw__has_key="_cut").count() == 2


def test_a_deep_record_is_kept_aside_too(web: Channel) -> None:
    deep: Any = "x"
    for _ in range(10_000):
        deep = [deep]
    assert store(web, [post("1", raw={"a": deep})], rejected=[("deep", deep)]).new == 1
    assert DeadLetter.objects.get().raw == {"_unstorable": "nested too deep"}


# All or nothing


def test_the_page_and_its_cursor_are_stored_together(web: Channel) -> None:
    store(web, [post("1")], cursor={"since": "1"})
    web.refresh_from_db()
    assert web.cursor == {"since": "1"}


def test_an_error_in_the_middle_leaves_neither_posts_nor_cursor(web: Channel) -> None:
    def rejected() -> Iterator[tuple[str, Any]]:
        yield "no id", {}
        assert PostRow.objects.filter(external_id="2").exists(), "the posts are in already"
        raise RuntimeError

    store(web, [post("1")], cursor={"since": "1"})
    with pytest.raises(RuntimeError):
        store(web, [post("2"), post("1", "new")], rejected=rejected(), cursor={"since": "2"})
    web.refresh_from_db()
    assert web.cursor == {"since": "1"}
    assert texts(web) == {"1": "question where is it"}


def test_a_worker_that_lost_its_lease_stores_nothing(web: Channel) -> None:
    Channel.objects.update(lease_epoch=2)
    store(web, [post("1")], cursor={"since": "1"}, epoch=2)
    with pytest.raises(LeaseLost, match="channel Open web was taken over by another worker"):
        store(web, [post("2")], rejected=[("no", {})], cursor={"since": "0"}, epoch=1)
    web.refresh_from_db()
    assert (set(texts(web)), web.cursor) == ({"1"}, {"since": "1"})
    assert not DeadLetter.objects.exists()


def test_counts_can_be_added() -> None:
    assert Stored(1, 1, 0, 0) + Stored(3, 0, 1, 2) == Stored(4, 1, 1, 2)
