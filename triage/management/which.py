"""Which: the channel that a command asks about."""

from triage.management.output import Refusal
from triage.tables import Channel


def channel_called(name: str) -> Channel:
    """The channel of this name, also one that is watched no more. Raises Refusal."""
    found = Channel.objects.filter(name=name).first()
    if found is None:
        raise Refusal(f"there is no channel called {name!r}; `triage channel list` shows them")
    return found
