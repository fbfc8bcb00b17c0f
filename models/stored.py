"""The two files of a stored model: model.skops (the weights) and card.json (what it is).

In model.skops are only a string, NumPy arrays and a LogisticRegression, which skops trusts
without being told to; routes, thresholds and counts are plain JSON in the card.
"""

import hashlib
import io
import json
import os
import stat
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
import skops.io
from sklearn.linear_model import LogisticRegression

from models import features
from models.classifier import Classifier, Settings
from models.features import FeatureSpace
from models.training import TrainedModel

MODEL_FILE, CARD_FILE = "model.skops", "card.json"
FORMAT = 1
MAX_BYTES = 64 * 1024 * 1024
MAX_UNPACKED = 8 * MAX_BYTES
MAX_CARD_BYTES = 1024 * 1024
_RETRAIN = "train again with `triage train`"


class ModelRefused(Exception):
    """A model that must not be used; the message says why, and what to do, in one sentence."""


def write_model(classifier: Classifier, path: Path) -> str:
    """Stores the weights and returns the file's SHA-256 in hexadecimal."""
    content = {
        "keys": "\n".join(classifier.space.keys),
        "idf": classifier.space.idf,
        "linear": classifier.linear,
    }
    data = skops.io.dumps(content, compression=zipfile.ZIP_DEFLATED, compresslevel=9)
    untrusted = skops.io.get_untrusted_types(data=data)
    if untrusted:
        raise ModelRefused(f"The model holds types that would not load again: {untrusted}.")
    write_whole(path, data)
    return hashlib.sha256(data).hexdigest()


def write_card(
    model: TrainedModel, folder: Path, *, version: str, digest: str, now: datetime
) -> None:
    """Stores what the model is, from what it learnt and how it is to be used."""
    settings = model.classifier.settings
    card = {
        "format": FORMAT,
        "version": version,
        "created_at": now.isoformat(timespec="seconds"),
        "sklearn": sklearn.__version__,
        "features": features.SCHEMA,
        "sha256": digest,
        "bytes": (folder / MODEL_FILE).stat().st_size,
        "routes": {intent: dict(kinds) for intent, kinds in settings.routes.items()},
        "temperature": settings.temperature,
        "also_threshold": settings.also_threshold,
        "languages": sorted(settings.languages),
        "scripts": sorted(settings.scripts),
        "counts": model.counts,
        "metrics": model.metrics,
    }
    text = json.dumps(card, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write_whole(folder / CARD_FILE, text.encode())


def read_card(folder: Path | str) -> dict[str, Any]:
    """The card of a stored model. Raises ModelRefused."""
    path = Path(folder) / CARD_FILE
    try:
        card = json.loads(_read_regular(path, MAX_CARD_BYTES))
    except (ValueError, RecursionError):
        raise ModelRefused(f"{path} is not a readable card; {_RETRAIN}.") from None
    if not isinstance(card, dict):
        raise ModelRefused(f"{path} is not a card; {_RETRAIN}.")
    return card


def read_model(folder: Path, version: str | None = None) -> Classifier:
    """The model of a folder, once everything about it has been checked. Raises ModelRefused."""
    card = read_card(folder)
    _check_card(card, folder, version)
    data = _read_regular(folder / MODEL_FILE, MAX_BYTES)
    if hashlib.sha256(data).hexdigest() != card["sha256"]:
        raise ModelRefused(
            f"{folder / MODEL_FILE} is not the file its card speaks of (another SHA-256): "
            f"it was cut short or changed; restore it or {_RETRAIN}."
        )
    try:
        _check_archive(data)
        return _assemble(skops.io.loads(data, trusted=[]), card)
    except ModelRefused:
        raise
    except Exception as error:  # whatever a broken file makes skops or NumPy raise
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise ModelRefused(
            f"{folder / MODEL_FILE} cannot be read as a model ({reason}); {_RETRAIN}."
        ) from error


def _check_card(card: dict[str, Any], folder: Path, version: str | None) -> None:
    ours = ".".join(sklearn.__version__.split(".")[:2])
    theirs = ".".join(str(card.get("sklearn")).split(".")[:2])
    if card.get("format") != FORMAT:
        raise ModelRefused(
            f"{folder} has format {card.get('format')}, this program reads {FORMAT}; {_RETRAIN}."
        )
    if theirs != ours:
        raise ModelRefused(
            f"{folder} was made with scikit-learn {theirs} and this is {ours}; {_RETRAIN}."
        )
    if card.get("features") != features.SCHEMA:
        raise ModelRefused(
            f"{folder} was made for features {card.get('features')}, "
            f"this program has {features.SCHEMA}; {_RETRAIN}."
        )
    if version is not None and card.get("version") != version:
        raise ModelRefused(
            f"{folder} holds the model {card.get('version')}, not {version}; {_RETRAIN}."
        )
    if not isinstance(card.get("sha256"), str):
        raise ModelRefused(f"The card in {folder} names no SHA-256; {_RETRAIN}.")


def _check_archive(data: bytes) -> None:
    """Refuses a zip that would unpack to more than memory is meant to hold."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            raise ModelRefused(f"The model unpacks to over {MAX_UNPACKED:,} bytes; {_RETRAIN}.")


def _assemble(content: Any, card: dict[str, Any]) -> Classifier:
    linear, idf = content["linear"], content["idf"]
    if not isinstance(linear, LogisticRegression) or not isinstance(idf, np.ndarray):
        raise ModelRefused(f"The file holds something else than a model; {_RETRAIN}.")
    space = FeatureSpace(content["keys"].split("\n"), idf)
    if linear.coef_.shape[1] != len(space.keys):
        raise ModelRefused(f"The weights do not fit the vocabulary; {_RETRAIN}.")
    routes = {intent: dict(kinds) for intent, kinds in card["routes"].items()}
    unrouted = sorted(str(each) for each in linear.classes_ if not routes.get(str(each)))
    if unrouted:
        raise ModelRefused(f"The card names no queue for {', '.join(unrouted)}; {_RETRAIN}.")
    settings = Settings(
        routes=routes,
        temperature=float(card["temperature"]),
        also_threshold=float(card["also_threshold"]),
        languages=frozenset(card["languages"]),
        scripts=frozenset(card["scripts"]),
    )
    return Classifier(space, linear, settings, version=str(card["version"]))


def _read_regular(path: Path, most: int) -> bytes:
    """The bytes of a plain file: no link, no device, no more than `most`."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe must not make us wait for a writer
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        raise ModelRefused(f"{path} is missing; {_RETRAIN}.") from None
    except OSError as error:
        raise ModelRefused(
            f"{path} is not a plain file that can be read ({error.strerror}); {_RETRAIN}."
        ) from None
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise ModelRefused(f"{path} is not a plain file; {_RETRAIN}.")
        if found.st_size > most:
            raise ModelRefused(f"{path} is over {most:,} bytes; {_RETRAIN}.")
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
