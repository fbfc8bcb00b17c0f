"""Who may use the API: a person of a team, by a key; some of it only ops, admins or approvers."""

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest
from ninja.security import HttpBearer

from triage.access import approves, may_administer, may_tune, visible_queues
from triage.staff.apikeys import user_of
from triage.tables import User
from triage.tuning.taxonomy import look_now_and_then


class NotAllowed(Exception):
    """The key is good, but its person may not; the message is one sentence."""


class WithKey(HttpBearer):
    """`Authorization: Bearer triage_…`, of a person for whom `allowed` holds."""

    def __init__(self, allowed: Callable[[User], bool], *, otherwise: str) -> None:
        super().__init__()
        self._allowed, self._otherwise = allowed, otherwise

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """The person whose key this is. Raises NotAllowed for somebody who may not."""
        user = user_of(token)
        if user is not None and not visible_queues(user):
            raise NotAllowed("The person of this key is in no team, so there is nothing to see.")
        if user is not None and not self._allowed(user):
            raise NotAllowed(self._otherwise)
        look_now_and_then()
        return user


with_key = WithKey(lambda user: bool(visible_queues(user)), otherwise="")
ops_key = WithKey(may_tune, otherwise="This needs the key of somebody of ops, or of an admin.")
approver_key = WithKey(
    approves, otherwise="This needs the key of somebody who may approve replies."
)
admin_key = WithKey(may_administer, otherwise="This needs the key of an admin.")


class Request(HttpRequest):
    """A request as the views behind the door see it."""

    auth: User


def person(request: HttpRequest) -> User:
    """Who asks."""
    return cast(Request, request).auth
