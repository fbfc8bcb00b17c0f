"""`triage reply`."""

import click

from triage.access import items_for
from triage.back.asking import by_whom
from triage.back.composing import warnings
from triage.back.replies import ActRefused, write_reply
from triage.management.database import with_database
from triage.management.names import PERSON
from triage.management.outbox import outgoing_json
from triage.management.output import Refusal, emit, json_option, note
from triage.tables import Item, Outgoing, User


@click.command()
@click.argument("item", type=click.IntRange(1))
@click.option("--text", required=True, help="What to say.")
@click.option("--user", "name", type=PERSON, help="Who says it; needed where there are several.")
@click.option("--resolve", is_flag=True, help="Call the item done along with it.")
@json_option
@with_database
def reply(item: int, text: str, name: str | None, resolve: bool, as_json: bool) -> None:
    """Answer the post that an item is about. `triage run --once`, or a worker, sends it; first it
    waits for approval where the policy asks for that."""
    user = _user(name)
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


def _user(name: str | None) -> User:
    people = User.objects.filter(is_active=True)
    if name is not None:
        found = people.filter(username=name).first()
        if found is None:
            raise Refusal(f"there is nobody called {name!r}; `triage user add` adds people")
        return found
    everybody = list(people[:2])
    if len(everybody) != 1:
        raise Refusal("say who answers: --user NAME")
    return everybody[0]
