"""LinkedIn: comments as the page, reactions, deleting; what it refuses; finding what was sent."""

from typing import Any

import pytest

from tests.channels.sendings import ASKED, TEXT, sending
from tests.channels.server import Platform, Reply, html
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
from workers.channels.linkedin import LinkedInSource

TOKEN = "AQX-canary-token"
US, ANN, POST = "urn:li:organization:7", "urn:li:person:ann", "urn:li:activity:100"
POSTED = "POST /comments"
NO_SCOPE = "Not enough permissions to access: partnerApiSocialActions.CREATE.20260601"


def source(platform: Platform) -> LinkedInSource:
    settings = {"base_url": platform.url, "organization": "7"}
    return LinkedInSource(Config("l", "Acme", "public", settings, {"access_token": TOKEN}))


def urn(number: int) -> str:
    return f"urn:li:comment:({POST},{number})"


def comment(number: int, actor: str = ANN, text: str = "hi", **more: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "commentUrn": urn(number),
        "object": POST,
        "actor": actor,
        "message": {"text": text},
        "created": {"time": int(ASKED.timestamp() * 1000) + number},
        **more,
    }


def refused(status: int, message: str, code: str = "X") -> Reply:
    return Reply({"status": status, "code": code, "message": f"{message} {TOKEN}"}, status)


@pytest.fixture
def linkedin(platform: Platform) -> Platform:
    """A LinkedIn with one comment of Ann, which takes whatever it is asked to."""
    platform.on("GET /comments/3", comment(3))
    platform.on("GET /comments", {"elements": [comment(3)]})
    platform.on(POSTED, Reply(comment(9, US, TEXT, parentComment=urn(3)), 201))
    platform.on("DELETE /comments/3", Reply("", 204))
    platform.on("POST /reactions", Reply({}, 201))
    platform.on("DELETE )", Reply("", 204))
    return platform


def test_a_reply_is_a_comment_of_the_page_below_the_comment(linkedin: Platform) -> None:
    sent = source(linkedin).send(sending(urn(3)))
    address = "https://www.linkedin.com/feed/update/urn:li:activity:100"
    assert sent.id == urn(9)
    assert sent.url == address + "?commentUrn=urn%3Ali%3Acomment%3A%28activity%3A100%2C9%29"
    [asked] = linkedin.asked(POSTED)
    assert asked.path.startswith("/rest/socialActions/urn%3Ali%3Acomment%3A%28")
    assert asked.headers["linkedin-version"] == "202606"
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    wanted = {"actor": US, "object": POST, "message": {"text": TEXT}, "parentComment": urn(3)}
    assert asked.json == wanted


def test_an_answer_to_an_answer_hangs_on_the_first_comment(linkedin: Platform) -> None:
    linkedin.on("GET /comments/4", comment(4, parentComment=urn(3)))
    source(linkedin).send(sending(urn(4)))
    [asked] = linkedin.asked(POSTED)
    assert asked.json["parentComment"] == urn(3)


def test_a_post_that_mentions_us_is_answered_by_a_comment_on_it(linkedin: Platform) -> None:
    bare = Reply("", 201, {"x-restli-id": "9"})
    linkedin.on(POSTED, bare)
    assert (
        source(linkedin).send(sending("urn:li:share:5")).id == "urn:li:comment:(urn:li:share:5,9)"
    )
    [asked] = linkedin.seen
    assert "parentComment" not in asked.json


@pytest.mark.parametrize(
    ("act", "path"),
    [
        (Act.LIKE, "POST /reactions"),
        (Act.UNLIKE, "DELETE )"),
        (Act.DELETE, "DELETE /comments/3"),
    ],
)
def test_other_acts_name_the_page_as_who_does_them(linkedin: Platform, act: Act, path: str) -> None:
    assert source(linkedin).send(sending(urn(3), act)) == Sent()
    [asked] = linkedin.asked(path)
    assert "urn%3Ali%3Aorganization%3A7" in asked.path or asked.query["actor"] == US
    done = 404 if act != Act.LIKE else 409
    linkedin.on(path, refused(done, "was done before"))
    assert source(linkedin).send(sending(urn(3), act)) == Sent()
    linkedin.on(path, html(200))
    with pytest.raises(Unreachable, match="a web page in place of data"):
        source(linkedin).send(sending(urn(3), act))
    linkedin.on(path, refused(400, "no"))
    with pytest.raises(NotSent, match="does not take this: no"):
        source(linkedin).send(sending(urn(3), act))


def test_what_linkedin_has_no_call_for_is_said_so(linkedin: Platform) -> None:
    with pytest.raises(NotSent, match="LinkedIn does not offer hiding to programs"):
        source(linkedin).send(sending(urn(3), Act.HIDE))
    with pytest.raises(NotSent, match="only comments can be deleted from here"):
        source(linkedin).send(sending("urn:li:share:5", Act.DELETE))
    assert linkedin.seen == []


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (refused(403, NO_SCOPE), Refused, "may not write: .*needs w_organization_social"),
        (refused(403, "Comments are restricted"), NotSent, "are comments closed"),
        (refused(404, "no"), NotSent, "may have been deleted"),
        (refused(409, "Duplicate"), NotSent, "has this already"),
        (refused(400, "Too long"), NotSent, "does not take this: Too long"),
        (refused(401, "expired", "EXPIRED_ACCESS_TOKEN"), Refused, "the access_token"),
        (refused(426, "old", "NONEXISTENT_VERSION"), Refused, "set version"),
        (refused(429, "limit for DAY"), Throttled, "counts anew on"),
        (Reply("", 429, {"Retry-After": "60"}), Throttled, "until"),
    ],
)
def test_what_linkedin_refuses_is_said_in_words(
    linkedin: Platform, reply: Reply, kind: type[SourceError], says: str
) -> None:
    good = Reply(comment(9, US, TEXT), 201)
    linkedin.on(POSTED, reply, good)
    with pytest.raises(SourceError, match=says) as caught:
        source(linkedin).send(sending(urn(3)))
    assert type(caught.value) is kind
    assert TOKEN not in str(caught.value)
    assert source(linkedin).send(sending(urn(3))).id == urn(9)


def test_a_missing_scope_for_reading_is_named_as_that(linkedin: Platform) -> None:
    linkedin.on("GET /comments/3", refused(403, NO_SCOPE))
    with pytest.raises(Refused, match=r"refuses the comments: .*needs r_organization_social"):
        source(linkedin).send(sending(urn(3)))
    assert linkedin.asked(POSTED) == []


def test_what_was_sent_is_found_by_its_words(linkedin: Platform) -> None:
    ours = comment(9, US, "Thanks, Ann:  it is fixed.\n", parentComment=urn(3))
    linkedin.on("GET /comments", {"elements": [comment(8, ANN, TEXT), ours]})
    found = source(linkedin).find_sent(sending(urn(3)))
    assert found is not None
    assert found.id == urn(9)


@pytest.mark.parametrize(
    "other",
    [
        comment(9, ANN, TEXT),
        comment(9, US, "other words"),
        comment(9, US, TEXT, created={"time": int(ASKED.timestamp() * 1000) - 600_000}),
    ],
)
def test_what_was_never_sent_is_not_found(linkedin: Platform, other: dict[str, Any]) -> None:
    linkedin.on("GET /comments", {"elements": [other]})
    assert source(linkedin).find_sent(sending(urn(3))) is None
    linkedin.on("GET /comments", refused(404, "gone"))
    assert source(linkedin).find_sent(sending(urn(3))) is None
