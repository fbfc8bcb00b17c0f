"""The channels that `triage channel check` is tried on, and what can be wrong with each.

A row is a kind, what is wrong there, how its platform says so, and what the one sentence holds.
"""

from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

from config.cli import group
from tests.channels.server import Platform, Reply

KEY, SECOND = "canary-key-0123456789", "canary-second-98765"
VARIABLES = {"CHECK_KEY": KEY, "CHECK_SECOND": SECOND, "CHECK_THIRD": "canary-third"}


@dataclass(frozen=True)
class Place:
    """A channel that works: how it is set up and what its platform answers."""

    kind: str
    settings: dict[str, str]
    secrets: tuple[str, ...]
    answers: dict[str, Any]
    works: str
    address: str = "base_url"

    def add(self, platform: Platform) -> None:
        for path, answer in self.answers.items():
            platform.on(path, answer)
        given = {self.address: platform.url + "/feed" * (self.kind == "feed"), **self.settings}
        settings = [f"--set={key}={value}" for key, value in given.items()]
        names = dict(zip(self.secrets, VARIABLES, strict=False))
        secrets = [f"--secret={key}={name}" for key, name in names.items()]
        done = CliRunner().invoke(
            group, ["channel", "add", self.kind, "--name", "Acme", *settings, *secrets]
        )
        assert done.exit_code == 0, done.output


@dataclass(frozen=True)
class Row:
    """One thing that is wrong: what the platform answers instead, and what is said of it."""

    place: str
    wrong: str
    answers: dict[str, Any]
    says: tuple[str, ...]
    ok: bool = False


def error(status: int, body: Any, **headers: str) -> Reply:
    return Reply(body, status, {name.replace("_", "-"): text for name, text in headers.items()})


def google(status: int, reason: str, message: str = "no") -> Reply:
    told = {"code": status, "message": f"{message} {KEY}", "errors": [{"reason": reason}]}
    return error(status, {"error": told})


def linkedin(status: int, code: str, message: str = "no") -> Reply:
    return error(status, {"status": status, "code": code, "message": f"{message} {KEY}"})


def bluesky(status: int, name: str) -> Reply:
    return error(status, {"error": name, "message": KEY})


def forum(status: int, message: str) -> Reply:
    return error(status, {"errors": [f"{message} {KEY}"], "error_type": "invalid_access"})


