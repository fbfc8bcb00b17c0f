"""What the documents say is what the product has."""

import re
from pathlib import Path

import pytest

from config.cli import COMMANDS
from triage.vocabulary import INTENTS

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("models/*.md")])


def test_every_setting_is_documented_and_every_documented_setting_is_read() -> None:
    code = (ROOT / "config" / "environment.py").read_text()
    read = set(re.findall(r'env\.(?:str|int|bool|list)\(\s*"([A-Z_]+)"', code))
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.M))
    assert read == told


def test_every_command_is_documented_and_every_documented_command_exists() -> None:
    page = (ROOT / "docs" / "cli.md").read_text()
    told = set(re.findall(r"^\| `triage ([a-z]+)", page, re.M))
    assert told == set(COMMANDS)


def test_every_intent_stands_in_the_taxonomy_page_with_its_department() -> None:
    page = (ROOT / "docs" / "taxonomy.md").read_text()
    for intent in INTENTS.values():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{intent.name}` |"))
        assert intent.department is None or intent.department in row
        assert intent.public.value in row


def test_every_make_target_is_shown_by_help() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):(?!=)", makefile, re.M))
    explained = set(re.findall(r"^([a-z]+):.*## ", makefile, re.M))
    assert targets == explained


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} points to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_paths_named_in_the_pages_exist(page: Path) -> None:
    rooms = "triage|workers|models|config|tests|bench|docs|tools"
    for path in re.findall(rf"`((?:{rooms})/[\w./-]*\w(?:\.\w+|/)?)`", page.read_text()):
        assert (ROOT / path).exists(), f"{page.name} names {path}"
