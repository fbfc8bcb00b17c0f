"""Usage: help everywhere, exit status 0, 1 and 2, and never a traceback."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from pytest_django import Settings

from config.cli import COMMANDS, group
from tests.cli.conftest import PATIENCE, Command, installation
from tests.domain.place import Place
from triage import __version__

CLOSED = "postgresql://ann:geheim@127.0.0.1:1/inbox"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_every_part_of_it_has_help(triage: Command, name: str) -> None:
    found = group.get_command(click.Context(group), name)
    assert found is not None
    inner = list(found.commands) if isinstance(found, click.Group) else []
    for command in [(name,), *((name, each) for each in inner)]:
        for option in ("--help", "-h"):
            said = triage(*command, option)
            assert said.out.startswith(f"Usage: triage {' '.join(command)} ")
            assert said.err == ""
            assert "--help" in said.out
            assert said.out.splitlines()[2].strip(), "it says what it does"


def test_help_names_every_command_and_the_version_is_told(shell: Command) -> None:
    said = shell("--help", DATABASE_URL=CLOSED)
    assert set(COMMANDS) == {
        line.split()[0] for line in said.out.partition("Commands:")[2].splitlines() if line.strip()
    }
    assert shell("--version").out == f"triage, version {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nosuch",),
        ("queue", "--limit", "3"),
        ("deadletter", "replay"),
        ("approval", "approve", "1"),
        ("queue", "inbox"),
        ("queue", "promo", "extra"),
        ("queue", "promo", "--limit", "0"),
        ("queue", "promo", "--limit", "9" * 30),
        ("queue", "promo", "--limit", "many"),
        ("queue", "--nosuch"),
        ("channel",),
        ("channel", "nosuch"),
        ("channel", "add"),
        ("channel", "add", "place"),
        ("channel", "pause"),
        ("import",),
        ("import", "/nowhere.jsonl"),
        ("import", "/nowhere.jsonl", "--channel", "A"),
        ("import", "/", "--channel", "A"),
        ("classify", "/nowhere.jsonl"),
        ("classify", "/"),
        ("evaluate", "/nowhere.jsonl"),
        ("train", "--data", "/nowhere.jsonl"),
        ("train", "--no-starter"),
        ("run",),
        ("user", "add"),
        ("user", "add", "ann"),
        ("user", "add", "ann", "--team", "sales"),
        ("model", "use"),
        ("up", "--port", "0"),
        ("up", "--port", "65536"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_two(triage: Command, arguments: tuple[str, ...]) -> None:
    said = triage(*arguments, code=2)
    assert said.out == ""
    assert "Usage: triage" in said.err


# Without a database


@pytest.mark.parametrize(
    "arguments",
    [
        ("queue", "--help"),
        ("channel", "kinds", "--json"),
        ("model", "list", "--json"),
        ("classify", "--json"),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("shipped")
def test_what_needs_no_database_asks_for_none(shell: Command, arguments: tuple[str, ...]) -> None:
    said = shell(*arguments, stdin='{"id": 1, "text": "hello"}', DATABASE_URL=CLOSED)
    assert said.out
    assert "database" not in said.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("queue", "promo", "--json"),
        ("health", "--json"),
        ("channel", "list", "--json"),
        ("run", "--once", "--json"),
        ("migrate",),
        ("up",),
    ],
    ids=" ".join,
)
def test_a_database_that_is_away_is_said_in_one_sentence(
    shell: Command, arguments: tuple[str, ...]
) -> None:
    said = shell(*arguments, code=1, DATABASE_URL=CLOSED)
    assert said.out == ""
    assert said.sentence.startswith("the database refused: ")
    assert "127.0.0.1" in said.sentence
    assert "geheim" not in said.err
    assert len(said.err.splitlines()) == 1


def test_a_database_that_is_no_database_is_said_in_one_sentence(
    shell: Command, tmp_path: Path
) -> None:
    (tmp_path / "broken.db").write_bytes(b"this is no database" * 500)
    url = f"sqlite:///{tmp_path / 'broken.db'}"
    said = shell("queue", "promo", "--json", code=1, DATABASE_URL=url)
    assert said.sentence == "the database refused: file is not a database"
    url = f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}"
    said = shell("queue", "promo", code=1, DATABASE_URL=url)
    assert said.sentence == "the database refused: unable to open database file"


def test_a_database_cut_in_the_middle_is_said_in_one_sentence(
    shell: Command, tmp_path: Path
) -> None:
    whole = tmp_path / "home" / "triage.db"
    if not whole.exists():
        pytest.skip("this run is on PostgreSQL")
    data = whole.read_bytes()
    whole.write_bytes(data[:4096] + b"\xff" * 8192 + data[12288:])
    said = shell("queue", "promo", code=1)
    assert said.sentence.startswith("the database refused: ")


# A wrong environment


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://ann:geheim@db/inbox"),
        ("REDIS_URL", "http://:geheim@redis"),
        ("PORT", "http"),
        ("TIME_ZONE", "Mars/Phobos"),
        ("TRIAGE_HOME", "/dev/null/home"),
        ("SECRET_KEY_FILE", "/nowhere"),
        ("SORT_BATCH", "0"),
    ],
)
def test_a_wrong_variable_is_named(shell: Command, name: str, value: str) -> None:
    said = shell("queue", "promo", "--json", code=1, **{name: value})
    assert name in said.sentence
    assert len(said.err.splitlines()) == 1
    assert "geheim" not in said.err


def test_a_key_in_a_file_is_taken(shell: Command, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a-key-from-a-file\n")
    (tmp_path / "home" / "secret_key").unlink()
    shell("channel", "list", SECRET_KEY_FILE=str(tmp_path / "key"))
    assert not (tmp_path / "home" / "secret_key").exists(), "so none is made"


@pytest.mark.parametrize("text", [None, "[thresholds]\npromo = 7\n", b"\xff"])
@pytest.mark.usefixtures("shipped")
def test_a_policy_file_that_cannot_be_used_is_named(
    triage: Command, settings: Settings, tmp_path: Path, text: Any
) -> None:
    path = tmp_path / "policy.toml"
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, policy_file=path)
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    posts = tmp_path / "posts.jsonl"
    posts.write_text('{"id": "1", "text": "hello"}\n')
    for arguments in (("import", str(posts), "--channel", "A"), ("classify", str(posts))):
        said = triage(*arguments, code=1)
        assert said.sentence.startswith(str(path))
        assert said.out == ""


# Where the output goes


@pytest.fixture(scope="module")
def many(prepared: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """An installation with enough items to fill a pipe, to be read only."""
    folder = tmp_path_factory.mktemp("many")
    posts = folder / "many.jsonl"
    text = "где \u2028" + "моя посылка " * 60  # a script that no model was shown
    posts.write_text("".join(f'{{"id": "{n}", "text": "{text}"}}\n' for n in range(300)))
    with installation(prepared, folder) as shell:
        assert shell("import", str(posts), "--channel", "Many", "--json").data[0]["new"] == 300
        yield shell


def test_who_has_seen_enough_ends_the_command(many: Any) -> None:
    for more in (["--json"], []):
        process = subprocess.Popen(
            [sys.executable, "-m", "config.cli", "queue", "review", *more],
            env=many.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait(PATIENCE) == 0


def test_a_full_disk_is_said_in_one_sentence(many: Any) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "config.cli", "queue", "review", "--json"],
            env=many.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == b"triage: the system refused: No space left on device\n"


def test_closed_streams_are_no_fault_of_ours(many: Any) -> None:
    def status(command: str) -> int:
        line = f"{sys.executable} -m config.cli {command}"
        return subprocess.run(line, shell=True, env=many.environment, check=False).returncode

    assert status("queue review --limit 1 >&- 2>&-") == 0
    assert status("queue inbox >&- 2>&-") == 2
    assert status("classify <&- 2>&-") == 1


def test_json_is_utf8_and_one_object_a_line_in_any_locale(many: Command) -> None:
    for variables in ({}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}):
        said = many("queue", "review", "--limit", "3", "--json", **variables)
        assert len(said.data) == len(said.out.splitlines()) == 3
        assert said.data[0]["text"].startswith("где \u2028моя")


def test_a_terminal_is_not_steered_by_what_others_wrote(shell: Command, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "1", "text": "\\u001b[31mкрасный \\u202eназад"}\n')
    shell("import", "a.jsonl", "--channel", "A")
    said = shell("queue", "review")
    assert "\ufffd[31mкрасный \ufffdназад" in said.out
    assert not {"\x1b", "\u202e"} & set(said.out)
    assert "\\u001b[31mкрасный" in shell("queue", "review", "--json").out


# What is left


def test_ctrl_c_is_one_word(triage: Command, place: type[Place]) -> None:
    triage("channel", "add", "place", "--name", "Place")
    place.answers[:] = [KeyboardInterrupt()]
    assert triage("run", "--once", code=1).sentence == "stopped"


def test_a_fault_of_our_own_is_one_sentence_too(
    triage: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("token=CANARY")

    monkeypatch.setattr("triage.management.queue.queue_items", broken)
    said = triage("queue", "promo", code=1)
    assert said.sentence == "this is a fault of Triage itself (KeyError); see the log"
