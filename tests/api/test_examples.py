"""The examples and the table of docs/api.md: each is asked, and answers as it says."""

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
from django.test import Client

from config.cli import group
from tests.api.conftest import program, somebody
from tests.web.desk import arrive, pending
from triage.tables import User
from triage.watch.health import beat

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "api.md").read_text()
ROWS = re.findall(r"^\| ([^|`]+) \| (`(?:GET|POST) [^|]+) \| ([^|]*) \| ([^|]*)\|$", PAGE, re.M)
"""Of each page of the table of figures: its name, addresses, commands and metrics."""
EXAMPLES = re.findall(r"^```\n(GET|POST) (/api/v1/\S+)\n(.*?)^```", PAGE, re.M | re.S)


def objects(text: str) -> list[Any]:
    """The JSON objects that stand one after the other in a text."""
    found, decoder, text = [], json.JSONDecoder(), text.strip()
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].strip()
    return found


def shape(value: Any) -> Any:
    """The keys of objects; of a list that of its first entry, and nothing of an empty one."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


def fits(told: Any, answered: Any) -> bool:
    """Whether an answer has the fields that are told; an empty list says nothing of its rows."""
    if told is None or answered is None:
        return True
    if isinstance(told, list):
        return isinstance(answered, list) and fits(told[0], answered[0])
    same = told.keys() == answered.keys() or told.keys() == {"waiting"}  # of the outbox, one state
    return same and all(fits(each, answered[key]) for key, each in told.items())


@pytest.fixture
def olgas(db: None) -> Client:
    """Olga's program, of ops, where one item has a reply that she may approve."""
    item, olga = arrive(), somebody("olga", "ops")
    User.objects.filter(pk=olga.pk).update(may_approve=True)
    pending(item, somebody("bob", "community"))
    beat("sort", "174 MiB")
    return program(olga)


@pytest.mark.parametrize(("way", "address", "text"), EXAMPLES, ids=[e[1] for e in EXAMPLES])
def test_an_example_answers_as_it_says(olgas: Client, way: str, address: str, text: str) -> None:
    olgas.get("/api/v1/policies")  # a database without a policy has its first one now
    *sent, told = objects(text)
    if way == "GET":
        answer = olgas.get(address)
    else:
        body = sent[0] if sent else {}
        answer = olgas.post(address, body, content_type="application/json")
    assert answer.status_code in {200, 202}, answer.content
    assert fits(shape(told), shape(answer.json())), answer.json()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 8


def test_every_address_of_the_document_stands_in_the_page() -> None:
    document = Client().get("/api/v1/openapi.json").json()
    commands = [cell for _, _, cell, _ in ROWS]
    told = re.sub(r"VERSION|NAME|ID", "*", PAGE)
    for cell in filter(None, commands):
        told = told.replace(f" {cell} ", " ")  # a command of that name is no address
    for path in document["paths"]:
        short = re.sub(r"\{[^}]+\}", "*", path.removeprefix("/api/v1/"))
        last = short.rpartition("/")[2]
        assert short in told or f"`{last}`" in told, f"{path} is not in docs/api.md"


def command_called(words: list[str]) -> click.Command | None:
    """The command that `triage` has by these words, those of groups first."""
    found: click.Command | None = group
    for word in words:
        if not isinstance(found, click.Group):
            return None
        found = found.get_command(click.Context(found), word)
    return found


def commands_of(cell: str) -> list[list[str]]:
    """`triage model list`, `show` -> its commands in words; a bare one is of the same group."""
    found: list[list[str]] = []
    for told in re.findall(r"`([^`]+)`", cell):
        words = told.split()
        found.append(words[1:] if words[0] == "triage" else [*found[-1][:-1], *words])
    return found


@pytest.mark.parametrize(("page", "cell"), [(row[0], row[2]) for row in ROWS])
def test_every_page_has_a_command_and_every_command_of_the_table_exists(
    page: str, cell: str
) -> None:
    told = commands_of(cell)
    assert told, f"{page} has no command"
    for words in told:
        assert command_called(words), f"there is no `triage {' '.join(words)}`"


def test_every_row_of_the_table_is_read() -> None:
    begin = PAGE.index("| page | address | command | metrics in `/metrics` |")
    table = PAGE[begin:].partition("\n\n")[0].splitlines()[2:]
    assert len(ROWS) == len(table) >= 20
