"""`triage lessons`."""

import click

from triage.management.database import with_database
from triage.management.output import emit, json_option, note
from triage.staff.audit import COMMAND
from triage.staff.audit import note as write_down
from triage.tuning.teaching import labelled_posts


@click.command()
@json_option
@with_database
def lessons(as_json: bool) -> None:
    """Print every post that people labelled, with the intent and the sentiment that they said.

    With --json it is a file that `triage train --data` and `triage evaluate` read.
    """
    write_down("exported", by=COMMAND, target="lessons")
    number = 0
    for post in labelled_posts():
        said = f"{post['intent'] or '-'}\t{post['sentiment'] or '-'}"
        emit(post, as_json=as_json, text=f"{said}\t{' '.join(post['text'].split())}")
        number += 1
    if not number:
        note("Nobody has labelled a post yet: a hand-off, a reading or a sentiment does.")
