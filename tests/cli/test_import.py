"""`triage import`: a file through the real pipeline; what is bad is named and kept aside."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import PATIENCE, Command
from triage.tables import Channel, DeadLetter, Item, PostRow

pytestmark = pytest.mark.usefixtures("judge")

QUEUES = ("promo", "support", "review", "archive")
GOOD = '{{"id": "{}", "text": "question where is it", "author": "{}"}}\n'
BAD = {
    "{oops": "not JSON",
    "[1]": "a post is a JSON object, this is a list",
    "null": "a post is a JSON object, this is null",
    '{"text": "x"}': "the post has no id",
    '{"id": "x"}': "the post has no text",
    '{"id": NaN, "text": "x"}': "the post has no id",
    '{"id": "x", "text": Infinity}': "text must be a text",
    '{"id": "x", "text": "x", "author": NaN}': "author must be a text or null",
    '{"id": "x", "text": "x", "kind": "private"}': "kind is 'private'",
    '{"id": "x", "text": "x", "created_at": "soon"}': "created_at is 'soon'",
    '{"id": "x", "text": ' + "[" * 10_000 + "]" * 10_000 + "}": "nested too deep",
    '{"id": ' + "9" * 5_000 + ', "text": "x"}': "not JSON that can be read",
}


def written(path: Path, data: str | bytes) -> str:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(path)


def counts(triage: Command, file: str, *more: str) -> dict[str, Any]:
    [data] = triage("import", file, "--channel", "Old posts", "--json", *more).data
    assert data.pop("channel") == "Old posts"
    return data


def test_a_file_becomes_items_once(triage: Command, tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", GOOD.format(1, "ann") + GOOD.format(2, "bea"))
    first = {"seen": 2, "new": 2, "changed": 0, "known": 0, "rejected": 0, "waiting": 0}
    assert counts(triage, file) == first
    assert Item.objects.count() == 2
    assert counts(triage, file) == first | {"new": 0, "known": 2}
    assert (Item.objects.count(), PostRow.objects.count()) == (2, 2)


def test_it_is_told_in_words_too(triage: Command, tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", GOOD.format(1, "ann") + "{oops\n")
    said = triage("import", file, "--channel", "Old posts")
    assert said.out == (
        "Old posts: 2 records seen, 1 new, 0 changed, 0 known already, 1 kept aside\n"
    )
    assert said.err.startswith("line 2: not JSON")


def test_bad_lines_are_named_and_kept_aside_and_the_rest_goes_on(
    triage: Command, tmp_path: Path
) -> None:
    lines = "".join(GOOD.format(n, f"a{n}") + bad + "\n" for n, bad in enumerate(BAD))
    file = written(tmp_path / "a.jsonl", lines)
    said = triage("import", file, "--channel", "Old posts", "--json")
    [data] = said.data
    assert (data["new"], data["rejected"]) == (len(BAD), len(BAD))
    for number, (_, reason) in zip(said.err.splitlines(), BAD.items(), strict=True):
        assert reason in number
        assert (
            reason in DeadLetter.objects.get(reason__startswith=number.split(":")[0] + ":").reason
        )
    assert [line.split(":")[0] for line in said.err.splitlines()] == [
        f"line {2 * n}" for n in range(1, len(BAD) + 1)
    ]
    again = counts(triage, file)
    assert (again["new"], again["known"], again["rejected"]) == (0, len(BAD), len(BAD))
    assert DeadLetter.objects.count() == len(BAD)


def test_csv_is_read_by_its_first_line(triage: Command, tmp_path: Path) -> None:
    rows = 'id;author;text;created_at\n1;ann;"question; where ""is""\nit";2026-03-01T12:00:00Z\n'
    file = written(
        tmp_path / "a.csv", "\ufeff" + rows + ";ann;question\n2;;question\n3;x;y;z;more\n"
    )
    data = counts(triage, file)
    assert (data["new"], data["rejected"]) == (2, 2)
    row = PostRow.objects.get(external_id="1")
    assert (row.text, row.author) == ('question; where "is"\nit', "ann")
    assert PostRow.objects.get(external_id="2").author == ""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", b""),
        ("a.jsonl", b"\n\n"),
        ("a.csv", b""),
        ("a.csv", b"id,text\n"),
        ("a", b"\xef\xbb\xbf"),
    ],
)
def test_an_empty_file_is_no_error(triage: Command, tmp_path: Path, name: str, data: bytes) -> None:
    assert counts(triage, written(tmp_path / name, data))["seen"] == 0


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", bytes(range(256)) * 20),
        ("a.jsonl", b"\xff\xfe{\x00}\x00\n\x00"),
        ("a.csv", b"name,message\na,b\n"),
        ("a.csv", bytes(range(256)) * 20),
        ("a.jsonl", b'\x00{"id": "1", "text": "x"}'),
    ],
    ids=["bytes", "UTF-16", "no id", "bytes as CSV", "NUL"],
)
def test_a_file_that_holds_no_posts_is_no_crash(
    triage: Command, tmp_path: Path, name: str, data: bytes
) -> None:
    result = counts(triage, written(tmp_path / name, data))
    assert result["new"] == 0
    assert result["rejected"] > 0


def test_texts_of_every_kind_are_stored(triage: Command, tmp_path: Path) -> None:
    texts = ["question \0 \\ud800", "", "   ", "👨‍👩‍👧 \u202e", "question " * 1_200_000]

    def lines() -> Iterator[str]:
        for n, text in enumerate(texts):
            yield json.dumps({"id": n, "text": text}).replace("\\\\ud800", "\\ud800") + "\n"

    file = written(tmp_path / "a.jsonl", "".join(lines()))
    data = counts(triage, file)
    assert (data["new"], data["rejected"]) == (5, 0)
    assert PostRow.objects.get(external_id="0").text == "question \ufffd \ufffd"
    assert PostRow.objects.get(external_id="4").truncated


def test_posts_that_cannot_be_sorted_now_are_said_to_wait(triage: Command, tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", '{"id": 1, "text": "poison"}\n{"id": 2, "text": "lead"}\n')
    assert counts(triage, file)["waiting"] == 1
    said = triage("import", file, "--channel", "Old posts")
    assert said.out.endswith("0 kept aside; 1 post left to be sorted\n")


def test_the_channel_knows_whose_inbox_it_is_and_of_what_kind(
    triage: Command, tmp_path: Path
) -> None:
    file = written(tmp_path / "a.jsonl", '{"id": 1, "text": "event", "author": "x"}\n'
                   '{"id": 2, "text": "lead", "author": "@acme"}\n')  # fmt: skip
    data = counts(triage, file, "--community", "--brand", "Acme")
    assert data["new"] == 2
    assert [item.queue for item in Item.objects.all()] == ["support"]
    assert PostRow.objects.get(external_id="2").state == PostRow.State.CONTEXT
    channel = Channel.objects.get()
    assert (channel.brand, channel.kind, channel.source) == ("Acme", "community", "import")


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "a\x1bb", "a\udcff"])
def test_a_channel_has_a_name_that_can_be_shown(triage: Command, tmp_path: Path, name: str) -> None:
    file = written(tmp_path / "a.jsonl", GOOD.format(1, "ann"))
    said = triage("import", file, "--channel", name, code=2)
    assert "Invalid value for '--channel'" in said.err
    assert not Channel.objects.exists()


def test_a_family_is_a_name(triage: Command, tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", GOOD.format(1, "ann"))
    assert (
        triage("import", file, "--channel", " Füße 👨‍👩‍👧 ", "--json").data[0]["channel"]
        == "Füße 👨‍👩‍👧"
    )


@pytest.mark.usefixtures("shipped")
def test_two_processes_that_import_the_same_file_add_each_post_once(
    shell: Any, tmp_path: Path
) -> None:
    file = written(tmp_path / "a.jsonl", "".join(GOOD.format(n, f"a{n % 9}") for n in range(80)))
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "config.cli", "import", file, "--channel", "Both", "--json"],
            env=shell.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=PATIENCE) for process in started]
    assert [process.returncode for process in started] == [0, 0], said
    assert sum(json.loads(out)["new"] for out, _ in said) == 80
    items = [item for queue in QUEUES for item in shell("queue", queue, "--json").data]
    assert len(items) == 80


@pytest.mark.slow
@pytest.mark.usefixtures("shipped")
def test_the_real_posts_become_items_once(shell: Command, shared: Path) -> None:
    """All of ../shared/labelled/dev.jsonl, with the model that comes with the code."""
    file = str(shared / "labelled" / "dev.jsonl")
    expected = {"seen": 2493, "new": 2493, "changed": 0, "known": 0, "rejected": 0, "waiting": 0}
    for change in ({}, {"new": 0, "known": 2493}):
        [data] = shell("import", file, "--channel", "Dev", "--json").data
        assert data == {"channel": "Dev"} | expected | change
    keys = [
        "id", "queue", "intent", "measure", "role", "department", "confidence", "unsure", "also",
        "priority", "status", "channel", "author", "text", "url", "created_at", "why",
    ]  # fmt: skip
    total = 0
    for queue in QUEUES:
        items = shell("queue", queue, "--json").data
        total += len(items)
        assert items
        assert all(list(item) == keys for item in items)
        assert all(item["why"] and item["queue"] == queue for item in items)
    assert total == 2493
