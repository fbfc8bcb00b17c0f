"""The way back through the Graph API, as far as Facebook and Instagram have it in common."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from workers.channels.acting import CLOCKS, is_reply_of
from workers.channels.base import NotSent, Sending, SourceError
from workers.channels.graph import Graph, GraphError
from workers.channels.graph_errors import BLOCKED, DOWN, LIMITS, PERMISSION, TOKEN, is_gone
from workers.channels.records import Record, identifier, mapping, moment, part, words

DUPLICATE = 506
BAD_LINK = 1609005
LOOKED_AT = 300
"""Comments that are looked through, the newest where they come in that order."""
CLOSED = ("comments are", "cannot comment", "can't comment", "cannot reply", "can't reply")


def refusal(error: GraphError, say: Callable[[object], str], *, name: str) -> SourceError | None:
    """An error answer to an act; None where it says nothing of the act itself."""
    if error.is_transient or error.code in {None, BLOCKED, *DOWN, *LIMITS, *TOKEN}:
        return None
    why = say(error.told)
    if is_gone(error):
        return NotSent(
            f"{name} no longer has this, or does not show it to us: "
            "it was deleted, or its author has blocked our account"
        )
    if error.code == DUPLICATE:
        return NotSent(f"the same words stand there already at {name}: change them and send again")
    if error.code == BAD_LINK:
        return NotSent(f"{name} does not take a link in this reply: {why}")
    if any(sign in why.lower() for sign in CLOSED):
        return NotSent(f"{name} takes no comment from us here: {why}")
    return None if error.code in PERMISSION else NotSent(f"{name} does not take this: {why}")


def done(answer: Any) -> None:
    """Look at what Graph says of an act that makes nothing."""
    told = answer if isinstance(answer, bool) else part(answer, "success")
    if told is False:
        raise NotSent("the platform did not do this, and does not say why: do it there itself")
    if told is not True:
        raise ValueError("no success in the answer")


def delete(graph: Graph, object_id: str) -> None:
    """Delete; what is gone already counts as done."""
    try:
        done(graph.delete_object(object_id))
    except GraphError as error:
        if not is_gone(error):
            raise


def made(answer: Any) -> str:
    """The id of what an act made."""
    found = identifier(part(answer, "id"))
    if found is None:
        raise ValueError("no id in the answer")
    return found


def first_reply(
    records: Iterator[Any],
    sending: Sending,
    *,
    text: str,
    time: str,
    is_own: Callable[[Record], bool],
    newest_first: bool = False,
) -> Record | None:
    """The first of `records` that an earlier try of `sending` left; `text` and `time` name fields.

    Comments that come newest first are read until one is older than the reply was asked for.
    """
    for record in map(mapping, islice(records, LOOKED_AT)):
        written = moment(record.get(time))
        if newest_first and written and written < sending.asked_at - CLOCKS:
            return None
        if is_own(record) and is_reply_of(sending, words(record.get(text)), written):
            return record
    return None


def above(graph: Graph, object_id: str, field: str) -> str | None:
    """What a comment hangs on, named by `field`, where that is a comment too."""
    found = part(graph.get_object(object_id, fields=field), field)
    return identifier(part(found, "id") or found)
