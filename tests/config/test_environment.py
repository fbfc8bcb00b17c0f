"""The environment: every variable is read, and a wrong value is named in one sentence."""

import os
import re
import threading
from pathlib import Path

import pytest

from config.environment import ROOT, SettingsError, read_environment

NAMES = set(
    re.findall(
        r'env\.(?:str|int|bool|list)\(\s*"([A-Z_]+)"',
        (ROOT / "config" / "environment.py").read_text(),
    )
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and nothing else in the environment that we read."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    monkeypatch.setenv("TRIAGE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def refused() -> str:
    with pytest.raises(SettingsError) as error:
        read_environment()
    sentence = str(error.value)
    assert sentence.startswith("triage: ")
    assert "\n" not in sentence
    return sentence


def test_without_any_variable_the_product_is_embedded(home: Path) -> None:
    read = read_environment()
    assert read.embedded
    assert read.home == home
    assert (home / "static").is_dir()
    assert read.database["NAME"] == str(home / "triage.db")
    assert (read.port, read.debug, read.https, read.time_zone) == (8000, False, False, "UTC")
    assert (read.log_level, read.log_format) == ("INFO", "json")
    assert read.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert read.models_dir == home / "models"
    assert read.policy_file == ROOT / "config" / "policy.toml"


def test_addresses_make_it_a_scaled_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "DATABASE_URL", "postgresql://ann:p%23w%2F%40@db.test:5433/inbox?sslmode=require"
    )
    monkeypatch.setenv("REDIS_URL", "rediss://:pw@redis.test:6380/2")
    read = read_environment()
    assert not read.embedded
    database = read.database
    assert (database["USER"], database["PASSWORD"]) == ("ann", "p#w/@")
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.test", 5433, "inbox")
    assert database["OPTIONS"] == {"connect_timeout": 5, "sslmode": "require"}
    assert database["CONN_HEALTH_CHECKS"] is True


def test_every_other_variable_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    values = {
        "TOKEN_KEYS": f"{A_KEY},{B_KEY}", "HOOK_RATE": "50", "TRAIN_AFTER_LESSONS": "0",
        "SECRET_KEY": "k", "DEBUG": "true", "PORT": "9000", "HTTPS": "1",
        "ALLOWED_HOSTS": "a.test,b.test", "CSRF_TRUSTED_ORIGINS": "https://a.test",
        "TIME_ZONE": "Europe/Berlin", "LOG_LEVEL": "DEBUG", "LOG_FORMAT": "text",
        "MODELS_DIR": str(tmp_path / "m"), "POLICY_FILE": str(tmp_path / "p.toml"),
        "SORT_BATCH": "7", "CLAIM_MINUTES": "8", "UNDO_SECONDS": "4",
        "TRUSTED_PROXIES": "1", "OIDC_SERVER": "https://login.example.com/",
        "OIDC_CLIENT_ID": "triage", "OIDC_CLIENT_SECRET": "s", "OIDC_NAME": "Example Works",
        "PROGRESS_SECONDS": "9", "MEMORY_LIMIT_MB": "300",
        "TRAIN_AT": "Friday 18:30", "SHADOW_DAYS": "30",
    }  # fmt: skip
    assert set(values) | {"TRIAGE_HOME", "DATABASE_URL", "REDIS_URL"} == NAMES
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    read = read_environment()
    assert (read.secret_key, read.debug, read.port, read.https) == ("k", True, 9000, True)
    assert (read.token_keys, read.token_keys_given) == ((A_KEY, B_KEY), True)
    assert read.hook_rate == 50
    assert read.trusted_proxies == 1
    [company] = read.company_sign_in
    assert (company["name"], company["client_id"], company["secret"]) == (
        "Example Works",
        "triage",
        "s",
    )
    assert (read.train_after, read.train_at, read.shadow_days) == (0, (4, 18 * 60 + 30), 30)
    assert read.allowed_hosts == ("a.test", "b.test")
    assert read.trusted_origins == ("https://a.test",)
    assert (read.time_zone, read.log_level, read.log_format) == ("Europe/Berlin", "DEBUG", "text")
    assert (read.models_dir, read.policy_file) == (tmp_path / "m", tmp_path / "p.toml")
    assert (read.claim_minutes, read.undo_seconds) == (8, 4)
    assert (read.sort_batch, read.progress_seconds, read.memory_limit_mb) == (7, 9, 300)


A_KEY, B_KEY = "A" * 43 + "=", "_-" * 21 + "w="

