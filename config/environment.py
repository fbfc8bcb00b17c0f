"""The typed environment: every setting the product reads, in one place.

A wrong value refuses to start with one sentence that names the variable. Every variable can also
be given as NAME_FILE, the path of a file that holds the value (for secrets).
docs/settings.md describes each one; a test keeps the two together.
"""

import base64
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import dj_database_url
from environs import EnvError, FileAwareEnv, validate

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(SystemExit):
    """A value in the environment is wrong. Ends the process with status 1 and one sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(f"triage: {message}")


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings of one process."""

    home: Path
    database: dict[str, object]
    broker_url: str
    secret_key: str
    token_keys: tuple[str, ...]
    token_keys_given: bool
    debug: bool
    port: int
    allowed_hosts: tuple[str, ...]
    trusted_origins: tuple[str, ...]
    https: bool
    trusted_proxies: int
    company_sign_in: list[dict[str, object]]
    time_zone: str
    log_level: str
    log_format: str
    models_dir: Path
    policy_file: Path
    sort_batch: int
    undo_seconds: int
    claim_minutes: int
    train_after: int
    train_at: tuple[int, int] | None
    shadow_days: int
    hook_rate: int
    progress_seconds: int
    memory_limit_mb: int

    @property
    def embedded(self) -> bool:
        """Whether the broker lives in this process."""
        return self.broker_url.startswith("memory://")


def read_environment() -> Environment:
    """Read and check the environment. Raises SettingsError with one sentence."""
    env = FileAwareEnv(strip_whitespace=True)  # a file of a secret ends with a line end
    try:
        home = Path(env.str("TRIAGE_HOME", str(ROOT / "var"), validate=GIVEN)).resolve()
        (home / "static").mkdir(parents=True, exist_ok=True)
        return Environment(
            home=home,
            database=_database(env.str("DATABASE_URL", f"sqlite:///{quote(f'{home}/triage.db')}")),
            broker_url=_broker(env.str("REDIS_URL", "memory://localhost/")),
            secret_key=env.str("SECRET_KEY", "") or _kept_secret(home / "secret_key"),
            token_keys=_token_keys(env.list("TOKEN_KEYS", []), home / "token_key"),
            token_keys_given=bool(env.list("TOKEN_KEYS", [])),
            debug=env.bool("DEBUG", False),
            port=env.int("PORT", 8000, validate=validate.Range(1, 65535)),
            allowed_hosts=tuple(env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])),
            trusted_origins=_origins(env.list("CSRF_TRUSTED_ORIGINS", [])),
            https=env.bool("HTTPS", False),
            trusted_proxies=env.int("TRUSTED_PROXIES", 0, validate=validate.Range(0, 10)),
            company_sign_in=_company_sign_in(
                env.str("OIDC_SERVER", ""),
                env.str("OIDC_CLIENT_ID", ""),
                env.str("OIDC_CLIENT_SECRET", ""),
                env.str("OIDC_NAME", "the company account"),
            ),
            time_zone=env.str("TIME_ZONE", "UTC", validate=_zone),
            log_level=env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(LEVELS)),
            log_format=env.str("LOG_FORMAT", "json", validate=validate.OneOf(["json", "text"])),
            models_dir=Path(env.str("MODELS_DIR", str(home / "models"), validate=GIVEN)),
            policy_file=Path(
                env.str("POLICY_FILE", str(ROOT / "config" / "policy.toml"), validate=GIVEN)
            ),
            sort_batch=env.int("SORT_BATCH", 200, validate=validate.Range(1, 1000)),
            undo_seconds=env.int("UNDO_SECONDS", 5, validate=validate.Range(0, 300)),
            claim_minutes=env.int("CLAIM_MINUTES", 15, validate=validate.Range(2, 1440)),
            train_after=env.int("TRAIN_AFTER_LESSONS", 200, validate=validate.Range(0, 1_000_000)),
            train_at=_week_hour("TRAIN_AT", env.str("TRAIN_AT", "sunday 03:00")),
            shadow_days=env.int("SHADOW_DAYS", 90, validate=validate.Range(1, 3650)),
            hook_rate=env.int("HOOK_RATE", 2000, validate=validate.Range(1, 1_000_000)),
            progress_seconds=env.int("PROGRESS_SECONDS", 30, validate=validate.Range(2, 3600)),
            memory_limit_mb=env.int("MEMORY_LIMIT_MB", 600, validate=validate.Range(100, 64_000)),
        )
    except EnvError as error:
        raise SettingsError(_sentence(error)) from None
    except UnicodeDecodeError:
        raise SettingsError("a file that a variable …_FILE names is not UTF-8") from None
    except ValueError as error:
        raise SettingsError(f"wrong environment value: {error}") from None
    except OSError as error:
        raise SettingsError(
            f"TRIAGE_HOME cannot be used: {error.filename}: {error.strerror}"
        ) from None


GIVEN = validate.Length(min=1)
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"]


def _sentence(error: EnvError) -> str:
    text = " ".join(str(error).split())
    return f"wrong environment value: {text} (docs/settings.md lists what is allowed)"


