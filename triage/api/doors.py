"""Who may use the API: a person of a team, by a key."""

from typing import cast

from django.http import HttpRequest
from ninja.security import HttpBearer

from triage.access import visible_queues
from triage.staff.apikeys import user_of
from triage.tables import User


class NotAllowed(Exception):
    """The key is good, but its person is in no team; the message is one sentence."""


class WithKey(HttpBearer):
    """`Authorization: Bearer triage_…`."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """The person whose key this is. Raises NotAllowed for somebody in no team."""
        user = user_of(token)
        if user is not None and not visible_queues(user):
            raise NotAllowed("The person of this key is in no team, so there is nothing to see.")
        return user


with_key = WithKey()


class Request(HttpRequest):
    """A request as the views behind the door see it."""

    auth: User


def person(request: HttpRequest) -> User:
    """Who asks."""
    return cast(Request, request).auth
