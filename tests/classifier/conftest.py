"""A small model learnt once per session, from a slice of the starter corpus."""

import pytest

from models.examples import Example, read_examples, starter_paths
from models.text import Passage
from models.training import TrainedModel, train

TEAMS = {
    "promo": ["lead", "awareness", "visibility", "sales"],
    "support": ["question", "feedback", "retention", "peer_help", "utilization"],
    "archive": ["noise"],
}
ROUTES = {
    intent: {"public": queue, "community": queue}
    for queue, intents in TEAMS.items()
    for intent in intents
} | {"event": {"public": "promo", "community": "support"}}


@pytest.fixture(scope="session")
def routes() -> dict[str, dict[str, str]]:
    return ROUTES


@pytest.fixture(scope="session")
def examples() -> list[Example]:
    found, bad = read_examples(starter_paths(), intents=ROUTES)
    assert not bad
    return found


@pytest.fixture(scope="session")
def some_examples(examples: list[Example]) -> list[Example]:
    return examples[::4]


@pytest.fixture(scope="session")
def trained(some_examples: list[Example]) -> TrainedModel:
    return train(some_examples, routes=ROUTES)


@pytest.fixture
def odd_passages() -> list[Passage]:
    """What a channel may bring that no corpus holds."""
    texts = {
        "empty": "",
        "spaces": " \n\t ",
        "emoji": "\U0001f600\U0001f525\U0001f525",
        "link": "https://example.org/a?b=c",
        "handles": "@one @two __company__ <PROVIDER_NAME> {link}",
        "right to left": "أين طلبي؟ لم يصل بعد",
        "hebrew": "איפה ההזמנה שלי",
        "mixed": "where is мой заказ 注文 please",
        "control": "\x00\x1b[31mred\u202egnirts\ufffd",
        "surrogate": "broken \ud83d half",
        "ten megabytes": "where is my parcel " * 550_000,
        "one word of ten megabytes": "a" * 10_000_000,
        "combining": "e" + "\u0301" * 5_000,
        "japanese": "注文した商品がまだ届きません。どうなっていますか",
    }
    return [Passage(id=name, text=text) for name, text in texts.items()]
