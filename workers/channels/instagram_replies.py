"""The way back to Instagram: replies to comments and to mentions, hiding, and deleting.

The API has no call for likes. A comment on somebody else's media, which mentions us, is answered
through our account's mentions, and such an answer cannot be looked up.
"""

from collections.abc import Iterator, Mapping

from triage.vocabulary import Act
from workers.channels.acting import unoffered
from workers.channels.base import NotSent, Sending, Sent
from workers.channels.graph import Graph, GraphError
from workers.channels.graph_errors import is_gone
from workers.channels.graph_replies import above, delete, done, first_reply, made
from workers.channels.instagram_posts import author_of, is_ours
from workers.channels.records import Record

ACTS = (Act.REPLY, Act.HIDE, Act.UNHIDE, Act.DELETE)
LONGEST = 2_200
"""Characters of a comment."""
FIELDS = "id,text,timestamp,username,from"
UNSURE = (
    "Instagram did not say whether it took the reply, and does not show replies to a mention: "
    "look there before you send again"
)


def carry_out(graph: Graph, account_id: str, sending: Sending) -> Sent:
    """One act as the account. Raises what `Graph` raises, or NotSent."""
    match sending.act:
        case Act.REPLY:
            return _reply(graph, account_id, sending)
        case Act.HIDE | Act.UNHIDE:
            hidden = "true" if sending.act == Act.HIDE else "false"
            done(graph.request(f"{graph.version}/{sending.post}", post_args={"hide": hidden}))
        case Act.DELETE:
            delete(graph, sending.post)
        case _:
            raise unoffered("Instagram", sending.act)
    return Sent()


def find(graph: Graph, account: Mapping[str, str], sending: Sending) -> Sent | None:
    """The account's reply that an earlier try left; None where none did, or the comment is gone."""
    if sending.post == sending.conversation:
        return None  # a mention: its tries end by themselves, see `UNSURE`
    try:
        for place in _places(graph, sending):
            found = first_reply(
                graph.get_all_connections(place, "replies", fields=FIELDS, limit=50),
                sending,
                text="text",
                time="timestamp",
                is_own=lambda record: _is_own(record, account),
            )
            if found:
                return Sent(made(found))
    except GraphError as error:
        if not is_gone(error):
            raise
    return None


def _reply(graph: Graph, account_id: str, sending: Sending) -> Sent:
    """A reply to a comment on our media; on other media the comment is none to the API."""
    if sending.post != sending.conversation:
        try:
            return Sent(made(graph.put_object(sending.post, "replies", message=sending.text)))
        except GraphError as error:
            if not is_gone(error):
                raise
    return _answer_mention(graph, account_id, sending)


def _answer_mention(graph: Graph, account_id: str, sending: Sending) -> Sent:
    where = {"media_id": sending.conversation}
    if sending.post != sending.conversation:
        where["comment_id"] = sending.post
    try:
        return Sent(made(graph.put_object(account_id, "mentions", message=sending.text, **where)))
    except GraphError as error:
        if error.status >= 500 or error.is_transient:
            raise NotSent(UNSURE) from None
        raise
    except Exception:  # no answer: it may stand there
        raise NotSent(UNSURE) from None


def _places(graph: Graph, sending: Sending) -> Iterator[str]:
    """Instagram hangs all replies on the first comment of a thread."""
    yield sending.post
    top = above(graph, sending.post, "parent_id")
    if top:
        yield top


def _is_own(record: Record, account: Mapping[str, str]) -> bool:
    return is_ours(*author_of(record), account)
