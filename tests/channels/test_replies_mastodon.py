"""Mastodon: answers and other acts, what an instance refuses, and finding an earlier try."""

from datetime import timedelta
from typing import Any

import pytest

from tests.channels.sendings import ASKED, TEXT, sending
from tests.channels.server import Platform, Reply, html, reset
from triage.back.lengths import COUNTINGS
from triage.vocabulary import Act
from workers.channels.base import (
    Ability,
    Config,
    NotSent,
    Refused,
    Sent,
    SourceError,
    Throttled,
    Unreachable,
)
from workers.channels.mastodon import MastodonSource

TOKEN = "canary-mastodon-token"
STATUS, POSTED = "GET /api/v1/statuses/3", "POST /api/v1/statuses"
OURS = "GET /api/v1/accounts/1/statuses"
MADE = {"id": "9", "url": "https://social.example/@acme/9", "content": "<p>x</p>"}
SENT = Sent("9", "https://social.example/@acme/9")
NO_SCOPE = "This action is outside the authorized scopes"


def source(platform: Platform, token: str = TOKEN, **settings: str) -> MastodonSource:
    settings = {"base_url": platform.url, **settings}
    return MastodonSource(Config("m", "Acme", "public", settings, {"access_token": token}))


def status(visibility: str = "public", acct: str = "ann@other.example") -> dict[str, Any]:
    account = {"id": "5", "acct": acct}
    return {"id": "3", "content": "<p>hi</p>", "visibility": visibility, "account": account}


def refused(code: int, error: str) -> Reply:
    return Reply({"error": f"{error} {TOKEN}"}, code)


def ours(content: str, to: str = "3", minutes: int = 1) -> dict[str, Any]:
    at = (ASKED + timedelta(minutes=minutes)).isoformat()
    return {**MADE, "content": content, "in_reply_to_id": to, "created_at": at}


@pytest.fixture
def instance(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """An instance with one post of Ann, which takes whatever it is asked to."""
    monkeypatch.setattr("workers.channels.mastodon_replies.now", lambda: ASKED)
    platform.on("/api/v1/accounts/verify_credentials", {"id": "1", "acct": "acme"})
    platform.on(STATUS, status())
    platform.on(POSTED, MADE)
    platform.on("POST /statuses/3/favourite", status())
    platform.on("POST /statuses/3/unfavourite", status())
    platform.on("DELETE /statuses/3", status())
    platform.on(OURS, [])
    return platform


def test_an_answer_names_the_author_and_bears_the_key_of_its_tries(instance: Platform) -> None:
    assert source(instance).send(sending("3")) == SENT
    [asked] = instance.asked(POSTED)
    assert asked.form["status"] == f"@ann@other.example {TEXT}"
    assert asked.form["in_reply_to_id"] == "3"
    assert asked.headers["idempotency-key"] == sending("3").key
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("text", "acct", "written"),
    [
        ("Hello @Ann@other.example!", "ann@other.example", "Hello @Ann@other.example!"),
        ("Hello @ann", "ann@other.example", "@ann@other.example Hello @ann"),
        ("Hello @annette", "ann", "@ann Hello @annette"),
        ("write to me@ann", "ann", "@ann write to me@ann"),
    ],
)
def test_who_is_named_in_the_text_is_not_named_twice(
    instance: Platform, text: str, acct: str, written: str
) -> None:
    instance.on(STATUS, status(acct=acct))
    source(instance).send(sending("3", text=text))
    assert instance.asked(POSTED)[0].form["status"] == written


@pytest.mark.parametrize(
    ("theirs", "answered"),
    [
        ("public", "public"),
        ("unlisted", "unlisted"),
        ("private", "direct"),
        ("direct", "direct"),
        ("local", "direct"),
    ],
)
def test_an_answer_is_seen_by_nobody_whom_the_post_was_not_for(
    instance: Platform, theirs: str, answered: str
) -> None:
    instance.on(STATUS, status(theirs))
    source(instance).send(sending("3"))
    assert instance.asked(POSTED)[0].form["visibility"] == answered


@pytest.mark.parametrize(
    ("act", "path"),
    [
        (Act.LIKE, "POST /statuses/3/favourite"),
        (Act.UNLIKE, "POST /statuses/3/unfavourite"),
        (Act.DELETE, "DELETE /statuses/3"),
    ],
)
def test_the_other_acts_are_one_call_each(instance: Platform, act: Act, path: str) -> None:
    assert source(instance).send(sending("3", act)) == Sent()
    assert len(instance.seen) == 1
    instance.on(path, refused(403, NO_SCOPE))
    with pytest.raises(Refused, match="the token needs write:"):
        source(instance).send(sending("3", act))


def test_what_mastodon_has_no_call_for_is_said_so(instance: Platform) -> None:
    with pytest.raises(NotSent, match="does not offer hiding"):
        source(instance).send(sending("3", Act.HIDE))
    assert Act.HIDE not in MastodonSource.acts


