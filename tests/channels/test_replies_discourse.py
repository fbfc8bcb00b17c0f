"""Discourse: posts, likes, hiding, deleting; refusals; what was sent, also when told "similar"."""

from typing import Any

import pytest

from tests.channels.sendings import TEXT, sending
from tests.channels.server import Platform, Reply
from triage.vocabulary import Act
from workers.channels.base import (
    Config,
    NotSent,
    Refused,
    Sending,
    Sent,
    SourceError,
    Throttled,
    Unreachable,
)
from workers.channels.discourse import DiscourseSource

KEY = "canary-0123456789-key"
POST, POSTS, ACTIONS = "/posts/3.json", "/posts.json", "/post_actions.json"
SIMILAR = "Body is too similar to what you recently posted"
INVALID = "You are not permitted to view the resource. The API username or key is invalid."


def source(platform: Platform, **secrets: str) -> DiscourseSource:
    settings = {"base_url": platform.url, "api_username": "acme"}
    given = secrets or {"api_key": KEY}
    return DiscourseSource(Config("d", "Acme", "community", settings, given))


def post(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "topic_id": 7,
        "topic_slug": "a-topic",
        "post_number": number - 1,
        "raw": "hi",
        "username": "ann",
        "created_at": "2026-11-21T12:00:05.000Z",
        "yours": False,
        **more,
    }


OURS = post(9, username="acme", raw=TEXT, yours=True, reply_to_post_number=2)


def refused(status: int, message: str, **more: Any) -> Reply:
    return Reply({"errors": [f"{message} {KEY}"], **more}, status)


def asked_for(act: Act = Act.REPLY) -> Sending:
    return sending("3", act, conversation="7")


@pytest.fixture
def forum(platform: Platform) -> Platform:
    """A forum with a post of Ann's, which takes whatever it is asked to."""
    platform.on(POST, post(3))
    platform.on(f"GET {POSTS}", {"latest_posts": [post(3)]})
    platform.on(f"POST {POSTS}", OURS)
    platform.on(f"POST {ACTIONS}", post(3))
    platform.on("DELETE /post_actions/3.json", post(3))
    platform.on("PUT /posts/3/unhide.json", {"success": "OK"})
    platform.on(f"DELETE {POST}", Reply(""))
    return platform


def test_a_reply_names_the_topic_and_the_post_in_it(forum: Platform) -> None:
    sent = source(forum).send(asked_for())
    assert sent == Sent("9", f"{forum.url}/t/a-topic/7/8")
    [asked] = forum.asked(f"POST {POSTS}")
    assert asked.json == {"raw": TEXT, "topic_id": 7, "reply_to_post_number": 2}
    assert (asked.headers["api-key"], asked.headers["api-username"]) == (KEY, "acme")


def test_an_answer_to_the_first_post_answers_the_topic(forum: Platform) -> None:
    forum.on(POST, post(3, post_number=1))
    source(forum).send(asked_for())
    [asked] = forum.asked(f"POST {POSTS}")
    assert asked.json == {"raw": TEXT, "topic_id": 7}


def test_a_reply_that_waits_for_the_forums_staff_is_sent(forum: Platform) -> None:
    forum.on(f"POST {POSTS}", {"success": True, "action": "enqueued", "pending_count": 1})
    assert source(forum).send(asked_for()) == Sent()


@pytest.mark.parametrize(
    ("act", "before", "path", "sent"),
    [
        (Act.LIKE, {}, f"POST {ACTIONS}", {"id": "3", "post_action_type_id": 2}),
        (
            Act.UNLIKE,
            {"actions_summary": [{"id": 2, "acted": True}]},
            "DELETE /post_actions/3.json",
            None,
        ),
        (
            Act.HIDE,
            {},
            f"POST {ACTIONS}",
            {"id": "3", "post_action_type_id": 3, "queue_for_review": "true"},
        ),
        (Act.UNHIDE, {"hidden": True}, "PUT /posts/3/unhide.json", None),
        (Act.DELETE, {"yours": True}, f"DELETE {POST}", None),
    ],
)
def test_other_acts_are_done_once(
    forum: Platform, act: Act, before: dict[str, Any], path: str, sent: Any
) -> None:
    forum.on(f"GET {POST}", post(3, **before))
    assert source(forum).send(asked_for(act)) == Sent()
    [asked] = forum.asked(path)
    assert asked.body == "" if sent is None else asked.json == sent
    forum.on(path, refused(403, "no"))
    with pytest.raises(NotSent, match=r"only staff of the forum|does not let api_username do this"):
        source(forum).send(asked_for(act))
    done = {
        Act.LIKE: {"actions_summary": [{"id": 2, "acted": True}]},
        Act.HIDE: {"hidden": True},
        Act.DELETE: {"yours": True, "deleted_at": "2026-11-21T12:00:00.000Z"},
    }
    forum.on(f"GET {POST}", post(3, **done.get(act, {})))
    assert source(forum).send(asked_for(act)) == Sent()
    assert len(forum.asked(path)) == 2


