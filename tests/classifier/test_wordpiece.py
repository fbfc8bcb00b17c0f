import pytest

from models.encoder import WORDS_FILE, shipped_encoder_path
from models.wordpiece import WordPiece

SMALL = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "play",
    "##ing",
    "##s",
    "cafe",
    "!",
    "\u6ce8",
    "a",
    "b",
]


@pytest.fixture(scope="session")
def shipped() -> WordPiece:
    lines = (shipped_encoder_path() / WORDS_FILE).read_text("utf-8").rstrip("\n").split("\n")
    return WordPiece(lines)


def test_the_longest_piece_comes_first():
    assert [number for number, _, _ in WordPiece(SMALL).pieces("Plays playing")] == [4, 6, 4, 5]


def test_a_word_that_cannot_be_cut_whole_is_unknown():
    assert WordPiece(SMALL).pieces("playx") == [(1, 0, 5)]


def test_pieces_know_where_they_stand():
    text = "Caf\u00e9!  plays"
    cut = WordPiece(SMALL).pieces(text)
    assert [text[start:end] for _, start, end in cut] == ["Caf\u00e9", "!", "play", "s"]


def test_ideographs_and_punctuation_stand_alone():
    assert [number for number, _, _ in WordPiece(SMALL).pieces("a\u6ce8b!")] == [10, 9, 11, 8]


def test_a_pair_is_marked_and_its_longer_half_is_cut():
    cut = WordPiece(SMALL).pair("a", "b " * 50, 10)
    assert len(cut.ids) == 10
    assert cut.ids[:3] == [2, 10, 3]
    assert cut.types == [0, 0, 0] + [1] * 7
    assert cut.ids[-1] == 3


def test_a_vocabulary_without_marks_is_refused():
    with pytest.raises(ValueError, match="lacks"):
        WordPiece(["a", "b"])


@pytest.mark.parametrize(
    ("text", "ids"),
    [  # what the package `tokenizers` 0.23 gives for the same vocabulary
        ("Where is my refund?!", [2073, 2003, 2026, 25416, 8630, 1029, 999]),
        ("\u00dcberweisung na\u00efve \uff21", [19169, 19845, 19729, 2290, 15743, 100]),
        ("\u6ce8\u6587 50% off\u2026", [100, 1861, 2753, 1003, 2125, 1529]),
    ],
)
def test_the_shipped_vocabulary_cuts_as_the_known_tokenizer_does(shipped, text, ids):
    assert [number for number, _, _ in shipped.pieces(text)] == ids


def test_odd_texts_are_cut(shipped, odd_passages):
    for passage in odd_passages:
        cut = shipped.pair("x public :", passage.text[:4000], 112)
        assert len(cut.ids) == len(cut.types) == len(cut.spans) <= 112
