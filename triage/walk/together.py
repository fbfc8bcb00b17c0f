"""Together: what many threads ask for at once is done in one go, by one of them.

A commit costs the disk the same for one row as for twenty. Whoever finds nobody at work does what
has gathered until then, its own among it; the others wait and find theirs done. Nobody is told
"done" before it is, and a thread that is alone pays nothing for it.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

One = TypeVar("One")
Result = TypeVar("Result")


class _Asked(Generic[One, Result]):
    __slots__ = ("done", "error", "one", "result", "turn")

    def __init__(self, one: One) -> None:
        self.one = one
        self.done = False
        self.result: Result
        self.error: BaseException | None = None
        self.turn = threading.Semaphore(0)
        """Released when it is done, or when it is the asker's turn to do what waits."""


class Together(Generic[One, Result]):
    """Calls `work` with up to `most` of what was asked for; it answers one result for each.

    Where `work` raises for several, each is tried alone, so that one cannot spoil the others.
    """

    def __init__(self, work: Callable[[Sequence[One]], Sequence[Result]], *, most: int) -> None:
        self._work, self._most = work, most
        self._gathering = threading.Lock()
        self._working = False
        self._waiting: list[_Asked[One, Result]] = []

    def do(self, one: One) -> Result:
        """Have it done, and its result. Raises what `work` raised for it."""
        mine: _Asked[One, Result] = _Asked(one)
        with self._gathering:
            self._waiting.append(mine)
            somebody, self._working = self._working, True
        if somebody:
            mine.turn.acquire()
        if not mine.done:
            self._do_what_waits()
        if mine.error is not None:
            raise mine.error
        return mine.result

    def _do_what_waits(self) -> None:
        """Do the first of what waits, one's own foremost, and leave the rest to the next in row."""
        with self._gathering:
            taken, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            self._do(taken)
        finally:
            for each in taken[1:]:
                each.turn.release()
            with self._gathering:
                self._working = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].turn.release()

    def _do(self, asked: Sequence[_Asked[One, Result]]) -> None:
        try:
            results = self._work([each.one for each in asked])
        except BaseException as error:
            if len(asked) > 1 and isinstance(error, Exception):
                for each in asked:
                    self._do([each])
                return
            for each in asked:
                each.error = error
        else:
            for each, result in zip(asked, results, strict=True):
                each.result = result
        for each in asked:
            each.done = True
