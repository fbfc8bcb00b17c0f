"""An SQLite database with its tables, kept between runs: making it takes longer than most tests.

The migrations make it, and make it anew when they change. Whoever begins with a copy migrates all
the same, which finds nothing left to do.
"""

import hashlib
import os
import sqlite3
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MADE_BY = ("triage/migrations/*.py", "triage/vocabulary.py")


def place_in(folder: Path) -> Path:
    """Where the database is kept that today's migrations make, whether it is there or not."""
    digest = hashlib.sha256(version("django").encode())
    for pattern in MADE_BY:
        for file in sorted(ROOT.glob(pattern)):
            digest.update(file.read_bytes())
    return folder / f"{digest.hexdigest()[:16]}.sqlite3"


def begin_with(kept: Path, home: Path) -> None:
    """Lay the database into a new home, where one is kept."""
    home.mkdir(exist_ok=True)
    if kept.exists():
        copy(kept, home / "triage.db")


def copy(source: Path, target: Path) -> None:
    """Copy a database that others may be reading; the copy is there as a whole or not at all."""
    draft = target.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(draft)) as new:
        old.backup(new)
    draft.replace(target)
