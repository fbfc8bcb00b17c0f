"""The way back to Facebook: comments, hiding, likes and deletes of a page."""

from collections.abc import Iterator

from triage.vocabulary import Act
from workers.channels.acting import unoffered
from workers.channels.base import Sending, Sent
from workers.channels.facebook_events import SITE
from workers.channels.graph import Graph, GraphError
from workers.channels.graph_errors import is_gone
from workers.channels.graph_replies import above, delete, done, first_reply, made
from workers.channels.records import identifier, part, words

ACTS = (Act.REPLY, Act.HIDE, Act.UNHIDE, Act.LIKE, Act.UNLIKE, Act.DELETE)
LONGEST = 8_000
"""Characters of a comment."""
WRITING = "pages_manage_engagement"
FIELDS = "id,from,message,created_time,permalink_url"


def carry_out(graph: Graph, sending: Sending) -> Sent:
    """One act as the page. Raises what `Graph` raises, or NotSent."""
    post = sending.post
    match sending.act:
        case Act.REPLY:
            return _sent(made(graph.put_comment(post, message=sending.text)))
        case Act.HIDE | Act.UNHIDE:
            hidden = "true" if sending.act == Act.HIDE else "false"
            done(graph.request(f"{graph.version}/{post}", post_args={"is_hidden": hidden}))
        case Act.LIKE:
            done(graph.put_like(post))
        case Act.UNLIKE:
            done(graph.request(f"{graph.version}/{post}/likes", method="DELETE"))
        case Act.DELETE:
            delete(graph, post)
        case _:
            raise unoffered("Facebook", sending.act)
    return Sent()


def find(graph: Graph, page_id: str, sending: Sending) -> Sent | None:
    """The page's comment that an earlier try left; None where none did, or the post is gone."""
    try:
        for place in _places(graph, sending):
            found = first_reply(
                graph.get_all_connections(
                    place, "comments", fields=FIELDS, order="reverse_chronological", limit=100
                ),
                sending,
                text="message",
                time="created_time",
                is_own=lambda record: identifier(part(record, "from", "id")) == page_id,
                newest_first=True,
            )
            if found:
                return _sent(made(found), words(found.get("permalink_url")))
    except GraphError as error:
        if not is_gone(error):
            raise
    return None


def _places(graph: Graph, sending: Sending) -> Iterator[str]:
    """Where a reply may hang: on the post, or where that is a reply itself, beside it."""
    yield sending.post
    if sending.post != sending.conversation:
        beside = above(graph, sending.post, "parent")
        if beside:
            yield beside


def _sent(comment_id: str, url: str | None = None) -> Sent:
    return Sent(comment_id, url or SITE + comment_id)
