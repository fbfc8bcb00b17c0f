"""The two files of a stored model: model.skops (the weights) and card.json (what it is).

In model.skops are only a string, NumPy arrays and a LogisticRegression, which skops trusts
without being told to; routes, thresholds and counts are plain JSON in the card.
"""

import hashlib
import io
import json
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
from models.deep import Deep
from models.encoder import load_encoder
from models.features import FeatureSpace
from models.files import ADVICE, ModelRefused, read_regular, write_whole
from models.sentiment import Feeling, read_weights
from models.training import TrainedModel

MODEL_FILE, CARD_FILE = "model.skops", "card.json"
FORMAT = 2
MAX_BYTES = 64 * 1024 * 1024
MAX_UNPACKED = 8 * MAX_BYTES
MAX_CARD_BYTES = 1024 * 1024


def write_model(classifier: Classifier, path: Path) -> str:
    """Stores the weights and returns the file's SHA-256 in hexadecimal."""
    content: dict[str, Any] = {
        "keys": "\n".join(classifier.space.keys),
        "idf": classifier.space.idf,
        "linear": classifier.linear,
    }
    if classifier.deep is not None:
        content["deep"] = classifier.deep.linear
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
        "intents": model.classifier.intents,
        "routes": {intent: dict(kinds) for intent, kinds in settings.routes.items()},
        "temperature": settings.temperature,
        "also_threshold": settings.also_threshold,
        "languages": sorted(settings.languages),
        "scripts": sorted(settings.scripts),
        "deep_temperature": settings.deep_temperature,
        "settles": settings.settles,
        "encoder": model.classifier.deep.encoder.digest if model.classifier.deep else None,
        "counts": model.counts,
        "metrics": model.metrics,
    }
    text = json.dumps(card, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write_whole(folder / CARD_FILE, text.encode())


def read_card(folder: Path | str) -> dict[str, Any]:
    """The card of a stored model. Raises ModelRefused."""
    path = Path(folder) / CARD_FILE
    try:
        card = json.loads(read_regular(path, MAX_CARD_BYTES))
    except (ValueError, RecursionError):
        raise ModelRefused(f"{path} is not a readable card; {ADVICE}.") from None
    if not isinstance(card, dict):
        raise ModelRefused(f"{path} is not a card; {ADVICE}.")
    return card


def read_model(
    folder: Path, version: str | None = None, *, encoder: Path | None = None
) -> Classifier:
    """The model of a folder, once everything about it has been checked. Raises ModelRefused.

    Where the encoder it was made for cannot be used, the fast judge works alone and the
    classifier's `limited` says why. `encoder` is the folder to look in, else the shipped one.
    """
    card = read_card(folder)
    _check_card(card, folder, version)
    data = read_regular(folder / MODEL_FILE, MAX_BYTES)
    if hashlib.sha256(data).hexdigest() != card["sha256"]:
        raise ModelRefused(
            f"{folder / MODEL_FILE} is not the file its card speaks of (another SHA-256): "
            f"it was cut short or changed; restore it or {ADVICE}."
        )
    try:
        _check_archive(data)
        return with_sentiment(_assemble(skops.io.loads(data, trusted=[]), card, encoder))
    except ModelRefused:
        raise
    except Exception as error:  # whatever a broken file makes skops or NumPy raise
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise ModelRefused(
            f"{folder / MODEL_FILE} cannot be read as a model ({reason}); {ADVICE}."
        ) from error


def with_sentiment(model: Classifier) -> Classifier:
    """The model with the sentiment that goes with the program; else `limited` says why without."""
    try:
        return model.with_feeling(Feeling(read_weights(), model.space))
    except ModelRefused as refusal:
        why = f"No sentiment is told: {refusal}"
        model.limited = f"{model.limited} {why}" if model.limited else why
        return model


def _check_card(card: dict[str, Any], folder: Path, version: str | None) -> None:
    ours = ".".join(sklearn.__version__.split(".")[:2])
    theirs = ".".join(str(card.get("sklearn")).split(".")[:2])
    if card.get("format") != FORMAT:
        raise ModelRefused(
            f"{folder} has format {card.get('format')}, this program reads {FORMAT}; {ADVICE}."
        )
    if theirs != ours:
        raise ModelRefused(
            f"{folder} was made with scikit-learn {theirs} and this is {ours}; {ADVICE}."
        )
    if card.get("features") != features.SCHEMA:
        raise ModelRefused(
            f"{folder} was made for features {card.get('features')}, "
            f"this program has {features.SCHEMA}; {ADVICE}."
        )
    if version is not None and card.get("version") != version:
        raise ModelRefused(
            f"{folder} holds the model {card.get('version')}, not {version}; {ADVICE}."
        )
    if not isinstance(card.get("sha256"), str):
        raise ModelRefused(f"The card in {folder} names no SHA-256; {ADVICE}.")


def _check_archive(data: bytes) -> None:
    """Refuses a zip that would unpack to more than memory is meant to hold."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            raise ModelRefused(f"The model unpacks to over {MAX_UNPACKED:,} bytes; {ADVICE}.")


def _assemble(content: Any, card: dict[str, Any], encoder: Path | None) -> Classifier:
    linear, idf = content["linear"], content["idf"]
    if not isinstance(linear, LogisticRegression) or not isinstance(idf, np.ndarray):
        raise ModelRefused(f"The file holds something else than a model; {ADVICE}.")
    space = FeatureSpace(content["keys"].split("\n"), idf)
    if linear.coef_.shape[1] != len(space.keys):
        raise ModelRefused(f"The weights do not fit the vocabulary; {ADVICE}.")
    routes = {intent: dict(kinds) for intent, kinds in card["routes"].items()}
    unrouted = sorted(str(each) for each in linear.classes_ if not routes.get(str(each)))
    if unrouted:
        raise ModelRefused(f"The card names no queue for {', '.join(unrouted)}; {ADVICE}.")
    settings = Settings(
        routes=routes,
        temperature=float(card["temperature"]),
        also_threshold=float(card["also_threshold"]),
        languages=frozenset(card["languages"]),
        scripts=frozenset(card["scripts"]),
        deep_temperature=float(card["deep_temperature"]),
        settles=float(card["settles"]),
    )
    fast = Classifier(space, linear, settings, version=str(card["version"]))
    return fast if card["encoder"] is None else _with_encoder(fast, content, card, encoder)


def _with_encoder(
    fast: Classifier, content: Any, card: dict[str, Any], folder: Path | None
) -> Classifier:
    linear = content["deep"]
    if not isinstance(linear, LogisticRegression):
        raise ModelRefused(f"The file holds something else than a model; {ADVICE}.")
    try:
        encoder = load_encoder(folder, digest=str(card["encoder"]))
    except ModelRefused as refusal:
        return fast.fast_only(f"The encoder is not in use: {refusal}")
    if linear.coef_.shape != (len(fast.intents), len(fast.space.keys) + encoder.dimensions):
        raise ModelRefused(f"The weights do not fit the encoder; {ADVICE}.")
    deep = Deep(encoder, linear)
    return Classifier(fast.space, fast.linear, fast.settings, fast.version, deep=deep)
