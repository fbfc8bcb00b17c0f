"""The examples and the table of docs/api.md: each is asked, and answers as it says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import program, somebody
from tests.web.desk import arrive
from triage.watch.health import beat

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "api.md").read_text()
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
    """A program of ops, in an installation with one item."""
    arrive()
    beat("sort", "174 MiB")
    return program(somebody("olga", "ops"))


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
    told = re.sub(r"VERSION|NAME|ID", "*", PAGE)
    for path in document["paths"]:
        short = re.sub(r"\{[^}]+\}", "*", path.removeprefix("/api/v1/"))
        last = short.rpartition("/")[2]
        assert short in told or f"`{last}`" in told, f"{path} is not in docs/api.md"
