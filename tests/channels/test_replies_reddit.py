"""Reddit: comments as plain text, removing and approving, deleting; refusals; what was sent."""

from datetime import timedelta
from typing import Any

import pytest

from tests.channels.sendings import ASKED, TEXT, sending
from tests.channels.server import Platform, Reply
from triage.vocabulary import Act
from workers.channels.base import (
    Config,
    NotSent,
    Refused,
    Sent,
    SourceError,
    Throttled,
    Unreachable,
)
from workers.channels.http import now
from workers.channels.reddit import RedditSource
from workers.channels.reddit_markdown import markdown

PASSWORD, SECRET = "canary-password-1", "canary-secret-22"
SECRETS = {"client_id": "app", "client_secret": SECRET, "password": PASSWORD}
COMMENT, REMOVE, APPROVE, DELETE = "/api/comment", "/api/remove", "/api/approve", "/api/del"
TREE = "/comments/p1"


def source(platform: Platform, secrets: dict[str, str] | None = None) -> RedditSource:
    settings = {"base_url": platform.url, "username": "Acme"}
    settings |= {"subreddit": "acme"} if secrets else {}
    return RedditSource(Config("r", "Acme", "public", settings, secrets or SECRETS))


def comment(number: int, author: str = "ann", body: str = "hi", **more: Any) -> dict[str, Any]:
    data = {
        "id": f"c{number}",
        "name": f"t1_c{number}",
        "author": author,
        "body": body,
        "parent_id": "t3_p1",
        "link_id": "t3_p1",
        "created_utc": ASKED.timestamp() + number,
        "replies": "",
        **more,
    }
    return {"kind": "t1", "data": data}


def listing(*records: Any) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": [*records], "after": None}}


def tree(*answers: Any, below: int = 3) -> list[Any]:
    """A submission, a comment of Ann's below it, and what answers her."""
    return [listing({"kind": "t3"}), listing(comment(below, replies=listing(*answers)))]


def taken(**more: Any) -> dict[str, Any]:
    made = comment(9, "Acme", TEXT, parent_id="t1_c3", **more)
    return {"json": {"errors": [], "data": {"things": [made]}}}


def said(name: str, message: str) -> dict[str, Any]:
    return {"json": {"errors": [[name, message, "parent"]]}}


def forbidden(reason: str = "", **headers: str) -> Reply:
    return Reply({"message": "Forbidden", "error": 403, "reason": reason}, 403, headers)


@pytest.fixture
def reddit(platform: Platform) -> Platform:
    """A Reddit with one comment of Ann's, which takes whatever it is asked to."""
    grant = {"access_token": "token-1", "expires_in": 86400, "scope": "*", "token_type": "bearer"}
    platform.on("/api/v1/access_token", grant)
    platform.on(COMMENT, taken())
    for path in (REMOVE, APPROVE, DELETE):
        platform.on(path, {})
    platform.on("/api/info", listing(comment(3)))
    platform.on(TREE, tree())
    return platform


def test_a_reply_is_a_comment_below_the_comment(reddit: Platform) -> None:
    sent = source(reddit).send(sending("t1_c3", text="It is *fixed*:\nhttps://example.com/a_b"))
    assert sent == Sent("t1_c9", "https://www.reddit.com/comments/p1/_/c9/")
    [asked] = reddit.asked(f"POST {COMMENT}")
    assert asked.form["thing_id"] == "t1_c3"
    assert asked.form["text"] == "It is \\*fixed\\*:  \nhttps://example.com/a_b"
    assert asked.headers["authorization"] == "bearer token-1"
    reddit.on(COMMENT, taken(permalink="/r/acme/comments/p1/x/c9/"))
    assert source(reddit).send(sending("t1_c3")).url == (
        "https://www.reddit.com/r/acme/comments/p1/x/c9/"
    )


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("one\ntwo\n\nthree", "one  \ntwo\n\nthree"),
        ("# no heading", "\\# no heading"),
        ("- no list\n1. nor this\n2) nor that", "\\- no list  \n1\\. nor this  \n2\\) nor that"),
        ("    no code", "no code"),
        ("_no_ *emphasis* ~~or~~ ^this^", "\\_no\\_ \\*emphasis\\* \\~\\~or\\~\\~ \\^this\\^"),
        (
            "[no](link) !>spoiler `code` > quote",
            "\\[no\\](link) \\!\\>spoiler \\`code\\` \\> quote",
        ),
        ("u/a_name, snake_case, 3.5 -5 AT&T", "u/a_name, snake_case, 3.5 -5 AT&T"),
        ("&amp; C:\\dir", "\\&amp; C:\\\\dir"),
        ("https://example.com/a_b*c_ and *", "https://example.com/a_b*c_ and \\*"),
    ],
)
def test_plain_text_is_seen_as_it_was_typed(typed: str, written: str) -> None:
    assert markdown(typed) == written