WRONG = [
    ("TRUSTED_PROXIES", "-1"),
    ("OIDC_SERVER", "https://login.example.com"),  # without the other two
    ("OIDC_CLIENT_SECRET", "geheim"),
    ("TOKEN_KEYS", "geheim"),
    ("TOKEN_KEYS", f"{A_KEY},geheim"),
    ("HOOK_RATE", "0"),
    ("TRAIN_AT", "geheim"),
    ("TRAIN_AT", "sunday"),
    ("TRAIN_AT", "sunday 25:00"),
    ("SHADOW_DAYS", "0"),
    ("TRIAGE_HOME", ""),
    ("TRIAGE_HOME", "/dev/null/home"),
    ("DATABASE_URL", ""),
    ("DATABASE_URL", "geheim"),
    ("DATABASE_URL", "mysql://ann:geheim@db.test/inbox"),
    ("DATABASE_URL", "postgresql://ann:ge/heim@db.test/inbox"),
    ("DATABASE_URL", "postgresql://ann:ge#heim@db.test/inbox"),
    ("DATABASE_URL", "postgresql://ann:geheim@db.test:port/inbox"),
    ("DATABASE_URL", "postgresql://ann:geheim@db.test:99999/inbox"),
    ("DATABASE_URL", "postgresql://ann:geheim@[::1/inbox"),
    ("DATABASE_URL", "postgresql://ann:geheim@db.test"),
    ("DATABASE_URL", "postgresql://ann:geheim@db.test/"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("REDIS_URL", ""),
    ("REDIS_URL", "http://:geheim@redis.test"),
    ("REDIS_URL", "redis://:geheim@redis.test:port/0"),
    ("PORT", "http"),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", ""),
    ("DEBUG", "maybe"),
    ("HTTPS", "2"),
    ("CSRF_TRUSTED_ORIGINS", "a.test"),
    ("TIME_ZONE", "Mars/Phobos"),
    ("TIME_ZONE", "../etc/passwd"),
    ("TIME_ZONE", ""),
    ("LOG_LEVEL", "loud"),
    ("LOG_LEVEL", "info"),
    ("LOG_FORMAT", "xml"),
    ("MODELS_DIR", ""),
    ("POLICY_FILE", ""),
    ("SORT_BATCH", "0"),
    ("SORT_BATCH", "1001"),
    ("SORT_BATCH", "1.5"),
    ("CLAIM_MINUTES", "1"),
    ("PROGRESS_SECONDS", "1"),
    ("MEMORY_LIMIT_MB", "99"),
    ("MEMORY_LIMIT_MB", "9" * 5_000),
]


@pytest.mark.parametrize(("name", "value"), WRONG, ids=[f"{n}={v[:30]}" for n, v in WRONG])
def test_a_wrong_value_is_refused_with_the_name_of_its_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_environment()
    monkeypatch.setenv(name, value)
    sentence = refused()
    assert name in sentence
    assert "heim" not in sentence, "an address may hold a password"


def test_a_home_with_odd_characters_is_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "a b#c?d%41é"
    monkeypatch.setenv("TRIAGE_HOME", str(home))
    assert read_environment().database["NAME"] == str(home / "triage.db")


# Secrets


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("SECRET_KEY", "s3cret", "secret_key"),
        ("REDIS_URL", "redis://:s3cret@redis.test:6379/0", "broker_url"),
        ("PORT", "9000", "port"),
    ],
)
def test_every_value_can_stand_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, field: str
) -> None:
    (tmp_path / "value").write_text(f"{value}\n")
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "value"))
    assert str(getattr(read_environment(), field)) == value


def test_a_database_address_in_a_file_may_end_with_a_line_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "url").write_text("postgresql://ann:pw@db.test/inbox\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    assert read_environment().database["NAME"] == "inbox"


def test_a_file_that_is_not_there_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY_FILE", "/nowhere/key")
    assert "SECRET_KEY_FILE" in refused()


def test_a_file_of_other_bytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe\x00")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    assert "is not UTF-8" in refused()


def test_a_key_is_made_once_and_kept_from_others(home: Path) -> None:
    key = read_environment().secret_key
    assert len(key) >= 50
    assert read_environment().secret_key == key
    assert (home / "secret_key").stat().st_mode & 0o777 == 0o600


def test_processes_that_start_at_once_share_the_key(home: Path) -> None:
    keys: list[str] = []
    barrier = threading.Barrier(8)

    def start() -> None:
        barrier.wait()
        keys.append(read_environment().secret_key)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_a_key_that_was_never_written_is_said_so(home: Path) -> None:
    home.mkdir()
    (home / "secret_key").touch()
    assert "secret_key is empty; delete it so that a new SECRET_KEY is made" in refused()


def test_a_home_that_cannot_be_written_is_said_so(home: Path) -> None:
    home.mkdir(mode=0o555)
    if os.access(home, os.W_OK):
        pytest.skip("root may write anywhere")
    assert refused() == f"triage: TRIAGE_HOME cannot be used: {home}/static: Permission denied"


def test_a_key_that_may_not_be_read_is_said_so(home: Path) -> None:
    home.mkdir()
    (home / "secret_key").mkdir()
    assert refused() == f"triage: TRIAGE_HOME cannot be used: {home}/secret_key: Is a directory"
