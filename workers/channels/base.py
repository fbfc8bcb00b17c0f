"""What every channel kind has in common: settings, pages of posts, and three ways to fail."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from triage.posts import Post, PostRejected
from triage.vocabulary import Act

if TYPE_CHECKING:
    from workers.channels.lines import Line

Cursor = dict[str, Any]
"""Where the next fetch goes on: a JSON object of the source's own making; {} at the start."""

CONNECT_SECONDS = 3.05
READ_SECONDS = 15.0
BODY_LIMIT = 16 * 1024 * 1024
"""Bytes of a response body that are read before the answer is given up as too large."""


class SourceError(Exception):
    """A pull that failed; the message is one sentence for a person, without secrets."""


class Throttled(SourceError):
    """The platform asks us to wait. `retry_at` is when (aware UTC); None where it did not say."""

    def __init__(self, message: str, *, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class Refused(SourceError):
    """Permanent until a person acts: a dead token, a missing scope, a wrong page or setting."""


class Unreachable(SourceError):
    """Transient: no answer, a server error, or an answer that cannot be read. Back off, retry."""


class NotSent(SourceError):
    """The platform will not do this one act, whoever asks again; the channel itself is well.

    The message tells the person why in words, and what they can do.
    """


@dataclass(frozen=True, slots=True)
class Rejected:
    """One record of an otherwise good page that could not be read as a post: why, and the record.

    Kept aside as a dead letter.
    """

    reason: str
    raw: Any


@dataclass(frozen=True, slots=True)
class Page:
    """What one call brought.

    `cursor` is stored in the transaction that stores the posts. `more` says that calling fetch
    again at once with this cursor brings further posts of the same round.
    """

    posts: tuple[Post, ...]
    cursor: Cursor
    more: bool = False
    rejected: tuple[Rejected, ...] = ()


Lookup = Mapping[str, str]
"""The ids of something that a delivery only names, for `Source.look_up` to ask for."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a webhook delivery told. `pull` says that it told less than a pull would bring.

    `lookups` are what it only names and no pull would bring.
    """

    posts: tuple[Post, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    pull: bool = False
    lookups: tuple[Lookup, ...] = ()


@dataclass(frozen=True, slots=True)
class Sending:
    """One act that a person asked for, to be carried out on the platform.

    `post` is the external id of the post it is about, `key` stays the same at every try (the
    platform's idempotency key where it takes one), `asked_at` is when the person asked (aware).
    """

    act: Act
    key: str
    post: str
    conversation: str
    author: str
    asked_at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the platform made of it: the id and address of our own post, where there is one."""

    id: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Ability:
    """What one channel, as it is set up, lets us do: acts, and how long a reply may be.

    `longest` is counted as `counting`, a name in `triage.back.lengths.COUNTINGS`; None: no limit.
    """

    acts: tuple[Act, ...] = ()
    longest: int | None = None
    counting: str = "characters"


@dataclass(frozen=True, slots=True)
class Option:
    """One `--set` or `--secret` of a channel kind."""

    help: str
    required: bool = False
    default: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a platform allows an account: calls (None where only its headers say) in seconds."""

    calls: int | None
    seconds: int


@dataclass(frozen=True, slots=True)
class Config:
    """What a source needs to know of its channel row. Secrets are values here, never logged."""

    name: str
    brand: str | None
    kind: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def get(self, key: str, default: str = "") -> str:
        """A setting's value, or the default."""
        return self.settings.get(key) or default


class Source(ABC):
    """A place that can be pulled. One instance serves one pull of one channel."""

    kind: ClassVar[str]
    title: ClassVar[str]
    platform: ClassVar[str]
    settings: ClassVar[dict[str, Option]] = {}
    secrets: ClassVar[dict[str, Option]] = {}
    interval: ClassVar[int] = 60
    """Seconds between two pulls where the channel does not say otherwise."""
    community: ClassVar[bool] = False
    """Whether such a place is the company's own where the channel does not say otherwise."""
    hook: ClassVar[str | None] = None
    """How its webhooks are signed: a name in `triage.walk.hooks.SCHEMES`; None: it has none."""
    allowance: ClassVar[Allowance | None] = None
    """What the platform allows an account; None for a kind whose calls nobody counts."""
    limited_by: ClassVar[tuple[str, ...]] = ()
    """The secrets by which the platform knows the account; all of them where it is empty."""
    backfills: ClassVar[bool] = False
    """Whether `fetch_back` can bring earlier posts."""
    acts: ClassVar[tuple[Act, ...]] = ()
    """What the platform lets us do to a post."""
    longest: ClassVar[int | None] = None
    """How long a reply may be, as `counting` counts; None where the platform names no limit."""
    counting: ClassVar[str] = "characters"
    """How the platform counts: a name in `triage.back.lengths.COUNTINGS`."""
    idempotent: ClassVar[bool] = False
    """Whether the platform itself takes the same `Sending.key` twice as one."""

    def __init__(self, config: Config) -> None:
        self.config = config

    @classmethod
    def problem(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str | None:
        """What is wrong with a combination of settings, in one sentence; None where it is fine."""
        return None

    @abstractmethod
    def fetch(self, cursor: Cursor) -> Page:
        """One page from `cursor` on. Raises Throttled, Refused or Unreachable, nothing else."""

    def fetch_back(self, cursor: Cursor, until: datetime) -> Page:
        """One page of earlier posts, newest first, down to `until` (aware). Raises as `fetch` does.

        `cursor` is of this walk alone, {} at its start; `more` says that there are older ones.
        """
        raise Refused(f"{self.title} cannot bring earlier posts.")

    def expires(self) -> datetime | None:
        """When the key ends (aware UTC); None where it does not, or the platform does not tell.

        Asked once a day. Raises as `fetch` does.
        """
        return None

    def renew(self) -> dict[str, str]:
        """New values of its secrets after a call that an expired one failed; {} if it gets none.

        Raises as `fetch` does.
        """
        return {}

    @abstractmethod
    def check(self) -> str:
        """Call the API and say in one sentence who we are there. Raises as `fetch` does."""

    def read_delivery(self, body: bytes, headers: Mapping[str, str]) -> Delivered:
        """What a verified webhook delivery tells, without asking the platform anything.

        A post has the id under which a pull brings it. Raises PostRejected for a body that cannot
        be read at all; what is none of ours is no post and no error.
        """
        raise PostRejected(f"{self.title} takes no webhooks")

    def look_up(self, lookups: Sequence[Lookup]) -> Delivered:
        """Ask the platform for what a delivery only named. Raises as `fetch` does.

        What is gone is left out; what the platform does not show is set aside.
        """
        raise Refused(f"{self.title} cannot look anything up.")

    def line(self) -> "Line | None":
        """The line on which the platform tells of posts at once; None where nobody wants one."""
        return None

    def ability(self) -> Ability:
        """What can be done in this channel: all that its kind can, where its settings allow it."""
        return Ability(self.acts, self.longest, self.counting)

    def send(self, sending: Sending) -> Sent:
        """Carry out one act, once. Raises NotSent, Throttled, Refused or Unreachable.

        Unreachable means that the platform may have done it all the same.
        """
        raise NotSent(f"{self.title} has no way back: answer it at the platform.")

    def find_sent(self, sending: Sending) -> Sent | None:
        """Our own post that an earlier try of this reply left on the platform; None if none did.

        Asked before a second try of a reply, unless the platform is idempotent. Raises as `fetch`.
        """
        return None