@pytest.mark.parametrize(("act", "path"), [(Act.HIDE, REMOVE), (Act.UNHIDE, APPROVE)])
def test_a_moderator_takes_posts_out_and_in(reddit: Platform, act: Act, path: str) -> None:
    assert source(reddit).send(sending("t1_c3", act)) == Sent()
    [asked] = reddit.asked(f"POST {path}")
    assert asked.form["id"] == "t1_c3"
    assert asked.form.get("spam", "false") == "false"
    reddit.on(path, forbidden("MOD_REQUIRED"))
    with pytest.raises(NotSent, match="only moderators of the subreddit"):
        source(reddit).send(sending("t1_c3", act))


def test_only_our_own_is_deleted_and_once(reddit: Platform) -> None:
    with pytest.raises(NotSent, match="delete only its own posts"):
        source(reddit).send(sending("t1_c3", Act.DELETE))
    reddit.on("/api/info", listing(comment(9, "[deleted]", "[deleted]")))
    assert source(reddit).send(sending("t1_c9", Act.DELETE)) == Sent()
    assert reddit.asked(DELETE) == []
    reddit.on("/api/info", listing(comment(9, "acme")))
    source(reddit).send(sending("t1_c9", Act.DELETE))
    assert [each.form["id"] for each in reddit.asked(DELETE)] == ["t1_c9"]


def test_there_is_no_like_and_nobody_in_particular_writes(reddit: Platform) -> None:
    with pytest.raises(NotSent, match="Reddit does not offer a like to programs"):
        source(reddit).send(sending("t1_c3", Act.LIKE))
    assert Act.LIKE not in RedditSource.acts
    app_only = {"client_id": "app", "client_secret": SECRET}
    with pytest.raises(Refused, match="only an account write: give username and password"):
        source(reddit, app_only).send(sending("t1_c3"))
    assert reddit.seen == []
    assert source(reddit, app_only).ability().acts == ()
    assert source(reddit).ability().acts == RedditSource.acts


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (said("THREAD_LOCKED", "Comments are locked."), NotSent, "is locked at Reddit"),
        (said("TOO_OLD", "piece of history"), NotSent, "it is too old"),
        (said("DELETED_COMMENT", "deleted"), NotSent, "was deleted at Reddit"),
        (said("TOO_LONG", "too long"), NotSent, "shorten it"),
        (
            said("ODD_NEW_RULE", f"Not on Mondays. {PASSWORD}"),
            NotSent,
            r"Not on Mondays\. \S+ \(ODD_NEW_RULE\)",
        ),
        (said("USER_REQUIRED", "login"), Refused, "scopes identity, read, submit"),
        (said("SOMETHING_IS_BROKEN", "try later"), Unreachable, "an error of its own"),
        (forbidden("banned"), NotSent, "banned; is it banned from the subreddit"),
        (forbidden(**{"WWW-Authenticate": 'error="insufficient_scope"'}), Refused, "scope submit"),
        (Reply({"message": "Not Found", "error": 404}, 404), NotSent, "may have been deleted"),
        (Reply({"message": "Bad Request", "error": 400}, 400), NotSent, "does not take this"),
        (Reply("", 429, {"retry-after": "60"}), Throttled, "asks us to wait until"),
        (Reply("", 503), Unreachable, "an error of its own"),
    ],
)
def test_what_reddit_refuses_is_said_in_words(
    reddit: Platform, reply: Any, kind: type[SourceError], says: str
) -> None:
    reddit.on(COMMENT, reply, taken())
    with pytest.raises(SourceError, match=says) as caught:
        source(reddit).send(sending("t1_c3"))
    assert type(caught.value) is kind
    assert not {PASSWORD, SECRET, "token-1"} & {*str(caught.value).split()}
    assert source(reddit).send(sending("t1_c3")).id == "t1_c9"


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("you are doing that too much. try again in 9 minutes.", 541),
        ("Looks like you've been doing that a lot. Take a break for 1 minute before trying", 61),
        ("try again in 30 seconds", 31),
        ("try again in 2 hours", 7201),
        ("later", None),
    ],
)
def test_a_limit_on_replies_ends_when_reddit_says(
    reddit: Platform, message: str, seconds: int | None
) -> None:
    reddit.on(COMMENT, said("RATELIMIT", message))
    with pytest.raises(Throttled, match=r"wait.* between replies") as caught:
        source(reddit).send(sending("t1_c3"))
    at = caught.value.retry_at
    assert (at is None) == (seconds is None)
    if at is not None and seconds is not None:
        assert abs(at - now() - timedelta(seconds=seconds)) < timedelta(seconds=10)


