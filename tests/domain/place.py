"""A place to watch that is a list in memory: each fetch gives, or raises, what comes next."""

from typing import Any, ClassVar

from triage.posts import Post
from workers.channels.base import Config, Cursor, Option, Page, Rejected, Source


class Place(Source):
    """Answers from `answers`, by turns; `asked` keeps the cursors it was asked with."""

    kind: ClassVar[str] = "place"
    title: ClassVar[str] = "A place in memory"
    platform: ClassVar[str] = "place"
    secrets: ClassVar[dict[str, Option]] = {"token": Option("a token")}

    answers: ClassVar[list[Any]] = []
    asked: ClassVar[list[Cursor]] = []
    made_with: ClassVar[list[Config]] = []

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.made_with.append(config)
        if "explode" in config.settings:
            raise ValueError("token=CANARY is no token")

    def fetch(self, cursor: Cursor) -> Page:
        self.asked.append(cursor)
        answer = self.answers.pop(0) if self.answers else Page((), cursor)
        if isinstance(answer, BaseException):
            raise answer
        if callable(answer):
            answer = answer()
        assert isinstance(answer, Page)
        return answer

    def check(self) -> str:
        return f"{len(self.fetch({}).posts)} posts are there"


def page(*ids: str, at: int, more: bool = False, bad: tuple[Any, ...] = ()) -> Page:
    """A page of posts with these ids, and the cursor behind it."""
    posts = tuple(Post(id=id, text="question where is it", author=f"a{id}") for id in ids)
    rejected = tuple(Rejected("it has no id", raw) for raw in bad)
    return Page(posts, {"at": at}, more, rejected)