def test_deleting_what_is_gone_is_done_and_what_is_not_ours_stays(instance: Platform) -> None:
    instance.on("DELETE /statuses/3", refused(404, "Record not found"))
    with pytest.raises(NotSent, match="only its own posts"):
        source(instance).send(sending("3", Act.DELETE))
    instance.on(STATUS, refused(404, "Record not found"))
    assert source(instance).send(sending("3", Act.DELETE)) == Sent()
    instance.on(STATUS, refused(500, "oops"))
    with pytest.raises(Unreachable):
        source(instance).send(sending("3", Act.DELETE))


def test_a_hashtag_without_a_token_is_not_answered(instance: Platform) -> None:
    with pytest.raises(Refused, match="needs an access_token"):
        source(instance, token="", hashtag="acme").send(sending("3"))
    assert instance.seen == []


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (refused(404, "Record not found"), NotSent, "was deleted, or its author has blocked"),
        (refused(422, "Text character limit of 500 exceeded"), NotSent, "also counts the author"),
        (refused(422, "Text can't be blank"), NotSent, "does not take this: Text can't be blank"),
        (refused(403, "This action is not allowed"), NotSent, "does not let our account"),
        (refused(403, NO_SCOPE), Refused, "read:statuses and write:statuses"),
        (refused(403, "Your login is currently disabled"), Refused, "has closed this account"),
        (refused(401, "The access token was revoked"), Refused, "does not accept the access_token"),
        (refused(429, "Too many requests"), Throttled, "asks us to wait"),
        (refused(503, "Down"), Unreachable, "error of its own"),
        (html(502), Unreachable, "error of its own"),
        (html(403), Unreachable, "web page in place of data"),
        (Reply([]), Unreachable, "cannot be read"),
        (Reply({}), Unreachable, "cannot be read"),
        (reset(), Unreachable, "cannot be reached"),
    ],
)
def test_what_an_instance_refuses_is_said_in_words(
    instance: Platform, reply: Reply, kind: type[SourceError], says: str
) -> None:
    instance.on(POSTED, reply, MADE)
    with pytest.raises(SourceError, match=says) as caught:
        source(instance).send(sending("3"))
    assert type(caught.value) is kind
    assert TOKEN not in str(caught.value)
    assert source(instance).send(sending("3")) == SENT


def test_a_post_that_is_gone_is_not_answered(instance: Platform) -> None:
    instance.on(STATUS, refused(404, "Record not found"))
    with pytest.raises(NotSent, match="no longer has this post"):
        source(instance).send(sending("3"))
    assert instance.asked(POSTED) == []


def test_what_was_sent_is_found_by_its_words(instance: Platform) -> None:
    name = '<span class="h-card"><a href="https://other.example/@ann">@<span>ann</span></a></span>'
    link = (
        '<a href="https://example.com/help"><span class="invisible">https://</span>'
        "<span>example.com/help</span></a>"
    )
    content = f"<p>{name} Fixed &amp; done:<br>{link}</p>"
    instance.on(OURS, [ours(content, to="4"), ours(content)])
    found = source(instance).find_sent(sending("3", text="Fixed & done:\nhttps://example.com/help"))
    assert found == SENT


@pytest.mark.parametrize(
    "other",
    [
        ours("<p>other words</p>"),
        ours(f"<p>{TEXT}</p>", to="4"),
        ours(f"<p>{TEXT}</p>", minutes=-9),
    ],
)
def test_what_was_never_sent_is_not_found(instance: Platform, other: dict[str, Any]) -> None:
    instance.on(OURS, [other])
    assert source(instance).find_sent(sending("3")) is None
    instance.on(OURS, [])
    assert source(instance).find_sent(sending("3")) is None


@pytest.mark.parametrize("failed", [reset(), Reply({}), refused(503, "Down")])
def test_a_failed_search_for_what_was_sent_is_no_answer(instance: Platform, failed: Reply) -> None:
    instance.on(OURS, failed, [ours(f"<p>{TEXT}</p>")])
    with pytest.raises(Unreachable):
        source(instance).find_sent(sending("3"))
    assert source(instance).find_sent(sending("3")) == SENT
    instance.on("/api/v1/accounts/verify_credentials", refused(403, NO_SCOPE))
    with pytest.raises(Refused, match="read:accounts"):
        source(instance).find_sent(sending("3"))


def test_a_late_try_looks_first_for_the_instance_forgets_keys(
    instance: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.channels.mastodon_replies.now", lambda: ASKED + timedelta(hours=2))
    assert source(instance).send(sending("3")) == SENT
    instance.on(OURS, [ours(f"<p>@ann {TEXT}</p>")])
    assert source(instance).send(sending("3")) == SENT
    assert len(instance.asked(POSTED)) == 1
    assert source(instance).send(sending("3", Act.LIKE)) == Sent()


def test_what_can_be_done_depends_on_the_token_and_the_instance(instance: Platform) -> None:
    able = source(instance).ability()
    assert (able.acts, able.longest) == (MastodonSource.acts, 500)
    assert able.counting in COUNTINGS
    assert source(instance, longest="5000").ability().longest == 5000
    assert source(instance, token="", hashtag="acme").ability() == Ability()
    with pytest.raises(Refused, match="longest is 'many'"):
        source(instance, longest="many").send(sending("3"))
