"""YouTube: comments in a thread, moderation, deleting; refusals; finding what was sent."""

from typing import Any

import pytest

from tests.channels.sendings import TEXT, sending
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
from workers.channels.youtube import YouTubeSource

TOKEN = "ya29-canary-token"
COMMENTS, CHANNELS = "/youtube/v3/comments", "/youtube/v3/channels"
MODERATE = "/youtube/v3/comments/setModerationStatus"
POSTED = f"POST {COMMENTS}"


def source(platform: Platform, **secrets: str) -> YouTubeSource:
    settings = {"base_url": platform.url, "video_id": "v1"}
    given = secrets or {"access_token": TOKEN}
    return YouTubeSource(Config("y", "Acme", "public", settings, given))


def comment(comment_id: str, channel: str = "UC-ann", text: str = "hi", **more: Any) -> Any:
    snippet = {
        "textOriginal": text,
        "textDisplay": text,
        "authorChannelId": {"value": channel},
        "publishedAt": "2026-11-21T12:00:05Z",
        **more,
    }
    return {"id": comment_id, "snippet": snippet}


def error(status: int, reason: str, message: str = "no") -> Reply:
    told = {"code": status, "message": f"{message} {TOKEN}", "errors": [{"reason": reason}]}
    return Reply({"error": told}, status)


@pytest.fixture
def youtube(platform: Platform) -> Platform:
    """A YouTube where we are UC-us, which takes whatever it is asked to."""
    platform.on(CHANNELS, {"items": [{"id": "UC-us"}]})
    platform.on(f"GET {COMMENTS}", {"items": [comment("t1.8")]})
    platform.on(POSTED, comment("t1.9", "UC-us", TEXT, parentId="t1"))
    platform.on(MODERATE, Reply("", 204))
    platform.on(f"DELETE {COMMENTS}", Reply("", 204))
    return platform


@pytest.mark.parametrize("post", ["t1", "t1.8"])
def test_a_reply_goes_below_the_first_comment_of_the_thread(youtube: Platform, post: str) -> None:
    sent = source(youtube).send(sending(post, conversation="v1"))
    assert sent == Sent("t1.9", "https://www.youtube.com/watch?v=v1&lc=t1.9")
    [asked] = youtube.asked(POSTED)
    assert asked.json == {"snippet": {"parentId": "t1", "textOriginal": TEXT}}
    assert asked.query["part"] == "snippet"
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"


def test_a_comment_on_a_channel_has_no_address(youtube: Platform) -> None:
    assert source(youtube).send(sending("t1.8", conversation="t1")) == Sent("t1.9")


@pytest.mark.parametrize(
    ("act", "path", "asked_for"),
    [
        (Act.HIDE, MODERATE, {"id": "t1.8", "moderationStatus": "heldForReview"}),
        (Act.UNHIDE, MODERATE, {"id": "t1.8", "moderationStatus": "published"}),
        (Act.DELETE, f"DELETE {COMMENTS}", {"id": "t1.8"}),
    ],
)
def test_the_owner_holds_back_shows_and_deletes(
    youtube: Platform, act: Act, path: str, asked_for: dict[str, str]
) -> None:
    assert source(youtube).send(sending("t1.8", act)) == Sent()
    [asked] = youtube.asked(path)
    assert asked_for.items() <= asked.query.items()
    youtube.on(path, error(403, "forbidden"))
    with pytest.raises(NotSent, match=r"only the owner|delete only its own"):
        source(youtube).send(sending("t1.8", act))


def test_what_is_deleted_already_is_deleted(youtube: Platform) -> None:
    youtube.on(f"DELETE {COMMENTS}", error(404, "commentNotFound"))
    assert source(youtube).send(sending("t1.8", Act.DELETE)) == Sent()
    youtube.on(MODERATE, error(404, "commentNotFound"))
    with pytest.raises(NotSent, match="may have been deleted"):
        source(youtube).send(sending("t1.8", Act.HIDE))


