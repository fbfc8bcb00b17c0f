"""What Reddit says when it says no."""

from prawcore.exceptions import OAuthException, RequestException

from workers.channels.asking import told
from workers.channels.base import Refused, SourceError
from workers.channels.failing import common, quoted
from workers.channels.http import Wire
from workers.channels.records import part, words
from workers.channels.reddit_client import RedditClient


def failure_of(
    error: Exception, client: RedditClient, wire: Wire, *, what: str, scope: str, secrets: list[str]
) -> SourceError | None:
    """An exception of praw as one of ours; None for one that says nothing of its own."""
    if isinstance(error, RequestException):
        if 300 <= wire.status < 400 and "search" in wire.headers.get("location", ""):
            return Refused(f"Reddit has no {what}")
        return common("Reddit", wire, error.original_exception)
    if isinstance(error, OAuthException):
        return Refused(
            "Reddit does not accept username and password, or the account signs in with a second "
            "factor (then give a refresh_token)"
        )
    if not 400 <= wire.status < 500 or wire.status == 429:
        return None
    body = told(wire)
    if body is None and "html" in wire.headers.get("content-type", "").lower():
        return None
    said = words(part(body, "reason")) or words(part(body, "message"))
    why = quoted(said, secrets) or f"status {wire.status}"
    return Refused(_sentence(client, wire, what=what, scope=scope, why=why))


def _sentence(client: RedditClient, wire: Wire, *, what: str, scope: str, why: str) -> str:
    status, challenge = wire.status, wire.headers.get("www-authenticate", "")
    if client.signing_in and status == 401:
        return (
            "Reddit does not accept client_id and client_secret; they stand at "
            "reddit.com/prefs/apps"
        )
    if client.signing_in:
        return (
            f"Reddit gives no token: {why}; is the refresh_token, or the password, still right? "
            "A token that was revoked is replaced by a new one"
        )
    if "insufficient_scope" in challenge:
        return f"the token for Reddit lacks the scope {scope}; make one that has it"
    if status == 401:
        return f"Reddit does not accept the token: {why}"
    if status == 403:
        return f"Reddit does not show {what} to this account: {why} (it needs the scope {scope})"
    if status == 404:
        return f"Reddit has no {what}: {why}; look at its name"
    if status == 451:
        return f"Reddit may not show {what} here for legal reasons"
    return f"Reddit does not accept the request: {why}"