def _zone(name: str) -> None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise EnvError(f"TIME_ZONE is {name!r}, which is not a known time zone") from None


def _week_hour(name: str, written: str) -> tuple[int, int] | None:
    """`sunday 03:00` -> (6, 180): the weekday, Monday is 0, and minutes of the day; None: never."""
    if written.lower() == "never":
        return None
    day, _, clock = written.lower().partition(" ")
    try:
        return WEEK.index(day), _minutes(clock.strip())
    except ValueError:
        raise EnvError(f"{name} must be a day and a time such as sunday 03:00, or never") from None


def _minutes(clock: str) -> int:
    told = time.strptime(clock, "%H:%M")
    return 60 * told.tm_hour + told.tm_min


def _origins(origins: list[str]) -> tuple[str, ...]:
    for origin in origins:
        if not origin.startswith(("https://", "http://")):
            raise EnvError(f"CSRF_TRUSTED_ORIGINS has {origin!r}; write https://{origin}")
    return tuple(origins)


def _company_sign_in(server: str, client: str, secret: str, name: str) -> list[dict[str, object]]:
    """The OpenID Connect server of the company, as the sign-in library wants it; [] without one."""
    given = {"OIDC_SERVER": server, "OIDC_CLIENT_ID": client, "OIDC_CLIENT_SECRET": secret}
    if not any(given.values()):
        return []
    missing = [variable for variable, value in given.items() if not value]
    if missing:
        raise EnvError(f"{missing[0]} is missing: single sign-on needs all of {', '.join(given)}")
    if _scheme("OIDC_SERVER", server) not in {"https", "http"}:
        raise EnvError(f"OIDC_SERVER is {server!r}; write https:// and the issuer's address")
    settings = {"server_url": server.rstrip("/"), "email_authentication": True}
    app = {"provider_id": "company", "name": name, "client_id": client, "secret": secret}
    return [{**app, "settings": settings}]


def _scheme(name: str, url: str) -> str:
    """How an address begins. Never says more of it: there may be a password in it."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError too
    except ValueError:
        raise EnvError(
            f"{name} cannot be read as an address; in a password write %23 for # and %2F for /"
        ) from None
    return parts.scheme


def _database(url: str) -> dict[str, object]:
    scheme = _scheme("DATABASE_URL", url)
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        raise EnvError(
            f"DATABASE_URL begins with {scheme or 'nothing'!r}; "
            "it must begin with sqlite:/// or postgresql://"
        )
    settings: dict[str, object] = dict(dj_database_url.parse(url))
    if settings["NAME"] in ("", ":memory:"):
        raise EnvError(
            "DATABASE_URL names no database; it ends with /name, or with the file's path"
        )
    if scheme == "sqlite":
        # WAL lets the pages be read while a batch is written; IMMEDIATE takes the write lock at
        # the start, where SQLite waits for it, not half-way, where it can only fail.
        settings["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        }
        # A thread keeps its connection: opening one takes longer than most of what is asked.
        settings["CONN_MAX_AGE"] = 300
    else:
        settings["CONN_MAX_AGE"] = 300
        settings["CONN_HEALTH_CHECKS"] = True
        settings["OPTIONS"] = {"connect_timeout": 5} | dict(settings.get("OPTIONS") or {})  # type: ignore[call-overload]
    return settings


def _broker(url: str) -> str:
    scheme = _scheme("REDIS_URL", url)
    if scheme not in {"memory", "redis", "rediss"}:
        raise EnvError(
            f"REDIS_URL begins with {scheme or 'nothing'!r}; it must begin with redis:// or "
            "rediss:// (or be left out for the embedded broker)"
        )
    return url


def _token_keys(given: list[str], path: Path) -> tuple[str, ...]:
    """The keys that tokens are encrypted with, newest first; without any, one of this home."""
    where = "TOKEN_KEYS" if given else str(path)
    keys = given or [_kept_secret(path, "TOKEN_KEYS", _new_token_key)]
    if not all(map(_is_token_key, keys)):  # which are not shown: one may only lack a letter
        raise EnvError(
            f"{where} holds something that is no key of 44 letters; `triage tokens key` makes one"
        )
    return tuple(keys)


def _is_token_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, altchars=b"-_", validate=True)) == 32
    except ValueError:
        return False


def _new_token_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _new_secret_key() -> str:
    return secrets.token_urlsafe(50)


def _kept_secret(
    path: Path, name: str = "SECRET_KEY", make: Callable[[], str] = _new_secret_key
) -> str:
    """The embedded installation's own key: made once, readable by its owner only."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _written_secret(path, name)
    with os.fdopen(descriptor, "w") as file:
        key = make()
        file.write(key)
    return key


def _written_secret(path: Path, name: str) -> str:
    """The key of that file, which another process may be about to write."""
    for _ in range(100):
        if key := path.read_text().strip():
            return key
        time.sleep(0.01)
    raise EnvError(f"{path} is empty; delete it so that a new {name} is made")
