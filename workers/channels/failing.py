"""From anything that can go wrong in a pull to one of three errors with a sentence for a person.

Exception texts of the libraries are never passed on: they hold addresses with tokens in them.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import quote

from requests import exceptions as failures

from workers.channels.base import BODY_LIMIT, Config, Refused, SourceError, Throttled, Unreachable
from workers.channels.http import Redirected, TooLarge, Wire, now, retry_time

QUOTED = 300
"""Characters of a platform's own message that are passed on."""

Reading = Callable[[Exception], SourceError | None]
"""A channel's own reading of an exception; None where it has nothing to say."""


@contextmanager
def failing(name: str, wire: Wire, reading: Reading, problem: str | None = None) -> Iterator[None]:
    """Inside, every exception leaves as Throttled, Refused or Unreachable, without its cause.

    The cause is cut off because a logged traceback would print its text. `problem` is what is
    wrong with the settings: with one, nothing is sent at all.
    """
    if problem:
        raise Refused(problem)
    try:
        yield
    except SourceError:
        raise
    except Exception as error:
        raise (reading(error) or common(name, wire, error)) from None


def common(name: str, wire: Wire, error: BaseException) -> SourceError:
    """What an exception means on any platform."""
    if isinstance(error, failures.RequestException) and not isinstance(
        error, failures.JSONDecodeError
    ):
        return network(name, error)
    if isinstance(error, UnicodeEncodeError):
        return _unsendable(name)
    if wire.status == 429:
        return throttled(name, wire)
    if wire.status >= 500:
        return broken(name, wire.status)
    return unreadable(name, wire, type(error).__name__)


def throttled(name: str, wire: Wire, at: datetime | None = None) -> Throttled:
    """The platform's rate limit; `at` where the caller knows when it ends."""
    when = at or retry_time(wire.headers, now())
    until = f" until {when:%Y-%m-%d %H:%M} UTC" if when else ""
    return Throttled(f"{name} asks us to wait{until}: its rate limit is used up", retry_at=when)


def broken(name: str, status: int) -> Unreachable:
    """An error on the platform's side."""
    return Unreachable(f"{name} has an error of its own (status {status})")


def unreadable(name: str, wire: Wire, why: str) -> Unreachable:
    """An answer that is not what the platform's documentation says."""
    if "html" in wire.headers.get("content-type", "").lower():
        return Unreachable(
            f"{name} answered with a web page in place of data (status {wire.status}); "
            "look at base_url if this stays"
        )
    return Unreachable(f"the answer of {name} cannot be read (status {wire.status}, {why})")


def network(name: str, error: BaseException) -> SourceError:
    """What requests could not send or receive."""
    if isinstance(error, failures.InvalidHeader):
        return _unsendable(name)
    if isinstance(error, failures.InvalidURL | failures.InvalidSchema | failures.MissingSchema):
        return Refused("base_url is not an address that begins with http:// or https://")
    for kind, sentence in _SENTENCES.items():
        if isinstance(error, kind):
            return Unreachable(sentence.format(name=name))
    return Unreachable(f"the connection to {name} failed ({type(error).__name__})")


_SENTENCES: dict[type[Exception], str] = {
    Redirected: "{name} sends us on to another address, where we do not follow; look at base_url",
    TooLarge: f"the answer of {{name}} is larger than {BODY_LIMIT // 1024 // 1024} MiB",
    failures.Timeout: "{name} took too long to answer",
    failures.SSLError: "the certificate of {name} does not hold",
    failures.ProxyError: "the proxy on the way to {name} does not answer",
    failures.ChunkedEncodingError: "the answer of {name} broke off in the middle",
    failures.ContentDecodingError: "the answer of {name} cannot be unpacked",
    failures.ConnectionError: "{name} cannot be reached",
}
"""From the particular to the general: the first that fits is said."""


def _unsendable(name: str) -> Refused:
    return Refused(_UNSENDABLE.format(name=name))


_UNSENDABLE = (
    "a key of this channel holds characters that cannot be sent to {name}; "
    "was it copied with a space, a quote or a line end?"
)


def key_problem(name: str, keys: Iterable[str | None]) -> str | None:
    """What is wrong with keys that are no plain text, for those that no client looks at."""
    given = [key.strip() for key in keys if key]
    fine = all(key.isascii() and key.isprintable() for key in given)
    return None if fine else _UNSENDABLE.format(name=name)


def quoted(message: object, secrets: Iterable[str]) -> str:
    """A platform's own message as one line: short, and without our secrets if it repeats them."""
    text = " ".join(str(message or "").split())
    for secret in secrets:
        for form in {secret, quote(secret, safe="")} if len(secret) > 3 else ():
            text = text.replace(form, "[secret]")
    text = text.strip()
    return text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"


def secrets_of(config: Config) -> dict[str, str]:
    """The channel's secrets without the line end that a file of them has; empty ones left out."""
    clean = {name: value.strip() for name, value in config.secrets.items() if value}
    return {name: value for name, value in clean.items() if value}
