"""Generic: a place of any sort, connected by whoever posts its posts to our webhook address.

There is nothing to pull. What is posted is one post in the shape of `triage import`, or a list of
them; `"deleted": true` beside the id says that a post is gone. What people answer is posted back
to `reply_url`, where somebody names one.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from triage.posts import Post, from_json
from triage.vocabulary import Act
from workers.channels.base import (
    Ability,
    Cursor,
    Delivered,
    Option,
    Page,
    Refused,
    Sending,
    Sent,
    Source,
)
from workers.channels.events import delivered, loaded
from workers.channels.failing import secrets_of
from workers.channels.generic_replies import post_act
from workers.channels.records import mapping, moment, needed_id
from workers.channels.settings import address_problem


class GenericSource(Source):
    """Posts that others bring, signed or with a token."""

    kind: ClassVar[str] = "generic"
    title: ClassVar[str] = "Any other place (others post to our address)"
    platform: ClassVar[str] = "generic"
    hook: ClassVar[str | None] = "generic"
    interval: ClassVar[int] = 3600
    acts: ClassVar[tuple[Act, ...]] = tuple(Act)
    idempotent: ClassVar[bool] = True
    settings: ClassVar[dict[str, Option]] = {
        "reply_url": Option("address to which replies and other acts are posted, signed"),
    }
    secrets: ClassVar[dict[str, Option]] = {
        "webhook_secret": Option("signs deliveries: X-Triage-Signature and X-Triage-Timestamp"),
        "token": Option("accepts deliveries with Authorization: Bearer and this token"),
    }

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with the keys."""
        if not any(secrets.get(key) for key in cls.secrets):
            return "give a key that deliveries are known by: webhook_secret or token"
        return address_problem(settings, "reply_url", query=True)

    def fetch(self, cursor: Cursor) -> Page:
        """Nothing: whoever has posts brings them."""
        self._ready()
        return Page((), cursor)

    def check(self) -> str:
        """Look whether deliveries could be verified."""
        self._ready()
        return "posts are taken at the channel's webhook address; there is nothing to pull"

    def read_delivery(self, body: bytes, headers: Mapping[str, str]) -> Delivered:
        """One post, or a list of them."""
        told = loaded(body)
        return delivered(told if isinstance(told, list) else [told], _post)

    def ability(self) -> Ability:
        """Everything, where somebody has named an address for it."""
        return Ability(self.acts) if self.config.get("reply_url") else Ability()

    def send(self, sending: Sending) -> Sent:
        """Post one act to `reply_url`."""
        self._ready()
        address = self.config.get("reply_url")
        if not address:
            return super().send(sending)
        return post_act(sending, address=address, secrets=secrets_of(self.config))

    def _ready(self) -> None:
        if problem := self.problem(self.config.settings, self.config.secrets):
            raise Refused(problem)


def _post(record: Any) -> Post:
    told = mapping(record)
    if told.get("deleted") is True:
        return Post(id=needed_id(told), text="", deleted=True, raw=dict(told))
    return replace(from_json(told), edited_at=moment(told.get("edited_at")))
