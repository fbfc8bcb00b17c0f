"""The client of LinkedIn: linkedin-api-client, which looks at no status and has no time-out."""

from typing import Any

from linkedin_api.clients.restli.client import RestliClient

from workers.channels.asking import told
from workers.channels.http import Wire, session
from workers.channels.records import part, words

HOST = "https://api.linkedin.com"
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

    def post(self, urn: str) -> Any:
        """A post."""
        self.step = "posts"
        path, keys = "/posts/{id}", {"id": urn}
        return _answer(self._client.get(resource_path=path, path_keys=keys, **self._both))


def _answer(reply: Any) -> Any:
    if reply.status_code >= 400:
        raise NotAnswered(str(reply.status_code))
    return reply.response.json()


def error_of(wire: Wire) -> tuple[str, str] | None:
    """(code, message) of an error answer; None where it is none of LinkedIn's."""
    body = told(wire)
    if not isinstance(body, dict):
        return None
    return words(part(body, "code")) or "", words(part(body, "message")) or ""
