"""The client of LinkedIn: linkedin-api-client, which looks at no status and has no time-out."""

from collections.abc import Mapping
from typing import Any

from linkedin_api.clients.restli.client import RestliClient

from workers.channels.asking import told
from workers.channels.http import Wire, session
from workers.channels.records import part, words
from workers.channels.renewing import refreshed

HOST = "https://api.linkedin.com"
RENEWAL = "https://www.linkedin.com/oauth/v2/accessToken"
INTROSPECTION = "https://www.linkedin.com/oauth/v2/introspectToken"
LIMIT = 100


class NotAnswered(Exception):
    """LinkedIn answered with an error status, which the client takes for an answer."""


class LinkedIn:
    """The calls that a channel needs. `step` is what was asked for last."""

    def __init__(self, access_token: str, *, version: str, wire: Wire) -> None:
        self._client = RestliClient()
        self._client.session = session(wire)
        self._both = {"access_token": access_token, "version_string": version}
        self.step = "notifications"

    def notifications(
        self,
        organization: str,
        actions: list[str],
        *,
        since: int,
        until: int,
        start: int,
        size: int,
    ) -> Any:
        """What happened to an organization from `since` until `until` (epoch milliseconds)."""
        self.step = "notifications"
        asked = {
            "organizationalEntity": organization,
            "actions": actions,
            "timeRange": {"start": since, "end": until},
            "start": start,
            "count": size,
        }
        path = "/organizationalEntityNotifications"
        return _answer(
            self._client.finder(
                resource_path=path, finder_name="criteria", query_params=asked, **self._both
            )
        )

    def comments(self, urn: str, *, start: int) -> Any:
        """A page of the comments on a post, or of the replies to a comment."""
        self.step = "comments"
        return _answer(
            self._client.get_all(
                resource_path="/socialActions/{id}/comments",
                path_keys={"id": urn},
                query_params={"start": start, "count": LIMIT},
                **self._both,
            )
        )

    def comment(self, urn: str, number: str) -> Any:
        """One comment on a post."""
        self.step = "comments"
        path, keys = "/socialActions/{id}/comments/{number}", {"id": urn, "number": number}
        return _answer(self._client.get(resource_path=path, path_keys=keys, **self._both))

    def write(self, urn: str, entity: dict[str, Any]) -> Any:
        """A new comment on a post or on a comment -> the comment as LinkedIn took it."""
        self.step = "writing"
        path, keys = "/socialActions/{id}/comments", {"id": urn}
        made = self._client.create(resource_path=path, path_keys=keys, entity=entity, **self._both)
        _done(made)
        return {"id": made.entity_id, **(made.entity or {})}

    def delete(self, urn: str, number: str, *, actor: str) -> None:
        """Take a comment away."""
        self.step = "writing"
        keys = {"id": urn, "number": number}
        path = "/socialActions/{id}/comments/{number}"
        _done(
            self._client.delete(
                resource_path=path, path_keys=keys, query_params={"actor": actor}, **self._both
            )
        )

    def like(self, urn: str, *, actor: str) -> None:
        """React to a post or a comment; this took the place of the likes of socialActions."""
        self.step = "writing"
        entity = {"root": urn, "reactionType": "LIKE"}
        asked = {"actor": actor}
        _done(
            self._client.create(
                resource_path="/reactions", entity=entity, query_params=asked, **self._both
            )
        )

    def unlike(self, urn: str, *, actor: str) -> None:
        """Take a reaction back."""
        self.step = "writing"
        keys = {"id": {"actor": actor, "entity": urn}}
        path = "/reactions/{id}"
        _done(self._client.delete(resource_path=path, path_keys=keys, **self._both))

    def post(self, urn: str) -> Any:
        """A post."""
        self.step = "posts"
        path, keys = "/posts/{id}", {"id": urn}
        return _answer(self._client.get(resource_path=path, path_keys=keys, **self._both))


def introspect(keys: dict[str, str], wire: Wire) -> Any:
    """What LinkedIn says of a token; None where it does not tell these keys."""
    asked = {**keys, "token": keys["access_token"]}
    asked.pop("access_token")
    session(wire).post(INTROSPECTION, data=asked, allow_redirects=False)
    return told(wire) if wire.status < 400 else None


def renewed(secrets: Mapping[str, str], wire: Wire) -> dict[str, str]:
    """New tokens for a refresh token; {} where one of the keys that it takes is missing."""
    names = ("client_id", "client_secret", "refresh_token")
    app, secret, token = (secrets.get(name, "") for name in names)
    if not (app and secret and token):
        return {}
    return refreshed(wire, RENEWAL, client=(app, secret), refresh_token=token)


def _answer(reply: Any) -> Any:
    _done(reply)
    return reply.response.json()


def _done(reply: Any) -> None:
    if reply.status_code >= 400:
        raise NotAnswered(str(reply.status_code))
    if "html" in reply.headers.get("content-type", ""):
        raise ValueError("a web page")  # of a proxy, say: nothing was done


def error_of(wire: Wire) -> tuple[str, str] | None:
    """(code, message) of an error answer; None where it is none of LinkedIn's."""
    body = told(wire)
    if not isinstance(body, dict):
        return None
    return words(part(body, "code")) or "", words(part(body, "message")) or ""
