"""The way back to LinkedIn: comments of the page, its reactions, and deleting what it wrote.

Replies hang on the first comment of a thread, so that an answer to an answer goes there too. [?]
No live answer of these calls was seen.
"""

from dataclasses import dataclass
from typing import Any

from triage.vocabulary import Act
from workers.channels.acting import is_reply_of, unoffered
from workers.channels.base import NotSent, Refused, Sending, Sent, SourceError
from workers.channels.failing import quoted
from workers.channels.http import Wire
from workers.channels.linkedin_client import LIMIT, LinkedIn, error_of
from workers.channels.linkedin_posts import COMMENT_URN, parent_of, place_of
from workers.channels.records import identifier, listed, mapping, moment, part, words

ACTS = (Act.REPLY, Act.LIKE, Act.UNLIKE, Act.DELETE)
LONGEST = 1250
"""Characters of a comment."""
PAGES = 5
WRITES = "w_organization_social"
SCOPE = "w_organization_social_feed (w_organization_social in older apps), of an administrator"
NO_SCOPE = "not enough permissions"


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a reply goes: the post, and the first comment of a thread below it."""

    post: str
    comment: str | None = None

    @property
    def urn(self) -> str:
        """What the new comment is a comment on."""
        return self.comment or self.post


def carry_out(linkedin: LinkedIn, wire: Wire, sending: Sending, *, actor: str) -> Sent:
    """One act as the page `actor`. Raises what the client raises, or NotSent."""
    match sending.act:
        case Act.REPLY:
            return _reply(linkedin, sending, actor)
        case Act.LIKE:
            _unless(409, wire, lambda: linkedin.like(sending.post, actor=actor))
        case Act.UNLIKE:
            _unless(404, wire, lambda: linkedin.unlike(sending.post, actor=actor))
        case Act.DELETE:
            post, number = _comment(sending.post)
            _unless(404, wire, lambda: linkedin.delete(post, number, actor=actor))
        case _:
            raise unoffered("LinkedIn", sending.act)
    return Sent()


def find(linkedin: LinkedIn, wire: Wire, sending: Sending, *, actor: str) -> Sent | None:
    """The page's comment that an earlier try left; None where none did, or the thread is gone."""
    try:
        thread = _thread(linkedin, sending.post)
        for page in range(PAGES):
            records = listed(part(linkedin.comments(thread.urn, start=page * LIMIT), "elements"))
            for record in records:
                if part(record, "actor") == actor and _is(record, sending):
                    return _sent(record, thread)
            if len(records) < LIMIT:
                return None
    except Exception:
        if wire.status != 404:
            raise
    return None


def refusal(linkedin: LinkedIn, wire: Wire, act: Act, secrets: list[str]) -> SourceError | None:
    """An error answer to an act; None where it says nothing of the act itself."""
    found = error_of(wire)
    if found is None or wire.status not in (400, 403, 404, 409, 422):
        return None
    why = quoted(found[1] or found[0], secrets) or f"status {wire.status}"
    if "VERSION" in found[0] or (wire.status == 403 and linkedin.step != "writing"):
        return None
    if wire.status == 403 and NO_SCOPE in why.lower():
        return Refused(f"the access_token for LinkedIn may not write: {why} (needs {SCOPE})")
    if wire.status == 404:
        return NotSent("LinkedIn no longer has what this is about; it may have been deleted")
    if wire.status == 403 and act == Act.DELETE:
        return NotSent(f"LinkedIn lets the page delete only its own comments: {why}")
    if wire.status == 403:
        return NotSent(f"LinkedIn does not let the page do this here: {why}; are comments closed?")
    if wire.status == 409:
        return NotSent(f"LinkedIn has this already: {why}; look at the post before you change it")
    return NotSent(f"LinkedIn does not take this: {why}")


def _reply(linkedin: LinkedIn, sending: Sending, actor: str) -> Sent:
    thread = _thread(linkedin, sending.post)
    entity = {"actor": actor, "object": thread.post, "message": {"text": sending.text}}
    if thread.comment:
        entity["parentComment"] = thread.comment
    return _sent(linkedin.write(thread.urn, entity), thread)


def _thread(linkedin: LinkedIn, urn: str) -> Thread:
    """The thread that a comment or a post stands in."""
    if not COMMENT_URN.fullmatch(urn):
        return Thread(urn)
    post, number = _comment(urn)
    record = mapping(linkedin.comment(post, number))
    return Thread(identifier(record.get("object")) or post, parent_of(record) or urn)


def _comment(urn: str) -> tuple[str, str]:
    """The post of a comment, and the comment's number below it."""
    found = COMMENT_URN.fullmatch(urn)
    if not found:
        raise NotSent("only comments can be deleted from here: delete the post at LinkedIn itself")
    return f"urn:li:{found[1]}:{found[2]}", found[3]


def _is(record: Any, sending: Sending) -> bool:
    at = part(record, "created", "time")
    written = moment(at / 1000) if isinstance(at, int | float) else None
    return is_reply_of(sending, words(part(record, "message", "text")), written)


def _sent(record: Any, thread: Thread) -> Sent:
    urn, address = place_of(mapping(record), thread.post)
    return Sent(urn, address)


def _unless(status: int, wire: Wire, call: Any) -> None:
    """Make a call; an error answer with `status` says that it was done before."""
    try:
        call()
    except Exception:
        if wire.status != status:
            raise
