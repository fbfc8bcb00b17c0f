"""Bells: messages that say "look at the table". A lost one is repaired by the schedule."""

from typing import Any

import structlog
from kombu.exceptions import OperationalError

log = structlog.get_logger()


def ring(task: Any, *args: object, expires: float) -> None:
    """Send a task without retrying; a broker that is away is logged, never raised."""
    try:
        task.apply_async(args, expires=expires, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("bell_lost", task=task.name, why=type(error).__name__)