NOTES, TOKEN_OF, THREADS = (
    "/rest/organizationalEntityNotifications",
    "/api/v1/access_token",
    "/youtube/v3/commentThreads",
)
SESSION = {"did": "did:plc:us", "handle": "a.b", "accessJwt": "a", "refreshJwt": "r"}
GRANT = {"access_token": "t", "expires_in": 9999, "scope": "*", "token_type": "bearer"}
LISTING = {"data": {"children": []}}
READS_ONLY = GRANT | {"scope": "identity read privatemessages"}
INVALID = (
    "You are not permitted to view the requested resource. The API username or key is invalid."
)
RSS = "<rss version='2.0'><channel><title>A blog</title></channel></rss>"
LACKS = "Not enough permissions to access: organizationalEntityNotifications.FINDER-criteria"
PLACES = {
    "linkedin": Place(
        "linkedin",
        {"organization": "7"},
        ("access_token",),
        {NOTES: {"elements": []}},
        "LinkedIn shows the notifications of urn:li:organization:7",
    ),
    "linkedin that tells of tokens": Place(
        "linkedin",
        {"organization": "7"},
        ("access_token", "client_secret", "client_id"),
        {
            NOTES: {"elements": []},
            "/introspectToken": {"scope": "rw_organization_admin,w_organization_social_feed"},
        },
        "LinkedIn shows the notifications of urn:li:organization:7",
    ),
    "bluesky": Place(
        "bluesky",
        {"handle": "acme.example"},
        ("app_password",),
        {"createSession": SESSION, "listNotifications": {"notifications": []}},
        "Bluesky shows the notifications of @acme.example",
    ),
    "reddit": Place(
        "reddit",
        {"username": "Acme"},
        ("client_id", "client_secret", "password"),
        {TOKEN_OF: GRANT, "/message/mentions": LISTING, "/message/comments/": LISTING},
        "Reddit shows the mentions of and replies to u/Acme",
    ),
    "a subreddit": Place(
        "reddit",
        {"subreddit": "acme"},
        ("client_id", "client_secret"),
        {TOKEN_OF: GRANT, "/r/acme/comments/": LISTING},
        "Reddit shows r/acme",
    ),
    "youtube": Place(
        "youtube",
        {"channel_id": "UC1"},
        ("api_key",),
        {THREADS: {"items": []}},
        "YouTube shows the comments of the channel UC1",
    ),
    "youtube as somebody": Place(
        "youtube",
        {"video_id": "v1"},
        ("access_token",),
        {THREADS: {"items": []}},
        "YouTube shows the comments of the video v1",
    ),
    "youtube for good": Place(
        "youtube",
        {"video_id": "v1"},
        ("refresh_token", "client_id", "client_secret"),
        {THREADS: {"items": []}, "POST /token": GRANT},
        "YouTube shows the comments of the video v1",
    ),
    "discourse": Place(
        "discourse",
        {"api_username": "acme"},
        ("api_key",),
        {"/posts.json": {"latest_posts": []}},
        "shows its posts to acme",
    ),
    "an open forum": Place(
        "discourse", {}, (), {"/posts.json": {"latest_posts": []}}, "shows its posts to everybody"
    ),
    "hackernews": Place(
        "hackernews",
        {"query": "acme"},
        (),
        {"/search_by_date": {"hits": []}},
        "the search of Hacker News finds 0 for acme",
    ),
    "feed": Place("feed", {}, (), {"/feed": RSS}, "“A blog” has 0 entries", address="url"),
}
ROWS = [
    Row(
        "linkedin",
        "a wrong key",
        {NOTES: linkedin(401, "INVALID_ACCESS_TOKEN", "Invalid access token")},
        ("does not accept the access_token: Invalid access token", "copied whole"),
    ),
    Row(
        "linkedin",
        "a dead token",
        {NOTES: linkedin(401, "EXPIRED_ACCESS_TOKEN")},
        ("access_token: it has expired, as all do after 60 days; give a new one",),
    ),
    Row(
        "linkedin",
        "a token taken back",
        {NOTES: linkedin(401, "REVOKED_ACCESS_TOKEN")},
        ("its person has revoked it; give a new one",),
    ),
    Row(
        "linkedin",
        "a missing scope",
        {NOTES: linkedin(403, "ACCESS_DENIED", LACKS)},
        ("refuses the notifications", "needs rw_organization_admin, of an administrator"),
    ),
    Row(
        "linkedin",
        "a page that is not there",
        {NOTES: linkedin(404, "NOT_FOUND")},
        ("does not know urn:li:organization:7", "look at organization"),
    ),
    Row(
        "linkedin",
        "a version of last year",
        {NOTES: linkedin(426, "NONEXISTENT_VERSION")},
        ("no longer answers version 202606", "set version"),
    ),
    Row(
        "linkedin that tells of tokens",
        "a token that only reads",
        {"/introspectToken": {"scope": "rw_organization_admin,r_organization_social"}},
        ("replies need the scope w_organization_social_feed", "which the token lacks"),
        ok=True,
    ),
    Row(
        "bluesky",
        "a wrong key",
        {"createSession": bluesky(401, "AuthenticationRequired")},
        ("does not accept the handle with this app_password; make a new one in its Settings",),
    ),
    Row(
        "bluesky",
        "the account's own password",
        {"createSession": bluesky(401, "AuthFactorTokenRequired")},
        ("asks for a code by e-mail: give an app_password in its place",),
    ),
    Row(
        "bluesky",
        "a closed account",
        {"createSession": bluesky(401, "AccountTakedown")},
        ("the account at Bluesky is closed: AccountTakedown",),
    ),
    Row(
        "bluesky",
        "a password that may not read notifications",
        {"listNotifications": bluesky(403, "Forbidden")},
        ("does not let this app_password read notifications",),
    ),
    Row(
        "bluesky",
        "a server that is none",
        {"listNotifications": bluesky(404, "XRPCNotSupported")},
        ("no such call at base_url", "is it a server of atproto?"),
    ),
    Row(
        "reddit",
        "a wrong app",
        {TOKEN_OF: error(401, {"message": "Unauthorized", "error": 401})},
        ("does not accept client_id and client_secret; they stand at reddit.com/prefs/apps",),
    ),
    Row(
        "reddit",
        "a wrong password",
        {TOKEN_OF: {"error": "invalid_grant"}},
        ("does not accept username and password", "give a refresh_token"),
    ),
    Row(
        "reddit",
        "a dead token",
        {TOKEN_OF: error(400, {"message": "Bad Request", "error": 400})},
        ("gives no token: Bad Request", "is the refresh_token, or the password, still right?"),
    ),
    Row(
        "reddit",
        "a missing scope",
        {"/message/mentions": error(403, {}, WWW_Authenticate='error="insufficient_scope"')},
        ("lacks the scope privatemessages; make one that has it",),
    ),
    Row(
        "reddit",
        "a token that only reads",
        {TOKEN_OF: READS_ONLY},
        ("replies need the scope submit, which the token lacks",),
        ok=True,
    ),
    Row(
        "a subreddit",
        "a subreddit that is closed to us",
        {"/r/acme/comments/": error(403, {"reason": "private", "error": 403})},
        ("does not show r/acme to this account: private", "needs the scope read"),
    ),
    Row(
        "a subreddit",
        "a subreddit that is not there",
        {"/r/acme/comments/": error(404, {"reason": "banned", "error": 404})},
        ("Reddit has no r/acme: banned; look at its name",),
    ),
    Row(
        "youtube",
        "a wrong key",
        {THREADS: google(400, "API_KEY_INVALID", "API key not valid.")},
        ("does not accept the api_key: API key not valid", "Google Cloud console"),
    ),
    Row(
        "youtube",
        "a key whose project may not",
        {THREADS: google(403, "SERVICE_DISABLED")},
        ("may not use the YouTube Data API v3", "is it enabled there?"),
    ),
    Row(
        "youtube",
        "a channel that is not there",
        {THREADS: google(404, "channelNotFound")},
        ("does not have the channel UC1; look at its id",),
    ),
    Row(
        "youtube as somebody",
        "a missing scope",
        {THREADS: google(403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")},
        ("lacks the scope youtube.force-ssl; make one that has it",),
    ),
    Row(
        "youtube as somebody",
        "a dead token",
        {THREADS: google(401, "authError", "Invalid Credentials")},
        ("does not accept the access_token: Invalid Credentials", "expired: give a new one"),
    ),
    Row(
        "youtube for good",
        "a dead token",
        {"POST /token": error(400, {"error": "invalid_grant", "error_description": "Revoked."})},
        ("Google gives no token for the refresh_token: Revoked.", "sign in anew"),
    ),
    Row(
        "youtube for good",
        "a wrong app",
        {"POST /token": error(401, {"error": "invalid_client"})},
        ("Google does not accept client_id and client_secret",),
    ),
    Row(
        "youtube as somebody",
        "a video without comments",
        {THREADS: google(403, "commentsDisabled")},
        ("the comments of the video v1 are switched off",),
    ),
    Row(
        "discourse",
        "a wrong key",
        {"/posts.json": forum(403, INVALID)},
        ("does not accept the api_key", "scope posts: list", "api_username must be a user"),
    ),
    Row(
        "an open forum",
        "a forum that closed itself",
        {"/posts.json": forum(403, "You need to be logged in to do that.")},
        ("shows its posts only with a login: give an api_key",),
    ),
    Row(
        "discourse",
        "an address that is no forum",
        {"/posts.json": error(404, {"errors": ["not found"]})},
        ("has no /posts.json", "is base_url the forum?"),
    ),
    Row(
        "hackernews",
        "a search that is not understood",
        {"/search_by_date": error(400, {"message": "invalid query"})},
        ("does not accept the request: invalid query",),
    ),
    Row("feed", "a login", {"/feed": error(401, "")}, ("is not shown without a login",)),
    Row("feed", "a wrong address", {"/feed": error(404, "")}, ("is not there", "look at url")),
    Row("feed", "a page that is no feed", {"/feed": Reply("hello")}, ("is no RSS or Atom feed",)),
]
