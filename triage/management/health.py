"""`triage health`: whether posts still move, as `/healthz` says it."""

from dataclasses import asdict

import click
from django.utils import timezone

from triage.management.database import with_database
from triage.management.output import Refusal, counted, emit, json_option, span
from triage.watch import health as watch
from triage.watch.depths import Part
from triage.watch.progress import Progress, progress


@click.command()
@json_option
@with_database
def health(as_json: bool) -> None:
    """Say what each part does and what waits; exit status 1 where posts do not move.

    Only what is wrong goes to stderr: `triage health > /dev/null` can stand in a crontab.
    """
    found, numbers = watch.health(), progress(now=timezone.now())
    data = watch.health_json(found) | asdict(numbers)
    lines = [*_lines(numbers), *(f"! {warning}" for warning in found.warnings)]
    emit(data, as_json=as_json, text="\n".join(lines))
    if found.stopped:
        raise Refusal(" ".join(found.stopped))


def _lines(numbers: Progress) -> list[str]:
    unread, unsent = numbers.oldest_unread_seconds, numbers.oldest_unsent_seconds
    told = [f"{number} {state}" for state, number in numbers.outbox.items() if number]
    lines = [*map(_part, numbers.parts)]
    if numbers.posts_waiting:
        oldest = span(numbers.oldest_waiting_seconds)
        posts = counted(numbers.posts_waiting, "post")
        lines.append(f"To be sorted: {posts}, the oldest for {oldest}.")
    if unread:
        lines.append(f"To be read: webhooks, the oldest for {span(unread)}.")
    if told:
        since = f"; the oldest is on its way for {span(unsent)}" if unsent else ""
        lines.append(f"In the outbox: {', '.join(told)}{since}.")
    return lines if len(lines) > len(numbers.parts) else [*lines, "Nothing waits."]


def _part(part: Part) -> str:
    memory = "" if part.memory_mb is None else f", {part.memory_mb:.0f} MiB"
    return f"{part.name:<12} {span(part.seconds)} ago{memory}"
