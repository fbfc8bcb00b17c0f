"""What ops do on the pages of tuning, what the pages say beforehand, and what comes of it."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from tests.month.month import Month
from tests.month.ops import Page
from triage.tables import Move, Training, User
from triage.tuning.policies import policy_in_force
from triage.tuning.resorting import resort_asked
from triage.tuning.retraining import train_asked
from triage.tuning.shelf import carry_out_switches
from triage.tuning.trainings import due_training


@dataclass
class Foretold:
    """What a page said would move, and what then moved: posts by queue, and items that waited."""

    said: Counter[tuple[str, str]]
    items_said: int
    came: Counter[tuple[str, str]] = field(default_factory=Counter)
    items_moved: int = 0


def save_thresholds(month: Month, olga: User, *, days: int, **thresholds: str) -> Foretold:
    """Move sliders, look at the preview, save, and have what waits sorted anew."""
    since = timezone.now() - timedelta(days=days)
    typed = {"Preview with posts from": str(days), **thresholds}
    page = Page.of(olga, "/tuning/").press("Preview changes", typed)
    foretold = Foretold(_flows(page), _number(r"Re-sorting would move ([\d,]+) of them", page))
    before = month.queues_if_they_came_now(since=since)
    page = page.press("Save as policy", {"Reason": "too much of it is wrong"})
    foretold.came = _moved(before, month.queues_if_they_came_now(since=since))
    foretold.items_moved = resort(page)
    return foretold


def save_rule(month: Month, olga: User, rule: dict[str, str]) -> Foretold:
    """Write a rule, look at the dry run, save, and have what waits sorted anew."""
    since = timezone.now() - timedelta(days=30)
    page = Page.of(olga, "/tuning/rules/").press("Add rule", rule)
    said = _number(r"would put ([\d,]+) posts? in a different queue", page)
    before = month.queues_if_they_came_now(since=since)
    page = page.press("Save as new policy", {"Reason": "they asked for it"})
    came = _moved(before, month.queues_if_they_came_now(since=since))
    page = page.open("/tuning/?days=30")
    items = _number(r"Re-sort ([\d,]+) waiting item", page)
    return Foretold(Counter({("any", "other"): said}), items, came, resort(page))


def resort(page: Page) -> int:
    """Ask on the page that what waits be sorted anew -> how many items a worker then moved."""
    page.press("Re-sort")
    while resort_asked():
        pass
    version = policy_in_force().version
    return Move.objects.filter(event="resorted", policy_version=version).count()


def train(page: Page) -> Training:
    """Ask for a training on the page, and let a worker carry it out -> its row."""
    page.press("Train now")
    waiting = due_training()
    assert waiting is not None
    assert train_asked(waiting)
    return Training.objects.get(pk=waiting)


def switch(page: Page, button: str) -> Page:
    """Ask for another model on the page, and let a worker put it in use -> the page then."""
    page.press(button)
    assert carry_out_switches() == 1
    return page.open("/models/")


def _flows(page: Page) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for row in page.soup.select("table.flows tbody tr"):
        source, target, posts = (cell.get_text() for cell in row.find_all("td"))
        found[source.lower(), target.lower()] = _plain(posts)
    return found


def _moved(before: dict[int, str], after: dict[int, str]) -> Counter[tuple[str, str]]:
    pairs = ((before[post], after[post]) for post in before)
    return Counter((source, target) for source, target in pairs if source != target)


def _number(pattern: str, page: Page) -> int:
    found = re.search(pattern.replace(",", "\u202f"), page.words)
    assert found, f"{pattern} is not on the page: {page.words[:2000]}"
    return _plain(found.group(1))


def _plain(words: str) -> int:
    return int(words.replace("\u202f", ""))