def test_there_is_no_like_and_an_api_key_only_reads(youtube: Platform) -> None:
    with pytest.raises(NotSent, match="YouTube does not offer a like to programs"):
        source(youtube).send(sending("t1.8", Act.LIKE))
    keyed = source(youtube, api_key="AIza-canary")
    with pytest.raises(Refused, match=r"only reads YouTube: give a refresh_token .*force-ssl"):
        keyed.send(sending("t1.8"))
    with pytest.raises(Refused, match="only reads YouTube"):
        keyed.find_sent(sending("t1.8"))
    assert youtube.seen == []


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (error(403, "commentsDisabled"), NotSent, "are switched off at YouTube"),
        (error(400, "commentTextTooLong"), NotSent, "shorten it"),
        (error(400, "parentCommentIsPrivate"), NotSent, "is held back at YouTube"),
        (error(404, "parentCommentNotFound"), NotSent, "may have been deleted"),
        (error(400, "odd"), NotSent, "does not take this: no"),
        (error(403, "forbidden"), NotSent, "does not take this: no"),
        (error(400, "ineligibleAccount"), Refused, "has no channel at YouTube"),
        (error(403, "insufficientPermissions"), Refused, "lacks the scope youtube.force-ssl"),
        (error(401, "authError"), Refused, "not accept the access_token.*may have expired"),
        (error(403, "quotaExceeded"), Throttled, "the quota of the YouTube key is used up"),
        (error(429, "rateLimitExceeded"), Throttled, "asks us to wait"),
        (error(400, "processingFailure"), Unreachable, "it says to try again"),
    ],
)
def test_what_youtube_refuses_is_said_in_words(
    youtube: Platform, reply: Reply, kind: type[SourceError], says: str
) -> None:
    youtube.on(POSTED, reply, comment("t1.9", "UC-us", TEXT))
    with pytest.raises(SourceError, match=says) as caught:
        source(youtube).send(sending("t1.8"))
    assert type(caught.value) is kind
    assert TOKEN not in str(caught.value)
    assert source(youtube).send(sending("t1.8")).id == "t1.9"


APP = {"client_id": "app", "client_secret": "canary-secret", "refresh_token": "canary-refresh"}


def test_a_refresh_token_brings_a_token_that_is_kept_and_renewed(youtube: Platform) -> None:
    made = Reply({"access_token": "fresh-1", "expires_in": 3599})
    youtube.on("POST /token", made, {"access_token": "fresh-2", "expires_in": 3599})
    assert source(youtube, **APP).ability().acts == YouTubeSource.acts
    source(youtube, **APP).send(sending("t1.8"))
    source(youtube, **APP).send(sending("t1.8"))
    [asked] = youtube.asked("/token")
    assert asked.form == {**APP, "grant_type": "refresh_token"}
    youtube.on(POSTED, error(401, "authError"), comment("t1.9", "UC-us", TEXT))
    assert source(youtube, **APP).send(sending("t1.8")).id == "t1.9"
    used = [each.headers["authorization"] for each in youtube.asked(POSTED)]
    assert used == ["Bearer fresh-1"] * 3 + ["Bearer fresh-2"]


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (Reply({"error": "invalid_grant"}, 400), Refused, "invalid_grant; it may have been rev"),
        (Reply({"error": "invalid_client"}, 401), Refused, "accept client_id and client_secret"),
        (Reply("", 429), Throttled, "Google's sign-in asks us to wait"),
        (Reply("", 500), Unreachable, "Google's sign-in has an error of its own"),
        (Reply("oops"), Unreachable, "no access_token in it"),
    ],
)
def test_a_token_that_is_not_given_says_why(
    youtube: Platform, reply: Reply, kind: type[SourceError], says: str
) -> None:
    youtube.on("/token", reply, {"access_token": "fresh-1", "expires_in": 3599})
    with pytest.raises(SourceError, match=says) as caught:
        source(youtube, **APP).send(sending("t1.8"))
    assert type(caught.value) is kind
    assert source(youtube, **APP).send(sending("t1.8")).id == "t1.9"


def test_a_refresh_token_needs_its_app() -> None:
    secrets = {"refresh_token": "canary-refresh"}
    assert "needs the client_id" in str(YouTubeSource.problem({"video_id": "v"}, secrets))


def test_what_was_sent_is_found_in_the_thread_on_any_page(youtube: Platform) -> None:
    first = {"items": [comment("t1.8", "UC-ann", TEXT)], "nextPageToken": "two"}
    shown = comment("t1.9", "UC-us", "Thanks, Ann: it is fixed.", textOriginal=None)
    youtube.on(f"GET {COMMENTS}", first, {"items": [shown]})
    found = source(youtube).find_sent(sending("t1.8", conversation="v1"))
    assert found == Sent("t1.9", "https://www.youtube.com/watch?v=v1&lc=t1.9")
    asked = youtube.asked(f"GET {COMMENTS}")
    assert [each.query["parentId"] for each in asked] == ["t1", "t1"]
    assert asked[1].query["pageToken"] == "two"


@pytest.mark.parametrize(
    "other",
    [
        comment("t1.9", "UC-ann", TEXT),
        comment("t1.9", "UC-us", "other words"),
        comment("t1.9", "UC-us", TEXT, publishedAt="2026-11-21T11:00:00Z"),
    ],
)
def test_what_was_never_sent_is_not_found(youtube: Platform, other: Any) -> None:
    youtube.on(f"GET {COMMENTS}", {"items": [other]})
    assert source(youtube).find_sent(sending("t1.8")) is None
    youtube.on(f"GET {COMMENTS}", error(404, "commentNotFound"))
    assert source(youtube).find_sent(sending("t1.8")) is None
