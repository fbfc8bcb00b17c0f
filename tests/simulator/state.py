"""What a platform holds, whatever it is called and however it speaks: accounts, posts, threads."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

Number = Callable[[datetime, int], int]
"""The number of the n-th post, written at that time, as a platform counts."""

BEGINNING = timedelta(hours=2)
"""How long before now the first post is written; each further event comes a second later."""


class Kind(StrEnum):
    """What can happen to a post."""

    ADD = "add"
    EDIT = "edit"
    REMOVE = "remove"


@dataclass(frozen=True)
class Account:
    """Somebody who writes."""

    id: str
    name: str
    followers: int = 0


@dataclass(frozen=True)
class Version:
    """What a post said from a time on. Each has a number; the first one's is the post's."""

    number: int
    text: str
    at: datetime


@dataclass(eq=False)
class Post:
    """A post, or an answer to one. `elsewhere` says that it stands at a place that is not ours."""

    author: Account
    versions: list[Version]
    answers: "Post | None" = None
    elsewhere: bool = False
    gone: bool = False
    hidden: bool = False
    liked: bool = False
    touched: datetime = field(default=datetime.min)
    """When it was last written or answered, at any depth."""

    @property
    def number(self) -> int:
        return self.versions[0].number

    @property
    def text(self) -> str:
        return self.versions[-1].text

    @property
    def made(self) -> datetime:
        return self.versions[0].at

    @property
    def edited(self) -> datetime | None:
        return self.versions[-1].at if len(self.versions) > 1 else None

    @property
    def root(self) -> "Post":
        return self.answers.root if self.answers else self

    def names(self, account: Account) -> bool:
        """Whether the text speaks to an account."""
        return f"@{account.name}" in self.text.lower().split()


@dataclass(frozen=True)
class Event:
    """Something that happened to a post: what, to which version, and when."""

    kind: Kind
    post: Post
    text: str
    number: int
    at: datetime


@dataclass
class Key:
    """What somebody may do with a token, and why it is dead if it is."""

    scopes: frozenset[str]
    dead: str = ""


class State:
    """One platform's posts, in the order in which they were written, and the keys to them."""

    def __init__(self, number: Number, *, brand: str = "whimbrel") -> None:
        self._number = number
        self._time = datetime.now(UTC).replace(microsecond=0) - BEGINNING
        self._pace = timedelta(seconds=1)
        self.accounts: list[Account] = []
        self.own = self.account(brand, followers=9_000)
        self.posts: list[Post] = []
        self.events: list[Event] = []
        self.keys: dict[str, Key] = {}

    def begin(self, ago: timedelta, *, pace: timedelta) -> None:
        """Let the story begin earlier, and more time pass from one event to the next."""
        self._time = datetime.now(UTC).replace(microsecond=0) - ago
        self._pace = pace

    def account(self, name: str, *, followers: int = 10) -> Account:
        """The account of this name; made where there is none yet."""
        known = next((each for each in self.accounts if each.name == name), None)
        if known is None:
            known = Account(str(1001 + len(self.accounts)), name, followers)
            self.accounts.append(known)
        return known

    def write(
        self,
        author: str,
        text: str,
        *,
        answers: Post | None = None,
        elsewhere: bool = False,
        now: bool = False,
    ) -> Post:
        """A new post; `now` where it is written at this moment and not in the story's time."""
        at = self._tick(now=now)
        version = Version(self._number(at, len(self.events) + 1), text, at)
        post = Post(self.account(author), [version], answers, elsewhere)
        self.posts.append(post)
        self._note(Kind.ADD, post, at)
        return post

    def edit(self, post: Post, text: str) -> None:
        """Let a post say something else from now on."""
        at = self._tick()
        number = self._number(at, len(self.events) + 1)
        post.versions.append(Version(number, text, at))
        self._note(Kind.EDIT, post, at)

    def delete(self, post: Post) -> None:
        """Take a post away."""
        post.gone = True
        self._note(Kind.REMOVE, post, self._tick())

    def living(self) -> Iterator[Post]:
        """The posts that are still there, oldest first."""
        return (post for post in self.posts if not post.gone)

    def below(self, root: Post) -> Iterator[Post]:
        """What was answered to a post, to the answers, and so on, oldest first."""
        return (post for post in self.living() if post.root is root and post is not root)

    def issue(self, token: str, *scopes: str) -> None:
        """Give out a token."""
        self.keys[token] = Key(frozenset(scopes))

    def kill(self, token: str, why: str) -> None:
        """Let a token be worth nothing from now on."""
        self.keys[token].dead = why

    def _note(self, kind: Kind, post: Post, at: datetime) -> None:
        last = post.versions[-1]
        self.events.append(Event(kind, post, last.text, last.number, at))
        if kind != Kind.REMOVE:
            post.touched = at
        above = post.answers if kind == Kind.ADD else None
        while above:
            above.touched, above = at, above.answers

    def _tick(self, *, now: bool = False) -> datetime:
        self._time += self._pace
        if now:
            self._time = max(self._time, datetime.now(UTC).replace(microsecond=0))
        return self._time
