"""Embeddings kept on disk, so that learning again does not mean reading again.

One SQLite file; a row is keyed by the SHA-256 of the encoder and of what it reads of the post.
It holds numbers only, no text. A file that cannot be used costs time and nothing else.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import framing
from models.encoder import Encoder
from models.text import Passage

MOST_ROWS = 200_000
"""About 160 MB; the oldest rows go first."""

_AT_ONCE = 500
_TABLE = "CREATE TABLE IF NOT EXISTS embeddings (key BLOB PRIMARY KEY, vector BLOB NOT NULL)"


class EmbeddingCache:
    """Embeddings of posts that were read before."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def embed(self, encoder: Encoder, passages: Sequence[Passage]) -> NDArray[np.float32]:
        """The embeddings, (n, dimensions), rounded to half precision whether cached or not."""
        keys = [_key(encoder, passage) for passage in passages]
        known = self._known(set(keys), encoder.dimensions)
        new = {
            key: passage for key, passage in zip(keys, passages, strict=True) if key not in known
        }
        for start in range(0, len(new), _AT_ONCE):
            part = list(new.items())[start : start + _AT_ONCE]
            found = encoder.embed([passage for _, passage in part]).astype(np.float16)
            read = {key: vector for (key, _), vector in zip(part, found, strict=True)}
            self._keep(read)
            known |= read
        if not keys:
            return np.zeros((0, encoder.dimensions), dtype=np.float32)
        return np.stack([known[key] for key in keys]).astype(np.float32)

    def _known(self, keys: set[bytes], dimensions: int) -> dict[bytes, NDArray[np.float16]]:
        known: dict[bytes, NDArray[np.float16]] = {}
        with self._open() as connection:
            if connection is None:
                return known
            for key in keys:
                row = connection.execute(
                    "SELECT vector FROM embeddings WHERE key = ?", (key,)
                ).fetchone()
                if row is not None and len(row[0]) == 2 * dimensions:
                    known[key] = np.frombuffer(row[0], dtype=np.float16)
        return known

    def _keep(self, vectors: dict[bytes, NDArray[np.float16]]) -> None:
        with self._open() as connection:
            if connection is None:
                return
            connection.executemany(
                "INSERT OR REPLACE INTO embeddings VALUES (?, ?)",
                [(key, vector.tobytes()) for key, vector in vectors.items()],
            )
            connection.execute(
                "DELETE FROM embeddings WHERE rowid <= (SELECT max(rowid) FROM embeddings) - ?",
                (MOST_ROWS,),
            )
            connection.commit()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection | None]:
        """The database, or None where the file is none; an unreadable one is thrown away."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=10)
            connection.execute(_TABLE)
        except sqlite3.DatabaseError:
            self.path.unlink(missing_ok=True)
            yield None
            return
        except OSError:
            yield None
            return
        with closing(connection):
            yield connection


def _key(encoder: Encoder, passage: Passage) -> bytes:
    context, text = framing.frame(passage)
    said = "\x00".join((encoder.digest, context, text))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()
