"""`triage import`."""

from itertools import islice
from pathlib import Path

import click

from triage.management.database import with_database
from triage.management.names import BRAND, CHANNEL
from triage.management.output import Refusal, counted, emit, json_option, note, progress
from triage.walk.importing import import_batch, import_channel
from triage.walk.intake import Stored
from triage.walk.reading import BadLine, read_posts
from triage.walk.sorting import sort_all, waiting_count

BATCH = 500


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--channel", required=True, type=CHANNEL, help="The channel the posts belong to; made if new."
)
@click.option(
    "--brand", default="", type=BRAND, help="Whose inbox this is, where a post does not say."
)
@click.option("--community", is_flag=True, help="The channel is the company's own place.")
@json_option
@with_database
def import_posts(file: Path, channel: str, brand: str, community: bool, as_json: bool) -> None:
    """Bring posts from FILE (JSONL or CSV) through the real pipeline.

    A bad line is reported with its number and kept aside; the rest goes on. Importing the same
    file again adds nothing.
    """
    row = import_channel(channel, brand=brand, community=community)
    total = Stored()
    bad = 0
    records = iter(progress(read_posts(file), what=f"importing {file.name}"))
    try:
        while batch := list(islice(records, BATCH)):
            wrong = [entry for entry in batch if isinstance(entry, BadLine)]
            posts = [entry[1] for entry in batch if not isinstance(entry, BadLine)]
            bad += _report(wrong)
            total += import_batch(row, posts, wrong)
            sort_all()
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror}") from None
    left = waiting_count()
    summary = {
        "channel": row.name,
        "seen": total.seen,
        "new": total.new,
        "changed": total.changed,
        "known": total.seen - total.new - total.changed - total.rejected,
        "rejected": bad,
        "waiting": left,
    }
    text = (
        f"{row.name}: {summary['seen']} records seen, {total.new} new, {total.changed} changed, "
        f"{summary['known']} known already, {bad} kept aside"
    )
    emit(
        summary,
        as_json=as_json,
        text=text + (f"; {counted(left, 'post')} left to be sorted" if left else ""),
    )


def _report(wrong: list[BadLine]) -> int:
    for entry in wrong:
        note(f"line {entry.line}: {entry.reason}")
    return len(wrong)