def test_what_is_not_ours_is_not_deleted_and_what_is_gone_not_answered(forum: Platform) -> None:
    with pytest.raises(NotSent, match="hide this one"):
        source(forum).send(asked_for(Act.DELETE))
    forum.on(POST, post(3, yours=True))
    with pytest.raises(NotSent, match="lets nobody like posts of their own"):
        source(forum).send(asked_for(Act.LIKE))
    forum.on(POST, post(3, deleted_at="2026-11-21T12:00:00.000Z"))
    with pytest.raises(NotSent, match="was deleted in the forum"):
        source(forum).send(asked_for())
    assert {each.method for each in forum.seen} == {"GET"}


def test_without_a_key_there_is_no_way_back(forum: Platform) -> None:
    open_forum = source(forum, webhook_secret="s")
    assert open_forum.ability().acts == ()
    assert source(forum).ability().acts == DiscourseSource.acts
    with pytest.raises(Refused, match="only with an api_key"):
        open_forum.send(asked_for())
    assert forum.seen == []


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (refused(422, "Body is too short"), NotSent, "does not take this: Body is too short"),
        (refused(403, "Closed"), NotSent, "is the topic closed"),
        (refused(403, INVALID), Refused, "not let the api_key do this.*global one"),
        (refused(404, "no"), NotSent, "may have been deleted"),
        (refused(429, "slow", extras={"wait_seconds": 30}), Throttled, "asks us to wait until"),
        (refused(503, "read only"), Unreachable, "an error of its own"),
    ],
)
def test_what_a_forum_refuses_is_said_in_words(
    forum: Platform, reply: Reply, kind: type[SourceError], says: str
) -> None:
    forum.on(f"POST {POSTS}", reply, OURS)
    with pytest.raises(SourceError, match=says) as caught:
        source(forum).send(asked_for())
    assert type(caught.value) is kind
    assert KEY not in str(caught.value)
    assert source(forum).send(asked_for()).id == "9"


def test_a_reply_that_is_too_similar_was_sent_before(forum: Platform) -> None:
    forum.on(f"POST {POSTS}", refused(422, SIMILAR))
    with pytest.raises(NotSent, match="too similar"):
        source(forum).send(asked_for())
    forum.on(f"GET {POSTS}", {"latest_posts": [post(10), OURS]})
    assert source(forum).send(asked_for()) == Sent("9", f"{forum.url}/t/a-topic/7/8")


def test_what_was_sent_is_found_on_any_page(forum: Platform) -> None:
    forum.on(f"GET {POSTS}", {"latest_posts": [post(11), post(10)]}, {"latest_posts": [OURS]})
    found = source(forum).find_sent(asked_for())
    assert found is not None
    assert found.id == "9"
    assert [each.query.get("before") for each in forum.asked(f"GET {POSTS}")] == [None, "10"]


def test_what_was_sent_is_found_where_its_post_is_gone_or_the_first(forum: Platform) -> None:
    forum.on(f"GET {POSTS}", {"latest_posts": [{**OURS, "reply_to_post_number": None}]})
    assert source(forum).find_sent(asked_for()) is None
    for target in (post(3, post_number=1), refused(404, "gone")):
        forum.on(POST, target)
        found = source(forum).find_sent(asked_for())
        assert found is not None
        assert found.id == "9"


@pytest.mark.parametrize(
    "other",
    [
        {**OURS, "yours": False},
        {**OURS, "topic_id": 8},
        {**OURS, "reply_to_post_number": 5},
        {**OURS, "raw": "other words"},
        {**OURS, "created_at": "2026-11-21T11:00:00.000Z"},
    ],
)
def test_what_was_never_sent_is_not_found(forum: Platform, other: dict[str, Any]) -> None:
    forum.on(f"GET {POSTS}", {"latest_posts": [other]}, {"latest_posts": []})
    assert source(forum).find_sent(asked_for()) is None
