"""`triage stream`."""

import signal
from types import FrameType

import click

from triage.management.database import with_database
from triage.management.output import note
from workers.streaming import Streamer, wanted_channels


@click.command()
@with_database
def stream() -> None:
    """Hear of posts as they are written, on the channels that were added with --set stream=yes.

    Runs until SIGINT or SIGTERM. The embedded product does this by itself; in the scaled form run
    it once or, so that one may die, twice: each line is held by one of them.
    """
    streamer = Streamer()

    def end(_number: int, _frame: FrameType | None) -> None:
        streamer.stop()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    names = ", ".join(channel.name for channel in wanted_channels())
    note(f"Listening to {names}." if names else "No channel wants to be heard yet; waiting.")
    streamer.run()
    note("Stopped.")
