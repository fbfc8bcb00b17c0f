"""A person at a terminal: presses a key once the command has shown what it was waited for."""

import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

PATIENCE = 30.0


class Terminal:
    """A command on a terminal of its own; `screen` is all that it has shown so far."""

    def __init__(self, *arguments: str, environment: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "config.cli", *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**environment, "TERM": "dumb"},
            start_new_session=True,
        )
        os.close(theirs)
        self.screen = ""
        self._seen = 0

    def shows(self, text: str) -> None:
        """Wait until it shows this, behind what was waited for before."""
        until = time.monotonic() + PATIENCE
        while (place := self.screen.find(text, self._seen)) < 0:
            assert time.monotonic() < until, f"no {text!r} in {self.screen[self._seen :]!r}"
            assert self._read(), f"it ended without {text!r}: {self.screen[self._seen :]!r}"
        self._seen = place + len(text)

    def press(self, key: str) -> None:
        """Press a key, as soon as the command has asked for one."""
        self.shows("Esc stop > ")
        # It forgets what was typed before. While it asks, its terminal sends single keys.
        self._wait_until_asked()
        os.write(self._ours, key.encode())

    def ends(self) -> int:
        """Wait until it ends -> its exit status."""
        while self._read():
            pass
        return self._process.wait(PATIENCE)

    def _read(self) -> bool:
        """Take what it shows next -> whether there was any."""
        ready, _, _ = select.select([self._ours], [], [], PATIENCE)
        assert ready, f"nothing more is shown after {self.screen!r}"
        try:
            shown = os.read(self._ours, 4096)
        except OSError:  # on Linux that is how a terminal ends
            return False
        self.screen += shown.decode().replace("\r\n", "\n")
        return bool(shown)

    def _wait_until_asked(self) -> None:
        until = time.monotonic() + PATIENCE
        while termios.tcgetattr(self._ours)[3] & termios.ICANON:
            assert time.monotonic() < until, "it asks for no key"
            time.sleep(0.01)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(PATIENCE)
        os.close(self._ours)
