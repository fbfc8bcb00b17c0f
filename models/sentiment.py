"""What the author of a post feels about what they speak of, read off what was read of it anyway.

Two linear heads: one over a classifier's sparse features, for posts that its fast judge settles,
and one over these and the encoder's embedding, for the others. They go with the program and not
with one model, so that every model says a sentiment, also one that learns from lessons or that was
stored before: their weights are known by the features' names, and laid onto any model's features.
What people say of sentiments comes with `triage lessons --json`; nothing here learns from it yet.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from models import features
from models.features import FeatureSpace
from models.files import ModelRefused, read_regular, write_whole
from models.judgement import SENTIMENTS

HEAD_FILE, CARD_FILE = "head.skops", "card.json"
FORMAT = 1
_MAX_BYTES, _MAX_UNPACKED, _MAX_CARD_BYTES = 4 * 2**20, 16 * 2**20, 2**20
_RESTORE = "restore models/starter/sentiment from the release; until then no sentiment is told"


@dataclass(frozen=True, slots=True)
class Weights:
    """The heads as they are stored; k is len(SENTIMENTS), n len(keys), d the embedding's length.

    `fast` is (k, n) over the features of these keys; `slow` (k, n) over the same and `dense`
    (k, d) over the embedding belong together. Intercepts are (k,). `encoder` is the SHA-256 of
    the encoder whose embeddings `dense` is for.
    """

    encoder: str
    keys: Sequence[str]
    fast: NDArray[np.float32]
    fast_intercept: NDArray[np.float32]
    slow: NDArray[np.float32]
    dense: NDArray[np.float32]
    slow_intercept: NDArray[np.float32]

    def __post_init__(self) -> None:
        k, n, d = len(SENTIMENTS), len(self.keys), self.dense.shape[-1]
        wanted = {"fast": (k, n), "fast_intercept": (k,), "slow": (k, n)}
        wanted |= {"dense": (k, d), "slow_intercept": (k,)}
        for name, shape in wanted.items():
            found = getattr(self, name)
            if found.shape != shape or found.dtype != np.float32:
                raise ValueError(f"{name} is {found.dtype} {found.shape}, not float32 {shape}")


class Feeling:
    """The heads laid onto one model's features. What they say of a post no other post changes."""

    def __init__(self, weights: Weights, space: FeatureSpace) -> None:
        self.encoder = weights.encoder
        places = space.places(weights.keys)
        known = places >= 0
        self._fast, self._slow = (
            _onto(len(space.keys), places[known], each[:, known])
            for each in (weights.fast, weights.slow)
        )
        self._fast_intercept, self._slow_intercept = weights.fast_intercept, weights.slow_intercept
        self._dense = np.ascontiguousarray(weights.dense)

    def of_words(self, sparse: csr_matrix) -> list[str]:
        """The sentiment of each post by its sparse features, (posts, features)."""
        return _named(sparse @ self._fast + self._fast_intercept)

    def of_reading(self, sparse: csr_matrix, embeddings: NDArray[np.float32]) -> list[str]:
        """The sentiment of each post by its sparse features and its embedding, (posts, d)."""
        dense = np.stack([(self._dense * each).sum(axis=1) for each in embeddings])
        return _named(sparse @ self._slow + dense + self._slow_intercept)


def _onto(
    width: int, places: NDArray[np.int64], weights: NDArray[np.float32]
) -> NDArray[np.float32]:
    laid = np.zeros((width, len(weights)), dtype=np.float32)
    laid[places] = weights.T
    return laid


def _named(scores: NDArray[np.float32]) -> list[str]:
    return [SENTIMENTS[place] for place in np.asarray(scores).argmax(axis=1)]


def shipped_sentiment_path() -> Path:
    """Where the heads that come with the code lie."""
    return Path(__file__).parent / "starter" / "sentiment"


def read_weights(folder: Path | None = None) -> Weights:
    """The heads of a folder, once its files are what its card says. Raises ModelRefused."""
    folder = folder or shipped_sentiment_path()
    card = _read_card(folder / CARD_FILE)
    if card.get("format") != FORMAT or card.get("features") != features.SCHEMA:
        raise ModelRefused(f"{folder} holds a sentiment for another version; {_RESTORE}.")
    data = read_regular(folder / HEAD_FILE, _MAX_BYTES, _RESTORE)
    if hashlib.sha256(data).hexdigest() != card.get("sha256"):
        raise ModelRefused(
            f"{folder / HEAD_FILE} is not the file its card speaks of (another SHA-256): "
            f"it was cut short or changed; {_RESTORE}."
        )
    try:
        return _unpacked(data, str(card.get("encoder")))
    except Exception as error:  # whatever a foreign file makes skops or NumPy raise
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise ModelRefused(
            f"{folder / HEAD_FILE} cannot be read as a sentiment ({reason}); {_RESTORE}."
        ) from error


def _unpacked(data: bytes, encoder: str) -> Weights:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MAX_UNPACKED:
            raise ValueError(f"it unpacks to over {_MAX_UNPACKED:,} bytes")
    content = skops.io.loads(data, trusted=[])
    return Weights(**content | {"keys": content["keys"].split("\n"), "encoder": encoder})


def write_weights(weights: Weights, folder: Path, *, told: dict[str, Any]) -> None:
    """Stores the heads and their card; `told` is what else the card says of them."""
    content = asdict(weights)
    encoder, content["keys"] = content.pop("encoder"), "\n".join(weights.keys)
    data = skops.io.dumps(content, compression=zipfile.ZIP_DEFLATED, compresslevel=9)
    card = {
        "format": FORMAT,
        "features": features.SCHEMA,
        "encoder": encoder,
        "sha256": hashlib.sha256(data).hexdigest(),
        **told,
    }
    text = json.dumps(card, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write_whole(folder / HEAD_FILE, data)
    write_whole(folder / CARD_FILE, text.encode())


def _read_card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(read_regular(path, _MAX_CARD_BYTES, _RESTORE))
    except (ValueError, RecursionError):
        raise ModelRefused(f"{path} is not a readable card; {_RESTORE}.") from None
    if not isinstance(card, dict):
        raise ModelRefused(f"{path} is not a card; {_RESTORE}.")
    return card
