"""X: replies and other acts, what it refuses, and finding what an earlier try left."""

from typing import Any

import pytest

from tests.channels.sendings import ASKED, TEXT, sending
from tests.channels.server import Platform, Reply, html, reset
from tests.channels.x_shapes import BEARER, USER_KEYS, answer, at_noon, source, tweet
from triage.back.lengths import COUNTINGS
from triage.vocabulary import Act
from workers.channels.base import (
    Ability,
    NotSent,
    Refused,
    Sent,
    SourceError,
    Throttled,
    Unreachable,
)
from workers.channels.x import XSource

POSTED, OURS = "POST /2/tweets", "GET /2/users/42/tweets"
MADE = Reply({"data": {"id": "9", "text": TEXT, "edit_history_tweet_ids": ["9"]}}, 201)
SENT = Sent("9", "https://x.com/i/web/status/9")
PROBLEMS = "https://api.twitter.com/2/problems"
NOT_SUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
    "engaged by the author of the post you are replying to."
)
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."


def acting(platform: Platform) -> XSource:
    return source(platform, {"bearer_token": BEARER, **USER_KEYS})


def refused(detail: str, status: int = 403, kind: str = "") -> Reply:
    about = f"{PROBLEMS}/{kind}" if kind else "about:blank"
    body = {"title": "Forbidden", "detail": f"{detail} {BEARER}", "type": about, "status": status}
    return Reply(body, status)


def ours(number: int, text: str = TEXT, to: str = "3", kind: str = "replied_to") -> dict[str, Any]:
    above = [{"type": kind, "id": to}]
    return tweet(number, text=text, created_at=ASKED.isoformat(), referenced_tweets=above)


@pytest.fixture
def x(platform: Platform) -> Platform:
    """An X that takes whatever it is asked to."""
    platform.on(POSTED, MADE)
    platform.on("PUT /2/tweets/3/hidden", {"data": {"hidden": True}})
    platform.on("POST /2/users/42/likes", {"data": {"liked": True}})
    platform.on("DELETE /2/users/42/likes/3", {"data": {"liked": False}})
    platform.on("DELETE /2/tweets/3", {"data": {"deleted": True}})
    platform.on(OURS, answer())
    return platform


def test_a_reply_is_sent_with_the_keys_of_the_account(x: Platform) -> None:
    assert acting(x).send(sending("3")) == SENT
    [asked] = x.seen
    assert asked.json == {"text": TEXT, "reply": {"in_reply_to_tweet_id": "3"}}
    assert asked.headers["authorization"].startswith("OAuth ")


@pytest.mark.parametrize(
    ("act", "path", "sent"),
    [
        (Act.HIDE, "PUT /2/tweets/3/hidden", {"hidden": True}),
        (Act.LIKE, "POST /2/users/42/likes", {"tweet_id": "3"}),
        (Act.UNLIKE, "DELETE /2/users/42/likes/3", None),
        (Act.DELETE, "DELETE /2/tweets/3", None),
    ],
)
def test_the_other_acts_are_one_call_each(x: Platform, act: Act, path: str, sent: Any) -> None:
    assert acting(x).send(sending("3", act)) == Sent()
    [asked] = x.asked(path)
    assert asked.json == sent if sent else asked.body in ("", "null")
    x.on(path, refused("", 404))
    with pytest.raises(NotSent, match="no longer has this post"):
        acting(x).send(sending("3", act))


def test_what_is_hidden_can_be_shown_again(x: Platform) -> None:
    x.on("PUT /2/tweets/3/hidden", {"data": {"hidden": False}})
    assert acting(x).send(sending("3", Act.UNHIDE)) == Sent()
    assert x.seen[0].json == {"hidden": False}


def test_deleting_what_is_gone_already_is_done(x: Platform) -> None:
    x.on("DELETE /2/tweets/3", {"data": {"deleted": False}})
    assert acting(x).send(sending("3", Act.DELETE)) == Sent()


@pytest.mark.parametrize("answered", [{"data": {"id": None}}, {"data": {}}, {}, [], "no"])
def test_an_answer_that_does_not_say_what_was_done_leaves_it_open(
    x: Platform, answered: Any
) -> None:
    x.on("PUT /2/tweets/3/hidden", answered)
    x.on(POSTED, answered)
    for act in (Act.HIDE, Act.REPLY):
        with pytest.raises(Unreachable, match="cannot be read"):
            acting(x).send(sending("3", act))


def test_without_the_keys_of_the_account_nothing_is_sent(x: Platform) -> None:
    with pytest.raises(Refused, match=r"needs the keys of OAuth .* consumer_key, consum"):
        source(x).send(sending("3"))
    with pytest.raises(Refused):
        source(x).find_sent(sending("3"))
    assert x.seen == []


