"""Reading: posts, answers and the guide of the review lane as commands have them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from triage.access import posts_for, visible_queues
from triage.desk.acting import ActRefused
from triage.intents import every_intent, intents
from triage.management.output import Refusal
from triage.management.who import someone
from triage.numbers import percent
from triage.tables import PostRow, Reading, User
from triage.tuning.cards import revealed
from triage.tuning.labelling import guide, keys_of
from triage.tuning.readings import Lane, lane_of, last_reading, read, take_back
from triage.vocabulary import Kind, label

UNDOABLE = timedelta(hours=24)
Row = dict[str, Any]


def reader(name: str | None) -> User:
    """The account of this name, or the only one. Raises Refusal for somebody in no team."""
    user = someone(name, does="reads")
    if not visible_queues(user):
        raise Refusal(f"{user.username} is in no team, and only people of a team read here")
    return user


def answers() -> list[Row]:
    """Every intent in force with its key on the page and what it takes, in the guide's order."""
    keys, known = keys_of(every_intent()), intents()
    return [
        {
            "intent": name,
            "key": keys[name],
            "queue": known[name].queue(Kind.PUBLIC).value,
            "guide": words,
        }
        for name, words in guide()
    ]


def say(post: int, user: User, *, intent: str, seen: int | None = None) -> Row:
    """Keep what a reader says of a post, as it was in the version `seen` -> what became of it.

    Raises Refusal where the post is not there, and as the page does.
    """
    row = posts_for(user).select_related("channel", "item__channel").filter(pk=post).first()
    if row is None:
        raise Refusal(f"there is no post {post}; `triage review next` shows what is to be read")
    lane, version = lane_of(row, now=timezone.now()), seen or row.version
    try:
        return _answer(read(row, user, lane=lane, version=version, intent=intent))
    except ActRefused as refused:
        raise Refusal(f"not kept: {refused}") from None


def unsay_last(user: User) -> PostRow:
    """Take back the last reading of this person -> its post. Raises Refusal."""
    last = last_reading(user, since=timezone.now() - UNDOABLE)
    if last is None:
        raise Refusal(f"{user.username} has read nothing within a day, so nothing can be undone")
    return unsay(user, last.pk)


def unsay(user: User, reading: int) -> PostRow:
    """Take back one reading of this person -> its post. Raises Refusal."""
    try:
        return take_back(reading, user)
    except ActRefused as refused:
        raise Refusal(str(refused)) from None


def card_text(row: Row) -> str:
    """A card in lines: where it is from, what came before, the post, and the model's leaning."""
    head = (
        f"post {row['post']}, version {row['version']}, {row['channel']} ({row['kind']}), "
        f"{row['author'] or 'author not given'}, {row['posted_at'][:16].replace('T', ' ')}"
    )
    before = [f"  | {line['author'] or 'somebody'}: {line['text']}" for line in row["before"]]
    if not before and row["parent_text"]:
        before = [f"  | {row['parent_text']}"]
    lines = [head, *before, row["text"] or "(no text)", _leaning(row)]
    return "\n".join(line for line in lines if line) + "\n"


def answer_text(row: Row) -> str:
    """What became of an answer; in the sample also what the model had said."""
    word = label(row["intent"]).capitalize()
    if row["moved"]:
        return f"{word}: it is in {row['queue']} now."
    if row["said"] is None:
        return f"{word}, noted."
    said = "so too" if row["said"] == row["intent"] else label(row["said"])
    return f"{word}: the model said {said}, {percent(row['confidence'])} sure."


def _answer(reading: Reading) -> Row:
    said = revealed(reading)
    return {
        "reading": reading.pk,
        "post": reading.post_id,
        "version": reading.post_version,
        "lane": str(reading.lane),
        "intent": reading.intent,
        "queue": str(reading.queue),
        "moved": bool(reading.stroke),
        "said": said.intent if said else None,
        "confidence": said.confidence if said else None,
    }


def _leaning(row: Row) -> str:
    if row["lane"] != Lane.UNSURE:
        return ""
    if row["said"] is None:
        return "No model has judged it."
    if row["strange"]:
        return f"The model cannot judge it: {row['strange']}"
    return f"The model leans to {label(row['said'])}, {percent(row['confidence'])} sure."
