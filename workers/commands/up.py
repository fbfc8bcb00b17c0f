"""`triage up`."""

import errno
import os
import socket

import click
from django.conf import settings

from triage.management.database import with_database
from triage.management.output import Refusal, note
from triage.tuning.policies import adopt_file
from workers.demo import demo_people, prepare_demo
from workers.embedded import AlreadyRunning, serve


@click.command()
@click.option("--demo", is_flag=True, help="With demo posts and demo people.")
@click.option("--port", type=click.IntRange(1, 65535), help="Default: PORT, or 8000.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@with_database
def up(demo: bool, port: int | None, host: str) -> None:
    """Serve the embedded product: web, worker and schedule in one process."""
    environment = settings.ENVIRONMENT
    if not environment.embedded:
        raise Refusal(
            "REDIS_URL is set, so this is a scaled installation: start web, worker and beat as "
            "docs/operating.md says, or unset REDIS_URL"
        )
    port = port or environment.port
    try:
        socket.getaddrinfo(host, port)
        adopt_file(environment.policy_file)
        if demo:
            prepare_demo()
        ended = serve(
            host=host,
            port=port,
            home=environment.home,
            patience=environment.progress_seconds,
            ready=lambda: _greet(host, port, demo=demo),
        )
    except AlreadyRunning as error:
        raise Refusal(str(error)) from None
    except OSError as error:
        if sentence := _refusal(error, host, port):
            raise Refusal(sentence) from None
        raise
    note("Stopped.")
    if not ended:
        # A thread waits for a platform, a minute perhaps, and Python would wait for the thread.
        # Nothing is lost: what it has not committed is pulled again.
        os._exit(0)


def _refusal(error: OSError, host: str, port: int) -> str | None:
    """Why the system does not let us listen there; None where the error is about something else."""
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine; choose another with --host"
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken; choose another with --port or PORT"
    if error.errno == errno.EACCES and error.filename is None:
        return f"port {port} is not for this user; choose one above 1023 with --port or PORT"
    return None


def _greet(host: str, port: int, *, demo: bool) -> None:
    note(f"Triage is at http://{host}:{port} (Ctrl-C stops it).")
    if demo:
        note("Sign in as:")
        for person in demo_people():
            note(f"  {person.name:<6} {person.password:<14} {person.what}")
