"""Facebook: what stands on a page's feed, the comments there, and posts that tag the page."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from triage.posts import Post
from triage.vocabulary import Act
from workers.channels.base import Delivered, Option, Sending, Sent
from workers.channels.facebook_events import read_changes
from workers.channels.facebook_posts import (
    COMMENT_FIELDS,
    FEED_FIELDS,
    SHAPE,
    TAGGED_FIELDS,
    comment_post,
    feed_post,
)
from workers.channels.facebook_replies import ACTS, LONGEST, WRITING, carry_out, find
from workers.channels.graph_round import Commented, Shape
from workers.channels.graph_source import APP_SECRETS, LIMIT, SETTINGS, Edge, GraphSource, Read
from workers.channels.records import Record, each

ENGAGEMENT, USER_CONTENT = "pages_read_engagement", "pages_read_user_content"
LEAVE_OUT = " (or leave the tags out: tagged=no)"


class FacebookSource(GraphSource):
    """The feed, the comments and the tags of one page."""

    kind: ClassVar[str] = "facebook"
    title: ClassVar[str] = "Facebook page"
    platform: ClassVar[str] = "facebook"
    hook: ClassVar[str | None] = "meta"
    interval: ClassVar[int] = 120
    acts: ClassVar[tuple[Act, ...]] = ACTS
    longest: ClassVar[int | None] = LONGEST
    settings: ClassVar[dict[str, Option]] = {
        "page_id": Option("id or name of the page; me is the page of the token", default="me"),
        **SETTINGS,
    }
    secrets: ClassVar[dict[str, Option]] = {
        "access_token": Option(
            "access token of the page, with pages_read_engagement and pages_read_user_content; "
            "for replies also pages_manage_engagement",
            required=True,
        ),
        **APP_SECRETS,
    }

    name: ClassVar[str] = "Facebook"
    thing: ClassVar[str] = "page"
    account: ClassVar[str] = "page_id"
    naming: ClassVar[str] = "name"
    shape: ClassVar[Shape] = SHAPE
    page_needs: ClassVar[str] = ENGAGEMENT
    writing: ClassVar[str] = WRITING
    feed: ClassVar[Edge] = Edge("feed", FEED_FIELDS, ENGAGEMENT)
    comments: ClassVar[Edge] = Edge(
        "comments",
        COMMENT_FIELDS,
        USER_CONTENT,
        {"filter": "stream", "order": "reverse_chronological", "limit": LIMIT},
    )
    tagged: ClassVar[Edge] = Edge("tagged", TAGGED_FIELDS, USER_CONTENT + LEAVE_OUT)

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with a combination of settings and keys."""
        if not re.fullmatch(r"[A-Za-z0-9.]+", settings.get("page_id") or "me"):
            return "page_id is the id or the name of the page as it stands in its address"
        return super().problem(settings, secrets)

    def feed_post(self, record: Record, account: Mapping[str, str]) -> Post:
        """A post of the page, or of a visitor."""
        return feed_post(record, account.get("id"))

    def tagged_post(self, record: Record, account: Mapping[str, str]) -> Post:
        """A post somewhere else that tags the page."""
        return feed_post(record, account.get("id"))

    def comment_posts(
        self, records: list[Any], post: Commented, account: Mapping[str, str]
    ) -> Read:
        """Comments, and the replies to them, which Facebook gives in one list."""
        return each(records, lambda record: comment_post(record, post, account.get("id")))

    def carry_out(self, sending: Sending) -> Sent:
        """A comment, or another act of the page."""
        return carry_out(self._graph, sending)

    def find(self, sending: Sending, account: Mapping[str, str]) -> Sent | None:
        """The page's comment that an earlier try left."""
        return find(self._graph, account["id"], sending)

    def read_delivery(self, body: bytes, headers: Mapping[str, str]) -> Delivered:
        """What happened on the page, or mentions it."""
        return read_changes(body)

    def _known_account(self) -> dict[str, str]:
        """The page, without a call where the settings hold its id."""
        page_id = self._account_id()
        return {"id": page_id} if page_id.isdigit() else self._account_of_token()
