import pytest

from models.encoder import WORDS_FILE, shipped_encoder_path
from models.unigram import Unigram

SMALL = [
    "<s>\t0",
    "<pad>\t0",
    "</s>\t0",
    "<unk>\t0",
    "\u2581\t-2",
    "\u2581play\t-5",
    "ing\t-3",
    "s\t-2",
    "\u2581p\t-4",
    "lay\t-4",
    "!\t-2",
    "a\t-3",
    "b\t-3",
]


@pytest.fixture(scope="session")
def shipped() -> Unigram:
    lines = (shipped_encoder_path() / WORDS_FILE).read_text("utf-8").rstrip("\n").split("\n")
    return Unigram(lines)


def numbers(words: Unigram, text: str) -> list[int]:
    return [number for number, _, _ in words.pieces(text)]


def test_the_likeliest_cut_is_taken():
    assert numbers(Unigram(SMALL), "plays playing") == [5, 7, 5, 6]


def test_a_likelier_way_in_more_pieces_wins():
    likelier = [line.replace("\u2581play\t-5", "\u2581play\t-9") for line in SMALL]
    assert numbers(Unigram(likelier), "play") == [8, 9]


def test_a_letter_without_a_piece_is_unknown_and_the_rest_is_read():
    assert numbers(Unigram(SMALL), "play\u6ce8s") == [5, 3, 7]


def test_pieces_know_where_they_stand():
    text = "play!  plays"
    cut = Unigram(SMALL).pieces(text)
    assert [text[start:end] for _, start, end in cut] == ["play", "!", "play", "s"]


def test_a_mark_written_by_somebody_is_only_text():
    assert not {0, 2} & set(numbers(Unigram(SMALL), "</s> <s> play"))


def test_a_pair_is_marked_and_its_longer_half_is_cut():
    cut = Unigram(SMALL).pair("a", "b " * 50, 10)
    assert len(cut.ids) == 10
    assert cut.ids[:4] == [0, 4, 11, 2]
    assert cut.types == [0, 0, 0, 0] + [1] * 6
    assert cut.ids[-1] == 2


def test_a_vocabulary_without_marks_is_refused():
    with pytest.raises(ValueError, match="lacks"):
        Unigram(["a\t-1", "b\t-1"])


@pytest.mark.parametrize(
    ("text", "ids"),
    [  # what the package `tokenizers` 0.23 gives for the same vocabulary
        ("Where is my refund?!", [14616, 77, 576, 17462, 2819]),
        ("\u00dcberweisung na\u00efve Zahlung", [6897, 9999, 1118, 24, 4828, 230, 15467, 1118]),
        ("\u6ce8 50% off", [6, 3, 4711, 3387]),
    ],
)
def test_the_shipped_vocabulary_cuts_as_the_known_tokenizer_does(shipped, text, ids):
    assert numbers(shipped, text) == ids


def test_odd_texts_are_cut(shipped, odd_passages):
    for passage in odd_passages:
        cut = shipped.pair("x public :", passage.text[:4000], 112)
        assert len(cut.ids) == len(cut.types) == len(cut.spans) <= 112
        assert all(0 <= start <= end for start, end in cut.spans)
