"""The encoder: a small transformer, fine-tuned once offline, run by onnxruntime on one thread.

Each post is read by itself: the int8 arithmetic takes its scale from everything in one call, so a
batch would let posts change each other's numbers (and was slower). Nothing here reaches a network.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models import framing
from models.files import ModelRefused, read_regular
from models.text import Passage
from models.unigram import Unigram

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MODEL_FILE, WORDS_FILE, CARD_FILE = "encoder.onnx", "vocabulary.txt", "card.json"
FORMAT = 2
DIMENSIONS = 384
MAX_TOKENS = 112
_MAX_BYTES, _MAX_CARD_BYTES = 32 * 1024 * 1024, 1024 * 1024
_RESTORE = "restore models/encoder from the release; until then the fast judge works alone"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the encoder made of one post: a vector a token, and which characters each came from.

    `vectors` is (tokens, DIMENSIONS); `spans` are (start, end) in `context` where `in_text` is
    False, and in `text` where it is True.
    """

    vectors: NDArray[np.float32]
    spans: list[tuple[int, int]]
    in_text: list[bool]
    context: str
    text: str

    @property
    def embedding(self) -> NDArray[np.float32]:
        """The mean of the vectors, shape (DIMENSIONS,)."""
        mean: NDArray[np.float32] = self.vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
        return mean


class Encoder:
    """A loaded encoder; `digest` pins what it is, `card` says what it was trained on."""

    def __init__(self, session: "InferenceSession", words: Unigram, card: dict[str, Any]) -> None:
        self._session, self._words, self.card = session, words, card

    @property
    def digest(self) -> str:
        """SHA-256 of the weights, in hexadecimal."""
        return str(self.card["sha256"][MODEL_FILE])

    @property
    def dimensions(self) -> int:
        """The length of an embedding."""
        return DIMENSIONS

    @property
    def sources(self) -> frozenset[str]:
        """The sources of the posts it was trained on."""
        return frozenset(self.card.get("sources", {}))

    def read(self, passage: Passage) -> Reading:
        """What it makes of one post."""
        context, text = framing.frame(passage)
        cut = self._words.pair(context, text, MAX_TOKENS)
        vectors = self._session.run(None, {"ids": np.array([cut.ids], dtype=np.int64)})[0][0]
        return Reading(vectors, cut.spans, [kind == 1 for kind in cut.types], context, text)

    def embed(self, passages: Sequence[Passage]) -> NDArray[np.float32]:
        """The embeddings of the passages, shape (n, DIMENSIONS)."""
        if not passages:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        return np.stack([self.read(passage).embedding for passage in passages])


def shipped_encoder_path() -> Path:
    """Where the encoder that comes with the code lies."""
    return Path(__file__).parent / "encoder"


def load_encoder(folder: Path | str | None = None, *, digest: str | None = None) -> Encoder:
    """The encoder of a folder, once its files are what its card says. Raises ModelRefused.

    `digest` is the SHA-256 of the weights that the caller needs.
    """
    folder = Path(folder) if folder is not None else shipped_encoder_path()
    card = _read_card(folder)
    if digest is not None and card["sha256"].get(MODEL_FILE) != digest:
        raise ModelRefused(f"{folder} holds another encoder than the model needs; {_RESTORE}.")
    weights, vocabulary = (_pinned(folder, name, card) for name in (MODEL_FILE, WORDS_FILE))
    try:
        words = Unigram(vocabulary.decode("utf-8").rstrip("\n").split("\n"))
        return Encoder(_session(weights), words, card)
    except Exception as error:  # whatever a foreign file makes onnxruntime raise
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise ModelRefused(f"{folder} cannot be read as an encoder ({reason}).") from error


def _read_card(folder: Path) -> dict[str, Any]:
    try:
        card = json.loads(read_regular(folder / CARD_FILE, _MAX_CARD_BYTES, _RESTORE))
    except (ValueError, RecursionError):
        raise ModelRefused(f"{folder / CARD_FILE} is not a readable card; {_RESTORE}.") from None
    if not isinstance(card, dict) or not isinstance(card.get("sha256"), dict):
        raise ModelRefused(f"{folder / CARD_FILE} is not an encoder's card; {_RESTORE}.")
    if card.get("format") != FORMAT or card.get("framing") != framing.SCHEMA:
        raise ModelRefused(f"{folder} holds an encoder for another version; {_RESTORE}.")
    return card


def _pinned(folder: Path, name: str, card: dict[str, Any]) -> bytes:
    data = read_regular(folder / name, _MAX_BYTES, _RESTORE)
    if hashlib.sha256(data).hexdigest() != card["sha256"].get(name):
        raise ModelRefused(
            f"{folder / name} is not the file its card speaks of (another SHA-256): "
            f"it was cut short or changed; {_RESTORE}."
        )
    return data


def _session(data: bytes) -> "InferenceSession":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.enable_cpu_mem_arena = False
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    if [each.name for each in session.get_inputs()] != ["ids"]:
        raise ValueError("its input is not that of an encoder")
    return session
