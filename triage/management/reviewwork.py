"""`triage review work`: one post after another, one key an answer, as on the page."""

import sys
from dataclasses import dataclass, field
from random import Random

import click
from django.utils import timezone

from triage.management.database import with_database
from triage.management.output import Refusal, counted, harmless, note
from triage.management.reading import answer_text, answers, card_text, reader, say, unsay
from triage.management.who import user_option
from triage.tables import User
from triage.tuning.cards import card_json
from triage.tuning.readings import Card, Lane, card, next_card
from triage.tuning.taxonomy import look_now_and_then
from triage.vocabulary import label

SKIP, UNDO, GUIDE, STOP = "x", "z", "g", "\x1b"
"""The keys of the page, and Escape."""
LANE = click.Choice([lane.value for lane in Lane])


@dataclass(slots=True)
class Sitting:
    """What somebody has done since they began: the posts to leave out, the answers given and the
    posts skipped (each with its reading, or none), and the post to be shown again."""

    user: User
    lane: Lane
    passed: list[int] = field(default_factory=list)
    done: list[tuple[int, int | None]] = field(default_factory=list)
    again: Card | None = None

    @property
    def read(self) -> int:
        """How many posts were read."""
        return sum(reading is not None for _, reading in self.done)


@click.command()
@user_option
@click.option("--lane", type=LANE, default=Lane.UNSURE.value, show_default=True)
@with_database
def work(name: str | None, lane: str) -> None:
    """Read one post after another with one key each; z takes back, Escape stops."""
    if not sys.stdin.isatty():
        raise Refusal(
            "this asks for keys, so it needs a terminal; `triage review next` and "
            "`triage review read` do the same without one"
        )
    sitting = Sitting(reader(name), Lane(lane))
    while (shown := _next(sitting)) is not None and _one(sitting, shown):
        look_now_and_then()
    if shown is None:
        note(f"Nothing is left to read in the lane {lane}.")
    note(f"{counted(sitting.read, 'post')} read.")


def _next(sitting: Sitting) -> Card | None:
    if sitting.again:
        shown, sitting.again = sitting.again, None
        return shown
    chance, now = Random(), timezone.now()  # noqa: S311 - it only keeps readers apart
    user, passed = sitting.user, sitting.passed
    return next_card(user, sitting.lane, passed=passed, chance=chance, now=now)


def _one(sitting: Sitting, shown: Card) -> bool:
    """Show a post and do what the key says -> whether to go on."""
    keys = {row["key"]: row["intent"] for row in answers() if row["key"]}
    click.echo(harmless(card_text(card_json(shown, sitting.user))))
    click.echo(_legend(keys), nl=False)
    key = _pressed()
    click.echo()
    if key in keys:
        _answer(sitting, shown, keys[key])
    elif key == SKIP:
        sitting.passed.append(shown.post.pk)
        sitting.done.append((shown.post.pk, None))
    elif key == UNDO:
        _undo(sitting, shown)
    elif key != STOP:
        sitting.again = shown
        _help(key)
    return key != STOP


def _answer(sitting: Sitting, shown: Card, intent: str) -> None:
    try:
        answer = say(shown.post.pk, sitting.user, intent=intent, seen=shown.post.version)
    except Refusal as refused:
        refused.show()
        return
    sitting.done.append((shown.post.pk, answer["reading"]))
    click.echo(f"{answer_text(answer)}\n")


def _undo(sitting: Sitting, shown: Card) -> None:
    """Take back the last answer or skip, and show its post again; else the one that was shown."""
    sitting.again = shown
    if not sitting.done:
        note("There is nothing to undo.")
        return
    post, reading = sitting.done.pop()
    try:
        if reading is not None:
            unsay(sitting.user, reading)
    except Refusal as refused:
        refused.show()
        return
    sitting.passed = [each for each in sitting.passed if each != post]
    sitting.again = card(post, sitting.lane) or shown
    click.echo("Undone; here it is again.\n")


def _help(key: str) -> None:
    if key not in {GUIDE, "?"}:
        note("That is no key here.")
        return
    for row in answers():
        click.echo(harmless(f"{row['key'] or '-'}  {label(row['intent'])}: {row['guide']}"))
    click.echo()


def _legend(keys: dict[str, str]) -> str:
    said = "  ".join(f"{key} {label(intent)}" for key, intent in keys.items())
    return f"{said}\n{SKIP} skip  {UNDO} undo  {GUIDE} guide  Esc stop > "


def _pressed() -> str:
    """The key that is pressed from now on; what was typed before the post stood there is forgotten.
    Keys that are no letter, like arrows, come as all that they send."""
    try:
        typed = click.getchar()
    except (KeyboardInterrupt, EOFError):
        return STOP
    return typed if typed.startswith(STOP) else typed[:1].lower() or STOP
