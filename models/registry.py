"""Models on disk: one folder a version, which of them is in use, and what may be loaded.

A file is only ever read as data: skops with an empty trust list, after its size, its kind and its
SHA-256 have been checked against the card beside it. Writes go to a `.part` name and are renamed,
so that a reader sees a whole model or none.
"""

import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

from models import files, stored
from models.classifier import Classifier
from models.files import ModelRefused
from models.stored import MODEL_FILE, read_card
from models.training import TrainedModel

__all__ = [
    "ModelRefused",
    "current",
    "install",
    "load",
    "load_folder",
    "read_card",
    "rollback",
    "save",
    "ship",
    "shipped_path",
    "use",
    "versions",
]

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{8}")
_POINTER = "current"
_KEPT = 50


def shipped_path() -> Path:
    """The model that comes with the code, learnt from the starter corpus."""
    return Path(__file__).parent / "starter" / "model"


def save(model: TrainedModel, root: Path | str, *, now: datetime | None = None) -> str:
    """Stores a model under a new version and returns its name; it is not in use yet."""
    root, now = Path(root), now or datetime.now(UTC)
    root.mkdir(parents=True, exist_ok=True)
    part = root / f".saving-{os.getpid()}-{now:%H%M%S%f}.part"
    part.mkdir()
    try:
        digest = stored.write_model(model.classifier, part / MODEL_FILE)
        version = f"{now:%Y-%m-%d}-{digest[:8]}"
        stored.write_card(model, part, version=version, digest=digest, now=now)
        _publish(part, root / version)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return version


def ship(model: TrainedModel, folder: Path | None = None, *, now: datetime | None = None) -> str:
    """Puts a model in the place of the one that comes with the code; returns its version."""
    folder = folder or shipped_path()
    version = save(model, folder.parent, now=now)
    shutil.rmtree(folder, ignore_errors=True)
    _publish(folder.parent / version, folder)
    return version


def load(root: Path | str, version: str) -> Classifier:
    """The stored model of that version. Raises ModelRefused with one sentence."""
    return load_folder(_folder(Path(root), version), version)


def load_folder(folder: Path | str, version: str | None = None) -> Classifier:
    """The model in a folder, such as `shipped_path()`. Raises ModelRefused with one sentence."""
    return stored.read_model(Path(folder), version)


def install(folder: Path | str, root: Path | str) -> str:
    """Copies a model folder into the registry once its model loads; returns its version."""
    folder, root = Path(folder), Path(root)
    version = load_folder(folder).version
    target = _folder(root, version, must_exist=False)
    if not target.exists():
        root.mkdir(parents=True, exist_ok=True)
        part = root / f".installing-{os.getpid()}-{version}.part"
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(folder, part)
        _publish(part, target)
    return version


def versions(root: Path | str) -> list[str]:
    """The versions stored, newest first."""
    root = Path(root)
    if not root.is_dir():
        return []
    found = [each for each in root.iterdir() if _VERSION.fullmatch(each.name) and each.is_dir()]
    return [each.name for each in sorted(found, key=_age, reverse=True)]


def current(root: Path | str) -> str | None:
    """The version in use; None while there is none, which is a normal state."""
    used = _used(Path(root))
    return used[-1] if used else None


def use(root: Path | str, version: str) -> None:
    """Puts a stored version in use, once it has been loaded without complaint."""
    load(root, version)
    used = [each for each in _used(Path(root)) if each != version]
    _point(Path(root), [*used, version])


def rollback(root: Path | str) -> str:
    """Puts the version in use before the present one back in use; returns its name."""
    used = _used(Path(root))
    if len(used) < 2:
        raise ModelRefused("No earlier model was in use, so there is none to go back to.")
    load(root, used[-2])
    _point(Path(root), used[:-1])
    return used[-2]


def _age(folder: Path) -> tuple[str, int]:
    return folder.name[:10], folder.stat().st_mtime_ns


def _folder(root: Path, version: str, *, must_exist: bool = True) -> Path:
    if not _VERSION.fullmatch(version):
        raise ModelRefused(f"{version!r} is no version name; `triage model list` shows them.")
    folder = root / version
    if must_exist and not folder.is_dir():
        raise ModelRefused(f"There is no model {version}; `triage model list` shows them.")
    return folder


def _used(root: Path) -> list[str]:
    """Versions put in use that are still stored, the present one last."""
    try:
        lines = (root / _POINTER).read_text("ascii").split()
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return []
    return [line for line in lines if _VERSION.fullmatch(line) and (root / line).is_dir()]


def _point(root: Path, used: list[str]) -> None:
    files.write_whole(root / _POINTER, ("\n".join(used[-_KEPT:]) + "\n").encode("ascii"))


def _publish(part: Path, target: Path) -> None:
    if target.exists():
        shutil.rmtree(part)  # the name holds the file's hash: it is the same model
        return
    os.replace(part, target)
    files.sync_folder(target.parent)
