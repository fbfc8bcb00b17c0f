"""A channel by its name, and the call that says whether it works, for the commands about them."""

from triage.management.output import Refusal, emit, note
from triage.tables import Channel
from workers.checking import asked, check_channel

__all__ = ["asked", "check_one", "named"]


def named(name: str) -> Channel:
    """The channel of this name. Raises Refusal."""
    row = Channel.objects.filter(name=name).exclude(state=Channel.State.REMOVED).first()
    if row is None:
        raise Refusal(f"there is no channel called {name!r}; `triage channel list` shows them")
    return row


def check_one(row: Channel, *, as_json: bool) -> bool:
    """Call the API of one channel and say how it went -> whether it works.

    One that was refused and works again is pulled from now on.
    """
    done = check_channel(row)
    answer = {"channel": row.name, "ok": done.ok, "error": done.error, "message": done.said}
    emit(answer, as_json=as_json, text=f"{row.name}: {done.said}")
    if done.resumed:
        note(f"{row.name} works again and is pulled from now on.")
    return done.ok
