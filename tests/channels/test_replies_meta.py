"""Facebook and Instagram: replies and other acts, what Graph refuses, finding an earlier try."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.channels.facebook_shapes import NOW, at_noon, follow
from tests.channels.sendings import ASKED, TEXT, sending
from tests.channels.server import Platform, Reply, html, reset
from triage.vocabulary import Act
from workers.channels import source_class
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

TOKEN, SECRET = "canary-meta-token", "canary-meta-secret"
AT = ASKED.strftime("%Y-%m-%dT%H:%M:%S+0000")
DONE = {"success": True}


@dataclass(frozen=True)
class Place:
    """How one of the two platforms answers: names of calls and fields, and the reply made."""

    kind: str
    account: str
    posted: str
    listed: str
    text: str
    time: str
    parent: dict[str, Any]
    sent: Sent
    scope: str

    def source(self, platform: Platform, **settings: str) -> Any:
        settings = {"base_url": platform.url, self.account: "1", **settings}
        secrets = {"access_token": TOKEN, "app_secret": SECRET}
        return source_class(self.kind)(Config("c", "Acme", "public", settings, secrets))

    def ours(self, text: str = TEXT, author: str = "1", time: str = AT) -> dict[str, Any]:
        return {"id": "9", self.text: text, self.time: time, "from": {"id": author}}


FACEBOOK = Place(
    "facebook",
    "page_id",
    "POST /v26.0/3/comments",
    "GET /v26.0/{}/comments",
    "message",
    "created_time",
    {"parent": {"id": "2"}},
    Sent("9", "https://www.facebook.com/9"),
    "pages_manage_engagement",
)
INSTAGRAM = Place(
    "instagram",
    "ig_user_id",
    "POST /v26.0/3/replies",
    "GET /v26.0/{}/replies",
    "text",
    "timestamp",
    {"parent_id": "2"},
    Sent("9"),
    "instagram_manage_comments",
)
PLACES = pytest.mark.parametrize("place", [FACEBOOK, INSTAGRAM], ids=lambda place: place.kind)


def asked_for(act: Act = Act.REPLY, **more: Any) -> Sending:
    return sending("3", act, **{"conversation": "100", **more})


def refused(code: int, message: str = "no", *, status: int = 400, **more: Any) -> Reply:
    error = {"message": f"(#{code}) {message} {TOKEN}", "type": "OAuthException", "code": code}
    return Reply({"error": {**error, **more}}, status)


GONE = refused(100, "Object with ID '3' does not exist", error_subcode=33)


@pytest.fixture
def meta(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """A Graph that takes whatever it is asked to."""
    at_noon(monkeypatch)
    for place in (FACEBOOK, INSTAGRAM):
        platform.on(place.posted, {"id": "9"})
        for above in ("2", "3"):
            platform.on(place.listed.format(above), {"data": []})
    platform.on("GET /v26.0/1", {"id": "1", "name": "Acme", "username": "acme"})
    platform.on("GET /v26.0/3", {"id": "3"})
    for path in ("POST /v26.0/3", "POST /v26.0/3/likes", "DELETE /v26.0/3", "DELETE /3/likes"):
        platform.on(path, DONE)
    return platform


@PLACES
def test_a_reply_is_a_comment_below_the_comment(meta: Platform, place: Place) -> None:
    assert place.source(meta).send(asked_for()) == place.sent
    [asked] = meta.seen
    assert asked.is_at(place.posted)
    assert asked.form == {"message": TEXT}
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.query["appsecret_proof"]


@pytest.mark.parametrize(
    ("place", "act", "path", "form"),
    [
        (FACEBOOK, Act.HIDE, "POST /v26.0/3", {"is_hidden": "true"}),
        (FACEBOOK, Act.UNHIDE, "POST /v26.0/3", {"is_hidden": "false"}),
        (FACEBOOK, Act.LIKE, "POST /v26.0/3/likes", {}),
        (FACEBOOK, Act.UNLIKE, "DELETE /v26.0/3/likes", {}),
        (FACEBOOK, Act.DELETE, "DELETE /v26.0/3", {}),
        (INSTAGRAM, Act.HIDE, "POST /v26.0/3", {"hide": "true"}),
        (INSTAGRAM, Act.UNHIDE, "POST /v26.0/3", {"hide": "false"}),
        (INSTAGRAM, Act.DELETE, "DELETE /v26.0/3", {}),
    ],
)
def test_the_other_acts_are_one_call_each(
    meta: Platform, place: Place, act: Act, path: str, form: dict[str, str]
) -> None:
    assert place.source(meta).send(asked_for(act)) == Sent()
    [asked] = meta.seen
    assert asked.is_at(path)
    assert asked.form == form
    for answered, says in (({"success": False}, "did not do this"), (refused(200), place.scope)):
        meta.on(path, answered)
        with pytest.raises(SourceError, match=says):
            place.source(meta).send(asked_for(act))
    meta.on(path, {})
    with pytest.raises(Unreachable, match="cannot be read"):
        place.source(meta).send(asked_for(act))


@pytest.mark.parametrize("act", [Act.LIKE, Act.UNLIKE])
def test_instagram_has_no_likes_for_programs(meta: Platform, act: Act) -> None:
    with pytest.raises(NotSent, match="Instagram does not offer"):
        INSTAGRAM.source(meta).send(asked_for(act))
    assert act not in source_class("instagram").acts
    assert meta.seen == []


@PLACES
def test_deleting_what_is_gone_already_is_done(meta: Platform, place: Place) -> None:
    meta.on("DELETE /v26.0/3", GONE)
    assert place.source(meta).send(asked_for(Act.DELETE)) == Sent()
    meta.on("DELETE /v26.0/3", refused(100, "not yours"))
    with pytest.raises(NotSent, match="not yours"):
        place.source(meta).send(asked_for(Act.DELETE))


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (refused(506, "Duplicate"), NotSent, "stand there already"),
        (refused(1609005, "link"), NotSent, "does not take a link"),
        (refused(200, "Comments are turned off"), NotSent, "takes no comment from us here"),
        (refused(100, "Message is too long"), NotSent, "does not take this: .*too long"),
        (refused(100, "x", error_user_msg="Too many tags"), NotSent, "Too many tags"),
        (refused(200, "Permissions error"), Refused, "lacks the permission {scope}"),
        (refused(10, "needs pages_manage_metadata"), Refused, "pages_manage_metadata"),
        (refused(190, "x", error_subcode=463), Refused, "it has expired; give a new one"),
        (refused(368, "Blocked"), Refused, "has blocked this app or page for a while"),
        (refused(32, "Page limit"), Throttled, "until 2026-11-21 13:00"),
        (refused(80001, "Limit"), Throttled, "asks us to wait"),
        (refused(2, "Down", status=503), Unreachable, "try again later"),
        (refused(100, "x", is_transient=True), Unreachable, "try again later"),
        (Reply({}, 500), Unreachable, "error of its own"),
        (Reply({"id": None}), Unreachable, "cannot be read"),
        (html(502), Unreachable, "error of its own"),
        (reset(), Unreachable, "cannot be reached"),
    ],
)
@PLACES
def test_what_graph_refuses_is_said_in_words(
    meta: Platform, place: Place, reply: Reply, kind: type[SourceError], says: str
) -> None:
    meta.on(place.posted, reply, {"id": "9"})
    with pytest.raises(SourceError, match=says.format(scope=place.scope)) as caught:
        place.source(meta).send(asked_for())
    assert type(caught.value) is kind
    assert "canary" not in str(caught.value)
    assert place.source(meta).send(asked_for()) == place.sent


@pytest.mark.parametrize("token_in", ["header", "params"])
@PLACES
def test_no_key_stands_in_an_error(meta: Platform, place: Place, token_in: str) -> None:
    meta.on(place.posted, reset())
    with pytest.raises(Unreachable) as caught:
        place.source(meta, token_in=token_in).send(asked_for())
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_comment_that_is_gone_at_facebook_is_not_answered(meta: Platform) -> None:
    meta.on(FACEBOOK.posted, GONE)
    with pytest.raises(NotSent, match="deleted, or its author has blocked"):
        FACEBOOK.source(meta).send(asked_for())


def test_a_mention_is_answered_through_the_mentions_of_the_account(meta: Platform) -> None:
    meta.on(INSTAGRAM.posted, GONE)  # to the API it is no comment of ours
    meta.on("POST /v26.0/1/mentions", {"id": "9"})
    assert INSTAGRAM.source(meta).send(asked_for()) == INSTAGRAM.sent
    assert INSTAGRAM.source(meta).send(asked_for(conversation="3")) == INSTAGRAM.sent
    below, caption = meta.asked("POST /v26.0/1/mentions")
    assert below.form == {"message": TEXT, "media_id": "100", "comment_id": "3"}
    assert caption.form == {"message": TEXT, "media_id": "3"}
    meta.on("POST /v26.0/1/mentions", GONE)
    with pytest.raises(NotSent, match="Instagram no longer has this"):
        INSTAGRAM.source(meta).send(asked_for())


@pytest.mark.parametrize("reply", [reset(), html(502), Reply({}), refused(2, status=500)])
def test_an_answer_to_a_mention_whose_fate_is_unknown_goes_to_a_person(
    meta: Platform, reply: Reply
) -> None:
    meta.on("POST /v26.0/1/mentions", reply)
    with pytest.raises(NotSent, match="look there before you send again"):
        INSTAGRAM.source(meta).send(asked_for(conversation="3"))
    assert INSTAGRAM.source(meta).find_sent(asked_for(conversation="3")) is None


@PLACES
def test_what_was_sent_is_found_by_its_words(meta: Platform, place: Place) -> None:
    path = place.listed.format("3")
    first = {"data": [place.ours(author="5"), place.ours("other")], **follow("p2")}
    meta.on(path, first, {"data": [place.ours(f" {TEXT}\n")]})
    assert place.source(meta).find_sent(asked_for()) == place.sent
    assert [asked.query.get("after") for asked in meta.asked(path)] == [None, "p2"]


@PLACES
def test_a_reply_to_a_reply_is_found_beside_it(meta: Platform, place: Place) -> None:
    meta.on("GET /v26.0/3", {"id": "3", **place.parent})
    meta.on(place.listed.format("2"), {"data": [place.ours()]})
    assert place.source(meta).find_sent(asked_for()) == place.sent


@PLACES
def test_words_that_stand_there_as_this_very_reply_count_as_sent(
    meta: Platform, place: Place
) -> None:
    meta.on(place.posted, refused(506, "Duplicate"))
    meta.on(place.listed.format("3"), {"data": [place.ours()]})
    assert place.source(meta).send(asked_for()) == place.sent


@PLACES
def test_what_was_never_sent_is_not_found(meta: Platform, place: Place) -> None:
    earlier = NOW.replace(hour=11).strftime("%Y-%m-%dT%H:%M:%S+0000")
    path = place.listed.format("3")
    for other in (place.ours("other"), place.ours(author="5"), place.ours(time=earlier)):
        meta.on(path, {"data": [other]})
        assert place.source(meta).find_sent(asked_for()) is None
    for nothing in (GONE, {"data": [], **follow("p")}):  # the last one turns in a circle
        meta.on(path, nothing)
        assert place.source(meta).find_sent(asked_for()) is None
    meta.on(path, {"data": [place.ours()]})
    assert place.source(meta).find_sent(asked_for()) == place.sent


@pytest.mark.parametrize("answer", [reset(), refused(2), Reply({}), Reply([]), html(200)])
@PLACES
def test_a_failed_search_for_what_was_sent_is_no_answer(
    meta: Platform, place: Place, answer: Reply
) -> None:
    meta.on(place.listed.format("3"), answer, {"data": [place.ours()]})
    with pytest.raises(Unreachable):
        place.source(meta).find_sent(asked_for())
    assert place.source(meta).find_sent(asked_for()) == place.sent
