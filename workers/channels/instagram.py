"""Instagram: the comments on an account's media, the media themselves, and media that tag it.

Replies lie inside the comment that they answer. Mentions in other people's captions and comments
are told by webhooks only, and looked up by their ids.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from triage.posts import Post
from triage.vocabulary import Act
from workers.channels.asking import Budget
from workers.channels.base import Delivered, Lookup, Option, Sending, Sent
from workers.channels.graph import GraphError, next_args
from workers.channels.graph_errors import is_gone
from workers.channels.graph_round import Commented, Shape
from workers.channels.graph_source import APP_SECRETS, SETTINGS, Edge, GraphSource, Read
from workers.channels.instagram_events import read_changes
from workers.channels.instagram_mentions import looked_up
from workers.channels.instagram_posts import (
    COMMENT_FIELDS,
    MEDIA_FIELDS,
    REPLY_FIELDS,
    SHAPE,
    TAGGED_FIELDS,
    comment_post,
    media_post,
    replies_in,
)
from workers.channels.instagram_replies import ACTS, LONGEST, carry_out, find
from workers.channels.records import Record, each, identifier, mapping, part

BASIC = "instagram_basic (instagram_business_basic with a login at Instagram)"
COMMENTS = "instagram_manage_comments (instagram_business_manage_comments)"
LEAVE_OUT = " (or leave the tags out: tagged=no)"
LIMIT = 50
"""Comments of a page; Instagram gives no more at once."""
MORE_REPLIES = 10
REPLY_SECONDS = 30.0
"""Further pages of replies that are read behind one page of comments, each a call, and how long
that may take. What is left is read when the comments are read again, within the hour."""


class InstagramSource(GraphSource):
    """The media, the comments and the tags of one professional account."""

    kind: ClassVar[str] = "instagram"
    title: ClassVar[str] = "Instagram account"
    platform: ClassVar[str] = "instagram"
    hook: ClassVar[str | None] = "meta"
    interval: ClassVar[int] = 120
    acts: ClassVar[tuple[Act, ...]] = ACTS
    longest: ClassVar[int | None] = LONGEST
    settings: ClassVar[dict[str, Option]] = {
        "ig_user_id": Option("id of the professional account, a number", required=True),
        **SETTINGS,
    }
    secrets: ClassVar[dict[str, Option]] = {
        "access_token": Option(
            "access token of the account's page, with instagram_basic, "
            "instagram_manage_comments and pages_read_engagement",
            required=True,
        ),
        **APP_SECRETS,
    }

    name: ClassVar[str] = "Instagram"
    thing: ClassVar[str] = "account"
    account: ClassVar[str] = "ig_user_id"
    naming: ClassVar[str] = "username"
    shape: ClassVar[Shape] = SHAPE
    page_needs: ClassVar[str] = BASIC
    writing: ClassVar[str] = COMMENTS
    feed: ClassVar[Edge] = Edge("media", MEDIA_FIELDS, BASIC)
    comments: ClassVar[Edge] = Edge("comments", COMMENT_FIELDS, COMMENTS, {"limit": LIMIT})
    replies: ClassVar[Edge] = Edge("replies", REPLY_FIELDS, COMMENTS, {"limit": LIMIT})
    tagged: ClassVar[Edge] = Edge("tags", TAGGED_FIELDS, COMMENTS + LEAVE_OUT)

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with a combination of settings and keys."""
        account = settings.get("ig_user_id") or ""
        if account != "me" and not (account.isascii() and account.isdigit()):
            return "Instagram needs ig_user_id, the id of the professional account, a number"
        return super().problem(settings, secrets)

    def feed_post(self, record: Record, account: Mapping[str, str]) -> Post:
        """One of our media."""
        return media_post(record, account, ours=True)

    def tagged_post(self, record: Record, account: Mapping[str, str]) -> Post:
        """Somebody's media that tag us."""
        return media_post(record, account, ours=False)

    def comment_posts(
        self, records: list[Any], post: Commented, account: Mapping[str, str]
    ) -> Read:
        """Comments, each followed by the replies to it."""
        above: dict[int, Record] = {}
        found: list[Any] = []
        budget = Budget(MORE_REPLIES, REPLY_SECONDS)
        for record in records:
            found.append(record)
            for reply in self._replies(record, budget):
                found.append(reply)
                above[id(reply)] = record
        return each(found, lambda one: comment_post(one, post, above.get(id(one)), account))

    def carry_out(self, sending: Sending) -> Sent:
        """A reply, or another act of the account."""
        return carry_out(self._graph, self._account_id(), sending)

    def find(self, sending: Sending, account: Mapping[str, str]) -> Sent | None:
        """The account's reply that an earlier try left."""
        return find(self._graph, account, sending)

    def read_delivery(self, body: bytes, headers: Mapping[str, str]) -> Delivered:
        """Comments on the account's media, and the ids of what mentions it."""
        return read_changes(body, {"id": self._account_id()})

    def look_up(self, lookups: Sequence[Lookup]) -> Delivered:
        """Captions and comments that mention the account."""
        with self._failing():
            self._needs = COMMENTS
            return looked_up(self._graph, {"id": self._account_id()}, lookups)

    def _replies(self, comment: Any, budget: Budget) -> Iterator[Any]:
        """The replies to a comment: those inside it, and further pages within the budget."""
        yield from replies_in(comment)
        following = next_args(part(comment, "replies"))
        comment_id = identifier(part(comment, "id"))
        while following and comment_id and budget.take():
            try:
                answer = self._call(comment_id, self.replies, **{**self.replies.args, **following})
            except GraphError as error:
                if not is_gone(error):
                    raise
                return
            yield from self._records(answer)
            following = next_args(mapping(answer))
