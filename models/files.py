"""Files of a model: read only as plain files of a bounded size, written whole or not at all."""

import os
import stat
from pathlib import Path

ADVICE = "train again with `triage train`"


class ModelRefused(Exception):
    """A model that must not be used; the message says why, and what to do, in one sentence."""


def read_regular(path: Path, most: int, advice: str = ADVICE) -> bytes:
    """The bytes of a plain file: no link, no device, no more than `most`."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe must not make us wait for a writer
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        raise ModelRefused(f"{path} is missing; {advice}.") from None
    except OSError as error:
        raise ModelRefused(
            f"{path} is not a plain file that can be read ({error.strerror}); {advice}."
        ) from None
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise ModelRefused(f"{path} is not a plain file; {advice}.")
        if found.st_size > most:
            raise ModelRefused(f"{path} is over {most:,} bytes; {advice}.")
        return file.read(most + 1)


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file so that a reader sees all of it or the one before."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
