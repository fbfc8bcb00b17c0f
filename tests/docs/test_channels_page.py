"""docs/channels.md: a table for every kind, with every setting; and its example runs."""

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.channels.conftest import platform  # noqa: F401  a fixture
from tests.channels.server import Platform
from workers.channels import KINDS, source_class
from workers.channels.base import Config, Unreachable
from workers.channels.catalogue import describe

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "channels.md").read_text()
SECTIONS = dict(re.findall(r"^## (\w+): .*?\n(.*?)(?=^## )", PAGE, re.M | re.S))
ROWS = ("pulls", "settings", "secrets", "price", "limits", "cursor", "not seen")


def test_every_kind_has_a_section_and_every_section_is_a_kind() -> None:
    assert list(SECTIONS) == list(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_of_a_kind_names_all_its_settings_and_no_others(kind: str) -> None:
    rows = dict(re.findall(r"^\| ([a-z ]+) \| (.*) \|$", SECTIONS[kind], re.M))
    assert tuple(row for row in rows if row != "back") == ROWS
    about: dict[str, Any] = describe(kind)
    for row in ("settings", "secrets"):
        told = set(re.findall(r"`([a-z_]+)`", rows[row]))
        assert about[row].keys() <= told
        scopes = {name for name in told if re.match(r"(pages|instagram|rw|r|w)_", name)}
        assert told - scopes <= about[row].keys()


@pytest.mark.parametrize("kind", [*KINDS][:9])
def test_the_table_of_a_kind_names_what_can_be_done_there(kind: str) -> None:
    back = re.findall(r"^\| back \| ([a-z, ]+)", SECTIONS[kind], re.M)
    assert back == [", ".join(source_class(kind).acts)]


def test_the_example_of_a_kind_runs(platform: Platform) -> None:  # noqa: F811
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    module = ModuleType("lobsters")
    exec(compile(code, "docs/channels.md", "exec"), module.__dict__)
    source = module.LobstersSource(Config("l", None, "public", {"base_url": platform.url}))
    story = {"short_id": "abc", "title": "A story", "description": "<p>Told</p>"}
    platform.on("/newest.json", [story, 5], [story, {**story, "short_id": "def"}], "oops")
    first = source.fetch({})
    assert [(post.id, post.text) for post in first.posts] == [("abc", "A story\n\nTold")]
    assert len(first.rejected) == 1
    assert [post.id for post in source.fetch(first.cursor).posts] == ["def"]
    with pytest.raises(Unreachable):
        source.check()
