"""Facebook: a round through a page, and its cursor."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.channels.facebook_shapes import (
    ME,
    NOW,
    at_noon,
    comment,
    follow,
    ids,
    post,
    quiet,
    source,
    whole_round,
)
from tests.channels.server import Platform, Reply


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    at_noon(monkeypatch)


@pytest.fixture
def page(platform: Platform) -> Platform:
    return quiet(platform)


def test_a_round_reads_the_feed_then_comments_then_tags(page: Platform) -> None:
    page.on(
        "/1/feed",
        {"data": [post(10, 2, **{"from": ME}), post(11, 0, **{"from": {"id": "5", "name": "Bo"}})]},
    )
    reply = comment(2, parent={"id": "10_1", "message": "comment 1"}, **{"from": ME})
    page.on("/1_10/comments", {"data": [reply, comment(1, **{"from": {"id": "5", "name": "Bo"}})]})
    page.on("/1/tagged", {"data": [{"id": "7_7", "message": "see @acme", "tagged_time": "x"}]})
    pages, cursor = whole_round(page, {})
    assert ids(pages) == ["1_10", "1_11", "10_2", "10_1", "7_7"]
    ours, visitor, our_reply, their_comment, tagged = (each for p in pages for each in p.posts)
    assert (ours.own, visitor.own, our_reply.own, their_comment.own) == (True, False, True, False)
    assert (visitor.author, visitor.author_id, visitor.conversation) == ("Bo", "5", "1_11")
    assert (our_reply.in_reply_to, our_reply.parent_text) == ("10_1", "comment 1")
    assert (their_comment.in_reply_to, their_comment.parent_text) == ("1_10", "post 10")
    assert {each.conversation for each in (our_reply, their_comment)} == {"1_10"}
    assert (tagged.author, tagged.author_id, tagged.created_at) == (None, None, None)
    assert their_comment.created_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert cursor["page"] == ME
    assert "round" not in cursor


def test_a_quiet_page_costs_two_calls_a_round(page: Platform) -> None:
    page.on("/1/feed", {"data": [post(10, 1), post(11, 0)]})
    page.on("/1_10/comments", {"data": [comment(1)]})
    page.on("/1/tagged", {"data": [{"id": "7_7", "message": "hi"}]})
    _, cursor = whole_round(page, {})
    before = len(page.seen)
    pages, again = whole_round(page, cursor)
    assert ids(pages) == []
    assert [seen.path for seen in page.seen[before:]] == ["/v26.0/1/feed", "/v26.0/1/tagged"]
    assert again["known"] == cursor["known"]


def test_only_posts_that_changed_have_their_comments_read_again(page: Platform) -> None:
    page.on("/1/feed", {"data": [post(10, 1), post(11, 1)]}, {"data": [post(10, 1), post(11, 2)]})
    page.on("/1_10/comments", {"data": [comment(1)]})
    page.on("/1_11/comments", {"data": [comment(5)]}, {"data": [comment(6), comment(5)]})
    _, cursor = whole_round(page, {})
    pages, _ = whole_round(page, cursor)
    assert ids(pages) == ["1_11", "10_6", "10_5"]
    assert len(page.asked("/1_10/comments")) == 1


def test_comments_stop_at_what_is_known_but_read_an_overlap_again(page: Platform) -> None:
    page.on("/1/feed", {"data": [post(10, 1)]}, {"data": [post(10, 4)]})
    late = comment(3, "2026-11-21T08:00:00+0000")  # approved after the newer one was read
    old = comment(4, "2026-11-20T08:00:00+0000")
    page.on(
        "/1_10/comments",
        {"data": [comment(1, "2026-11-21T10:00:00+0000")]},
        {"data": [comment(2, "2026-11-21T11:00:00+0000"), late], **follow("a")},
        {"data": [old], **follow("b")},
        {"data": [comment(5, "2026-11-19T08:00:00+0000")]},
    )
    _, cursor = whole_round(page, {})
    pages, _ = whole_round(page, cursor)
    assert ids(pages) == ["1_10", "10_2", "10_3", "10_4"]
    asked = page.asked("/1_10/comments")
    assert [seen.query.get("after") for seen in asked] == [None, None, "a"]
    assert asked[-1].query["order"] == "reverse_chronological"
    assert asked[-1].query["filter"] == "stream"


def test_comments_in_the_old_order_are_read_to_their_end(page: Platform) -> None:
    page.on("/1/feed", {"data": [post(10, 1)]}, {"data": [post(10, 3)]})
    page.on(
        "/1_10/comments",
        {"data": [comment(1, "2026-11-21T10:00:00+0000")]},
        {
            "data": [
                comment(7, "2026-11-01T08:00:00+0000"),
                comment(8, "2026-11-02T08:00:00+0000"),
            ],
            **follow("a"),
        },
        {"data": [comment(9, "2026-11-21T11:00:00+0000")]},
    )
    _, cursor = whole_round(page, {})
    assert ids(whole_round(page, cursor)[0])[-1] == "10_9"


def test_the_feed_pages_by_the_parameters_of_next_without_its_token(page: Platform) -> None:
    address = (
        "https://graph.facebook.com/v26.0/1/feed?access_token=LEAK&until=17&since&"
        "__paging_token=p&__previous"
    )
    page.on("/1/feed", {"data": [post(10)], "paging": {"next": address}}, {"data": [post(9)]})
    pages, _ = whole_round(page, {})
    assert ids(pages) == ["1_10", "1_9"]
    second = page.asked("/1/feed")[1]
    assert (second.query["until"], second.query["__paging_token"]) == ("17", "p")
    assert second.query["since"] == str(int(NOW.timestamp()) - 14 * 86400)
    assert "LEAK" not in str(page.seen)


def test_comments_of_a_page_of_the_feed_come_before_its_next_page(page: Platform) -> None:
    page.on("/1/feed", {"data": [post(10, 1)], **follow("f")}, {"data": [post(9)]})
    page.on("/1_10/comments", {"data": [comment(1)]})
    assert ids(whole_round(page, {})[0]) == ["1_10", "10_1", "1_9"]


@pytest.mark.parametrize("place", ["/1/feed", "/1_10/comments", "/1/tagged"])
def test_a_page_that_names_itself_as_the_next_one_does_not_turn_for_ever(
    page: Platform, place: str
) -> None:
    page.on("/1/feed", {"data": [post(10, 1)]})
    page.on("/1_10/comments", {"data": [comment(1)]})
    record = {"/1/feed": post(10, 1), "/1_10/comments": comment(1)}.get(place, {"id": "7_7"})
    page.on(place, {"data": [record], **follow("same")})
    pages, cursor = whole_round(page, {})
    assert len(page.asked(place)) == 2
    assert "round" not in cursor
    assert not pages[-1].more


def test_a_crash_in_the_middle_repeats_a_page_and_skips_none(page: Platform) -> None:
    page.on("/1/feed", {"data": [post(10, 1), post(11, 1)]})
    page.on("/1_10/comments", {"data": [comment(1)]})
    page.on("/1_11/comments", {"data": [comment(2)]})
    first = source(page).fetch({})
    lost = source(page).fetch(first.cursor)
    pages, _ = whole_round(page, first.cursor)
    assert [each.id for each in lost.posts] == ["10_1"]
    assert ids([first, *pages]) == ["1_10", "1_11", "10_1", "10_2"]


def test_an_edited_post_comes_again_with_its_new_text(page: Platform) -> None:
    page.on("/1/feed", {"data": [post(10)]}, {"data": [post(10, message="better")]})
    _, cursor = whole_round(page, {})
    [again] = [each for p in whole_round(page, cursor)[0] for each in p.posts]
    assert (again.id, again.text) == ("1_10", "better")


def test_a_post_without_words_has_an_empty_text(page: Platform) -> None:
    photo = post(10)
    del photo["message"]
    page.on("/1/feed", {"data": [photo]})
    assert [each.text for p in whole_round(page, {})[0] for each in p.posts] == [""]


def test_a_comment_without_id_is_named_by_its_link(page: Platform) -> None:
    link = "https://www.facebook.com/1/posts/10/?comment_id=55&reply_comment_id=66"
    page.on("/1/feed", {"data": [post(10, 2)]})
    nameless = {"message": "hi", "created_time": "2026-11-21T10:00:00+0000"}
    page.on("/1_10/comments", {"data": [nameless | {"permalink_url": link}, nameless]})
    pages, _ = whole_round(page, {})
    assert ids(pages) == ["1_10", "10_66"]
    assert pages[1].rejected[0].reason == "the comment has neither an id nor a link that names it"


def test_one_bad_record_is_set_aside_once(page: Platform) -> None:
    bad: list[Any] = [{"message": "no id"}, 5, None, post(9, message={"a": 1})]
    page.on("/1/feed", {"data": [post(10), *bad]})
    first, cursor = whole_round(page, {})
    second, _ = whole_round(page, cursor)
    assert ids(first) == ["1_10"]
    assert [len(pages[0].rejected) for pages in (first, second)] == [4, 0]


def test_a_post_that_is_gone_when_its_comments_are_read_is_dropped(page: Platform) -> None:
    page.on("/1/feed", {"data": [post(10, 1), post(11, 1)]})
    page.on("/1_10/comments", Reply({"error": {"code": 100, "error_subcode": 33}}, 400))
    page.on("/1_11/comments", {"data": [comment(2)]})
    assert ids(whole_round(page, {})[0]) == ["1_10", "1_11", "10_2"]


def test_a_page_token_that_has_expired_begins_the_stage_again(page: Platform) -> None:
    expired = Reply({"error": {"code": 100, "message": "(#100) Invalid paging token"}}, 400)
    page.on("/1/feed", {"data": [post(10)], **follow("f")}, expired, {"data": [post(10), post(9)]})
    first = source(page).fetch({})
    stopped = source(page).fetch(first.cursor)
    assert (stopped.posts, stopped.more) == ((), False)
    assert ids(whole_round(page, stopped.cursor)[0]) == ["1_9"]


def test_tags_can_be_left_out(page: Platform) -> None:
    whole_round(page, {}, tagged="no")
    assert page.asked("/1/tagged") == []
