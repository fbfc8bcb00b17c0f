"""What can go wrong with any platform, to be planned with `Simulator.fail`."""

from collections.abc import Callable

from tests.channels.server import Reply, cut_short, dripping, html, reset, short_of_length
from tests.simulator.dialect import Request
from tests.simulator.server import Fault

Answer = Callable[[], Reply]


def always(reply: Reply) -> Fault:
    """This in place of the answer, and nothing done."""
    return lambda request, answer: reply


def server_error(status: int = 500) -> Fault:
    """The platform has an error of its own, in JSON."""
    return always(Reply({"error": "internal"}, status))


def web_page(status: int = 502) -> Fault:
    """A proxy's page."""
    return always(html(status))


def truncated() -> Fault:
    """The right answer, but it stops in the middle."""
    return lambda request, answer: cut_short(answer().body)


def broken_line() -> Fault:
    """The line breaks and nothing was done."""
    return always(reset())


def short() -> Fault:
    """Fewer bytes than promised."""
    return always(short_of_length())


def slow(seconds: float) -> Fault:
    """A byte at a time, without an end."""
    return always(dripping(seconds))


def lost() -> Fault:
    """The platform does what it was asked for, and the line breaks before it has said so."""

    def fault(request: Request, answer: Answer) -> Reply:
        answer()
        return reset()

    return fault


def repeating() -> Fault:
    """Every answer is the first one again, and so is the cursor in it."""
    first: list[Reply] = []

    def fault(request: Request, answer: Answer) -> Reply:
        if not first:
            first.append(answer())
        return first[0]

    return fault