def test_an_access_token_without_a_number_is_asked_whose_it_is(x: Platform) -> None:
    x.on("GET /2/users/me", {"data": {"id": "42"}})
    secrets = {**USER_KEYS, "access_token": "canary-opaque"}
    source(x, secrets, user_id="42").send(sending("3", Act.LIKE))
    assert not [asked for asked in x.seen if "canary" in asked.path]
    assert len(x.asked("POST /2/users/42/likes")) == 1


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (refused(NOT_SUMMONED), NotSent, "reply only to people who mentioned it"),
        (refused("The author restricted who can reply"), NotSent, "only some accounts reply"),
        (refused("Tweet that is deleted or not visible to you."), NotSent, "was deleted"),
        (refused("You have been blocked"), NotSent, "has blocked our account"),
        (refused(DUPLICATE), NotSent, "has just posted the same words"),
        (refused("Your Tweet text is too long."), NotSent, "shorten it"),
        (refused("Your Tweet text is too long.", 400), NotSent, "shorten it"),
        (refused("Something new"), NotSent, "does not take this: Something new"),
        (refused("", 404), NotSent, "may have been deleted"),
        (refused("Your account is suspended"), Refused, "has closed writing"),
        (refused("no", kind="oauth1-permissions"), Refused, r"lacks tweet\.write"),
        (refused("no", kind="client-forbidden"), Refused, r"tweet\.write"),
        (refused("no", kind="unsupported-authentication"), Refused, "four keys"),
        (refused("Unauthorized", 401), Refused, "does not accept the key"),
        (refused("Payment", 402), Refused, "no credits left"),
        (refused("Usage cap", 429, "usage-capped"), Throttled, "monthly cap"),
        (refused("Too many", 429), Throttled, "asks us to wait"),
        (refused("Down", 503), Unreachable, "error of its own"),
        (html(502), Unreachable, "error of its own"),
        (html(403), Unreachable, "web page in place of data"),
        (reset(), Unreachable, "cannot be reached"),
    ],
)
def test_what_x_refuses_is_said_in_words(
    x: Platform, reply: Reply, kind: type[SourceError], says: str
) -> None:
    x.on(POSTED, reply, MADE)
    with pytest.raises(SourceError, match=says) as caught:
        acting(x).send(sending("3"))
    assert type(caught.value) is kind
    assert "canary" not in str(caught.value)
    assert acting(x).send(sending("3")) == SENT


def test_a_like_that_the_plan_lacks_does_not_stop_the_channel(x: Platform) -> None:
    x.on("POST /2/users/42/likes", refused("no", kind="client-not-enrolled"))
    with pytest.raises(NotSent, match="likes to Enterprise accounts only"):
        acting(x).send(sending("3", Act.LIKE))


@pytest.mark.parametrize(
    ("act", "path", "detail", "says"),
    [
        (Act.DELETE, "DELETE /2/tweets/3", "not authorized to delete this Tweet", "only its own"),
        (Act.HIDE, "PUT /2/tweets/3/hidden", "not the conversation author", "that it began"),
    ],
)
def test_what_belongs_to_others_is_left_alone(
    x: Platform, act: Act, path: str, detail: str, says: str
) -> None:
    x.on(path, refused(detail))
    with pytest.raises(NotSent, match=says):
        acting(x).send(sending("3", act))


def test_the_limit_of_a_day_counts_where_it_is_used_up(
    x: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_noon(monkeypatch)
    monkeypatch.setattr("workers.channels.x_replies.now", lambda: ASKED)
    soon, later = int(ASKED.timestamp()) + 60, int(ASKED.timestamp()) + 7200
    headers = {"x-rate-limit-reset": str(soon), "x-user-limit-24hour-reset": str(later)}
    for left, until in (("0", later), ("3", soon)):
        x.on(POSTED, Reply({}, 429, {**headers, "x-user-limit-24hour-remaining": left}))
        with pytest.raises(Throttled) as caught:
            acting(x).send(sending("3"))
        assert caught.value.retry_at is not None
        assert int(caught.value.retry_at.timestamp()) == until


def test_words_that_stand_there_as_this_very_reply_count_as_sent(x: Platform) -> None:
    x.on(POSTED, refused(DUPLICATE))
    x.on(OURS, answer(ours(9)))
    assert acting(x).send(sending("3")) == SENT


def test_what_was_sent_is_found_as_x_writes_it(x: Platform) -> None:
    said = "Look: example.com/help & www.example.org/a?b=1 soon"
    written = "@ann_1 @bo Look: https://t.co/1 &amp; https://t.co/2 soon"
    x.on(OURS, answer(ours(8, written, to="5"), ours(9, written)))
    assert acting(x).find_sent(sending("3", text=said)) == SENT
    [asked] = x.seen
    assert asked.query["start_time"] == "2026-11-21T11:55:00Z"
    assert asked.headers["authorization"].startswith("OAuth ")


def test_a_reply_to_a_later_version_of_the_post_is_found(x: Platform) -> None:
    edited = {"id": "4", "text": "hi", "edit_history_tweet_ids": ["3", "4"]}
    x.on(OURS, answer(ours(9, to="4"), includes={"tweets": [edited]}))
    assert acting(x).find_sent(sending("3")) == SENT


@pytest.mark.parametrize(
    "other",
    [
        ours(9, "other words"),
        ours(9, to="5"),
        ours(9, kind="quoted"),
        tweet(9, text=TEXT),
        {**ours(9), "created_at": "2026-11-21T11:50:00.000Z"},
    ],
)
def test_what_was_never_sent_is_not_found(x: Platform, other: dict[str, Any]) -> None:
    x.on(OURS, answer(other))
    assert acting(x).find_sent(sending("3")) is None
    x.on(OURS, answer())
    assert acting(x).find_sent(sending("3")) is None


@pytest.mark.parametrize("failed", [reset(), Reply({}), Reply([]), refused("no", 503)])
def test_a_failed_search_for_what_was_sent_is_no_answer(x: Platform, failed: Reply) -> None:
    x.on(OURS, failed, answer(ours(9)))
    with pytest.raises(Unreachable):
        acting(x).find_sent(sending("3"))
    assert acting(x).find_sent(sending("3")) == SENT


def test_what_can_be_done_depends_on_the_keys(x: Platform) -> None:
    able = acting(x).ability()
    assert (able.acts, able.longest) == (XSource.acts, 280)
    assert able.counting in COUNTINGS
    assert source(x).ability() == Ability()
