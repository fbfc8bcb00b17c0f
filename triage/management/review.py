"""`triage review`: the review lane from a terminal."""

from random import Random
from typing import Any

import click
from django.utils import timezone

from triage.management.database import with_database
from triage.management.output import counted, emit, json_option, note
from triage.management.reading import answer_text, answers, card_text, reader, say, unsay_last
from triage.management.reviewwork import LANE, work
from triage.management.who import user_option
from triage.tuning.accuracy import WEEKS
from triage.tuning.cards import card_json
from triage.tuning.progress import MOST, Progress, progress
from triage.tuning.readings import Lane, next_card


@click.group()
def review() -> None:
    """Read posts one by one: what the model is unsure of, and a sample drawn by chance."""


@review.command()
@user_option
@click.option("--weeks", default=WEEKS, type=click.IntRange(1, 520), show_default=True)
@json_option
@with_database
def numbers(name: str | None, weeks: int, as_json: bool) -> None:
    """Say how much is to be read, how much was, and how far readers agree."""
    found = progress(reader(name), now=timezone.now(), weeks=weeks)
    for row in _rows(found):
        emit(row, as_json=as_json, text=_told(row))


@review.command("next")
@user_option
@click.option("--lane", type=LANE, default=Lane.UNSURE.value, show_default=True)
@click.option("--limit", type=click.IntRange(1, 100), default=1, show_default=True)
@click.option("--skip", multiple=True, type=click.IntRange(1, 2**63 - 1), help="Not this post.")
@json_option
@with_database
def show_next(
    name: str | None, lane: str, limit: int, skip: tuple[int, ...], as_json: bool
) -> None:
    """Show what is to be read next, and what came before it in its conversation.

    In the sample the model's answer is hidden, and nobody knows whether they are the second to
    read a post.
    """
    user, passed = reader(name), list(skip)
    for _ in range(limit):
        chance, now = Random(), timezone.now()  # noqa: S311 - it only keeps readers apart
        card = next_card(user, Lane(lane), passed=passed, chance=chance, now=now)
        if card is None:
            break
        passed.append(card.post.pk)
        row = card_json(card, user)
        emit(row, as_json=as_json, text=card_text(row))
    if len(passed) == len(skip):
        note(f"Nothing is left to read in the lane {lane}.")


@review.command()
@click.argument("post", type=click.IntRange(1, 2**63 - 1))
@click.argument("intent")
@user_option
@click.option("--seen", type=click.IntRange(1, 2**31 - 1), help="The version that was read.")
@json_option
@with_database
def read(post: int, intent: str, name: str | None, seen: int | None, as_json: bool) -> None:
    """Say what POST is about: a reading, and a lesson for the model.

    Out of review its item goes to where that belongs. What the model was sure of stays where it is.
    """
    answer = say(post, reader(name), intent=intent, seen=seen)
    emit(answer, as_json=as_json, text=answer_text(answer))


@review.command()
@user_option
@json_option
@with_database
def undo(name: str | None, as_json: bool) -> None:
    """Take back what one has read last, within a day; once more, and it is the one before."""
    post = unsay_last(reader(name))
    text = f"Undone: post {post.pk} is to be read again."
    emit({"post": post.pk, "version": post.version}, as_json=as_json, text=text)


@review.command()
@json_option
@with_database
def guide(as_json: bool) -> None:
    """Print the labelling guide: who should act next, and on what? The first that fits counts."""
    for row in answers():
        text = f"{row['key'] or '-'}  {row['intent']} ({row['queue']}): {row['guide']}"
        emit(row, as_json=as_json, text=text)


def _rows(found: Progress) -> list[dict[str, Any]]:
    pairs = [{"what": "kappa", "name": f"{p.one} and {p.other}"} | p._asdict() for p in found.pairs]
    return [
        {"what": "unsure", "waiting": found.unsure},
        {"what": "sample", "waiting": found.sample},
        {"what": "drawn", "number": found.read, "of": found.drawn},
        {"what": "second readings", "number": found.second, "of": found.twice},
        *pairs,
    ]


def _told(row: dict[str, Any]) -> str:
    if "waiting" in row:
        more = " or more" if row["waiting"] == MOST else ""
        return f"{row['what']}\t{counted(row['waiting'], 'post')}{more} to read"
    if "of" in row:
        return f"{row['what']}\t{row['number']} of {row['of']} read"
    kappa = "not known" if row["kappa"] is None else f"{row['kappa']:.3f}"
    return f"kappa {row['name']}\t{kappa}\tagree on {row['agreed']} of {counted(row['n'], 'post')}"


review.add_command(work)