def test_a_token_that_is_over_is_renewed_for_a_write(reddit: Platform) -> None:
    source(reddit).send(sending("t1_c3"))
    reddit.on(COMMENT, Reply({"message": "Unauthorized", "error": 401}, 401), taken())
    assert source(reddit).send(sending("t1_c3")).id == "t1_c9"
    assert len(reddit.asked("/api/v1/access_token")) == 2


@pytest.mark.parametrize("conversation", ["t3_p1", ""])
def test_what_was_sent_is_found_below_what_it_answers(reddit: Platform, conversation: str) -> None:
    asked = sending("t1_c3", text="It is *fixed*.", conversation=conversation)
    ours = comment(9, "acme", "It is \\*fixed\\*.", parent_id="t1_c3")
    reddit.on(TREE, tree(comment(8, "bo", "It is \\*fixed\\*.", parent_id="t1_c3"), ours))
    assert source(reddit).find_sent(asked) == Sent(
        "t1_c9", "https://www.reddit.com/comments/p1/_/c9/"
    )
    assert reddit.asked(TREE)[0].query["comment"] == "c3"


@pytest.mark.parametrize(
    "other",
    [
        comment(9, "acme", "other words", parent_id="t1_c3"),
        comment(9, "acme", TEXT, parent_id="t1_c4"),
        comment(9, "acme", TEXT, parent_id="t1_c3", created_utc=ASKED.timestamp() - 600),
        {"kind": "more", "data": {"id": "c10"}},
    ],
)
def test_what_was_never_sent_is_not_found(reddit: Platform, other: Any) -> None:
    reddit.on(TREE, tree(other))
    assert source(reddit).find_sent(sending("t1_c3", conversation="t3_p1")) is None
    reddit.on(TREE, Reply({"message": "Not Found", "error": 404}, 404))
    assert source(reddit).find_sent(sending("t1_c3", conversation="t3_p1")) is None


def test_a_reply_to_a_submission_is_found_among_its_comments(reddit: Platform) -> None:
    reddit.on(TREE, [listing({"kind": "t3"}), listing(comment(9, "acme", TEXT))])
    found = source(reddit).find_sent(sending("t3_p1"))
    assert found is not None
    assert found.id == "t1_c9"
    assert "comment" not in reddit.asked(TREE)[0].query
