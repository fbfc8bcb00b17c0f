"""`triage reply`."""

import click

from triage.access import items_for
from triage.back.asking import by_whom
from triage.back.composing import warnings
from triage.back.outbox import outgoing_json
from triage.back.replies import ActRefused, write_reply
from triage.management.database import with_database
from triage.management.output import Refusal, emit, json_option, note
from triage.management.who import someone, user_option
from triage.tables import Item, Outgoing


@click.command()
@click.argument("item", type=click.IntRange(1))
@click.option("--text", required=True, help="What to say.")
@user_option
@click.option("--resolve", is_flag=True, help="Call the item done along with it.")
@json_option
@with_database
def reply(item: int, text: str, name: str | None, resolve: bool, as_json: bool) -> None:
    """Answer the post that an item is about. `triage run --once`, or a worker, sends it; first it
    waits for approval where the policy asks for that."""
    user = someone(name, does="answers")
    try:
        row = items_for(user).select_related("channel", "latest_post").get(pk=item)
        said = warnings(row, text)
        outgoing = write_reply(row, user, text=text, seen=row.version, resolve=resolve, hold=0)
    except Item.DoesNotExist:
        raise Refusal(f"there is no item {item}; `triage queue support` shows what waits") from None
    except ActRefused as refused:
        raise Refusal(str(refused)) from None
    for sentence in said:
        note(sentence)
    until = "to be sent"
    if outgoing.state == Outgoing.State.PENDING:
        until = f"for approval by {by_whom(outgoing.item.queue) or 'somebody: nobody may yet'}"
    text = f"Reply {outgoing.pk} to item {item} waits {until}."
    emit(outgoing_json(outgoing), as_json=as_json, text=text)
