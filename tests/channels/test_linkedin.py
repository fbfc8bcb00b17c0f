"""LinkedIn: own short answers in the shape of its documentation; comments, mentions, errors."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.channels.server import Platform, Reply
from workers.channels.base import Config, Page, Refused, SourceError, Throttled, Unreachable
from workers.channels.linkedin import LinkedInSource

TOKEN = "AQX-canary"
NOTES = "/rest/organizationalEntityNotifications"
COMMENTS = "/comments"
US, ANN = "urn:li:organization:7", "urn:li:person:ann"
POST = "urn:li:activity:100"
HAPPENED = 1_795_255_200_000


def source(platform: Platform, **settings: str) -> LinkedInSource:
    given = {"base_url": platform.url, "organization": "7", **settings}
    return LinkedInSource(Config("l", "Acme", "public", given, {"access_token": TOKEN}))


def urn(number: int) -> str:
    return f"urn:li:comment:(urn:li:activity:100,{number})"


def note(
    number: int, action: str = "COMMENT", text: str | None = "", **more: Any
) -> dict[str, Any]:
    comment = {"owner": ANN, "text": text or f"comment {number}", "entity": urn(number)}
    made = {
        "notificationId": number + (0 if action == "COMMENT" else 1000),
        "action": action,
        "organizationalEntity": US,
        "sourcePost": POST,
        "decoratedSourcePost": {"owner": US, "text": "our post"},
        "generatedActivity": f"urn:li:comment:(activity:100,{number})",
        "lastModifiedAt": HAPPENED + number,
    }
    return (
        made | ({} if text is None else {"decoratedGeneratedActivity": {"comment": comment}}) | more
    )


def elements(*records: Any) -> dict[str, Any]:
    return {"elements": [*records], "paging": {"start": 0, "count": 100}}


def ids(page: Page) -> list[str]:
    return [post.id for post in page.posts]


@pytest.fixture
def linkedin(platform: Platform) -> Platform:
    """A LinkedIn where nothing happens."""
    platform.on(NOTES, elements())
    platform.on(COMMENTS, elements())
    return platform


def test_a_comment_becomes_a_post_with_all_its_fields(linkedin: Platform) -> None:
    linkedin.on(NOTES, elements(note(3)))
    [post] = source(linkedin).fetch({}).posts
    assert (post.id, post.text) == (urn(3), "comment 3")
    assert (post.author, post.author_id, post.reach, post.lang) == (None, ANN, None, None)
    assert post.created_at == datetime.fromtimestamp((HAPPENED + 3) / 1000, UTC)
    address = "https://www.linkedin.com/feed/update/urn:li:activity:100"
    assert post.url == address + "?commentUrn=urn%3Ali%3Acomment%3A%28activity%3A100%2C3%29"
    assert (post.conversation, post.in_reply_to, post.parent_text) == (POST, POST, "our post")
    assert (post.own, post.edited_at, post.platform) == (False, None, "linkedin")
    [asked] = linkedin.seen
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["linkedin-version"] == "202606"
    assert asked.headers["x-restli-protocol-version"] == "2.0.0"
    assert asked.query["organizationalEntity"] == US
    assert asked.query["actions"].startswith("List(COMMENT,")
    assert asked.query["timeRange"].startswith("(end:")


def test_edits_deletions_and_our_own_comments(linkedin: Platform) -> None:
    deleted = note(1, "COMMENT_DELETE", None)
    edited = note(2, "COMMENT_EDIT", text="new words")
    linkedin.on(NOTES, elements(note(1), deleted, edited, note(2), note(3, "ADMIN_COMMENT")))
    gone, changed, ours = source(linkedin).fetch({}).posts
    assert (gone.id, gone.deleted, gone.text) == (urn(1), True, "")
    assert (changed.text, changed.edited_at is not None) == ("new words", True)
    assert (ours.own, ours.text) == (True, "comment 3")


def test_a_comment_without_text_is_read_where_it_stands(linkedin: Platform) -> None:
    linkedin.on(NOTES, elements(note(3, text=None), note(2, text=None), note(1)))
    first = source(linkedin).fetch({})
    assert (ids(first), first.rejected, first.more) == ([urn(1)], (), True)
    record = {
        "id": "3",
        "commentUrn": urn(3),
        "object": POST,
        "actor": ANN,
        "message": {"text": "whole"},
        "created": {"time": HAPPENED},
        "lastModified": {"time": HAPPENED + 1000},
    }
    answer = {**record, "id": "4", "commentUrn": None, "parentComment": urn(3), "actor": US}
    linkedin.on(COMMENTS, elements(record, answer))
    second = source(linkedin).fetch(first.cursor)
    comment, reply = second.posts
    assert (comment.id, comment.text, comment.author_id) == (urn(3), "whole", ANN)
    assert (comment.edited_at is not None, comment.parent_text) == (True, "our post")
    assert (reply.id, reply.in_reply_to, reply.own) == (urn(4), urn(3), True)
    assert (second.more, second.cursor.get("todo")) == (False, None)
    [asked] = linkedin.asked(COMMENTS)
    assert asked.path == "/rest/socialActions/urn%3Ali%3Aactivity%3A100/comments"


def test_a_post_that_is_gone_meanwhile_is_passed_over(linkedin: Platform) -> None:
    linkedin.on(NOTES, elements(note(3, text=None)))
    linkedin.on(COMMENTS, Reply({"status": 404, "message": "gone"}, 404))
    first = source(linkedin).fetch({})
    assert not source(linkedin).fetch(first.cursor).more


def test_a_post_that_mentions_us_is_in_the_notification_or_looked_up(linkedin: Platform) -> None:
    bare = {"decoratedSourcePost": None, "text": None}
    share = {"share": {"text": "see Acme", "owner": ANN, "entity": "urn:li:share:5"}}
    whole = note(5, "SHARE_MENTION", generatedActivity="urn:li:share:5")
    whole |= {"decoratedGeneratedActivity": share}
    linkedin.on(
        NOTES, elements(whole, note(6, "SHARE_MENTION", generatedActivity="urn:li:share:6", **bare))
    )
    found = {"author": ANN, "commentary": "hello @Acme", "publishedAt": HAPPENED}
    linkedin.on("/rest/posts/urn%3Ali%3Ashare%3A6", found)
    first, second = source(linkedin).fetch({}).posts
    assert (first.id, first.text, first.author_id) == ("urn:li:share:5", "see Acme", ANN)
    assert first.url == "https://www.linkedin.com/feed/update/urn:li:share:5"
    assert (second.id, second.text) == ("urn:li:share:6", "hello @Acme")


def test_every_page_of_the_time_is_read_and_nothing_twice(linkedin: Platform) -> None:
    whole = elements(*(note(n) for n in range(100)))
    linkedin.on(NOTES, whole, elements(note(100)))
    first = source(linkedin).fetch({})
    assert (len(first.posts), first.more) == (100, True)
    second = source(linkedin).fetch(first.cursor)
    assert (ids(second), second.more) == ([urn(100)], False)
    assert [seen.query["start"] for seen in linkedin.seen] == ["0", "100"]
    assert source(linkedin).fetch(second.cursor).posts == ()


def test_the_next_round_asks_from_a_little_before_the_newest(linkedin: Platform) -> None:
    at = datetime.now(UTC) - timedelta(hours=1)
    linkedin.on(NOTES, elements(note(1, lastModifiedAt=int(at.timestamp() * 1000))))
    page = source(linkedin).fetch({})
    source(linkedin).fetch(page.cursor)
    begins = [int(s.query["timeRange"].rpartition(":")[2].rstrip(")")) for s in linkedin.seen]
    week, overlap = (datetime.now(UTC).timestamp() - each / 1000 for each in begins)
    assert abs(week - 7 * 86_400) < 60
    assert abs(overlap - 7 * 3_600) < 60


def test_one_bad_record_among_good_ones_is_set_aside_once(linkedin: Platform) -> None:
    bad: list[Any] = [5, None, {"action": "COMMENT"}, {"action": "SHARE_MENTION"}]
    linkedin.on(NOTES, elements(*bad, note(1)))
    page = source(linkedin).fetch({})
    assert (ids(page), len(page.rejected)) == ([urn(1)], 4)
    assert source(linkedin).fetch(page.cursor).rejected == ()


DAY = {"status": 429, "message": "Resource level throttle APPLICATION_DAY limit is reached."}


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (Reply(DAY, 429), Throttled, "limit for the day is used up"),
        (Reply({"status": 429, "message": "slow"}, 429), Throttled, "asks us to wait"),
        (Reply({"code": "EXPIRED_ACCESS_TOKEN", "message": "old"}, 401), Refused, "it has expired"),
        (Reply({"code": "ACCESS_DENIED", "message": "no"}, 403), Refused, "rw_organization_admin"),
        (Reply({"code": "NONEXISTENT_VERSION"}, 426), Refused, "no longer answers version 202606"),
        (Reply({"message": "?"}, 404), Refused, f"does not know {US}"),
        (Reply({"message": f"bad {TOKEN}"}, 400), Refused, r"request: bad \[secret\]"),
        (Reply({"message": "x"}, 500), Unreachable, "error of its own"),
        (Reply({}), Unreachable, "no list of elements"),
        (Reply([]), Unreachable, "cannot be read"),
        (Reply("x", 403), Unreachable, "cannot be read"),
    ],
)
def test_each_error_answer_is_one_of_three_errors(
    linkedin: Platform, reply: Reply, error: type[SourceError], says: str
) -> None:
    linkedin.on(NOTES, reply, elements(note(3)))
    with pytest.raises(error, match=says) as caught:
        source(linkedin).fetch({})
    if reply.body == DAY:
        assert caught.value.retry_at.hour == 0  # type: ignore[attr-defined]
    assert ids(source(linkedin).fetch({})) == [urn(3)]


def test_check_says_what_is_watched_and_a_refusal_names_the_scope(linkedin: Platform) -> None:
    assert source(linkedin).check() == f"LinkedIn shows the notifications of {US}"
    linkedin.on(NOTES, elements(note(3, text=None)))
    first = source(linkedin).fetch({})
    linkedin.on(COMMENTS, Reply({"message": "no"}, 403))
    with pytest.raises(Refused, match="needs r_organization_social"):
        source(linkedin).fetch(first.cursor)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"organization": "acme"}, "organization is the number"),
        ({"organization": "7", "version": "2026"}, "version is a year and a month"),
        ({"organization": "7", "actions": "x;y"}, "actions are some of"),
        ({"organization": "7", "lookback_days": "61"}, "whole number from 1 to 60"),
        ({"organization": "7", "base_url": "x"}, "base_url must begin"),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_sent(
    settings: dict[str, str], says: str
) -> None:
    assert says in str(LinkedInSource.problem(settings, {"access_token": "t"}))
    with pytest.raises(Refused, match=says):
        LinkedInSource(Config("l", None, "public", settings, {"access_token": "t"})).fetch({})
    assert LinkedInSource.problem({"organization": US}, {"access_token": "t"}) is None
