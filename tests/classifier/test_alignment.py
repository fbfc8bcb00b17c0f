import numpy as np

from models.alignment import onto_words
from models.encoder import Reading
from models.features import Tokens
from models.framing import frame
from models.text import Passage
from models.unigram import Unigram

LETTERS = [chr(code) for code in range(33, 127)]
WORDS = Unigram([f"{piece}\t-1" for piece in ("<s>", "</s>", "<unk>", "\u2581", *LETTERS)])


def parts_of(passage: Passage) -> dict[str, float]:
    """Every piece is given a part of one; what each word of the passage gets in all."""
    context, text = frame(passage)
    cut = WORDS.pair(context, text, 400)
    reading = Reading(
        np.zeros((len(cut.ids), 2), np.float32),
        cut.spans,
        [t == 1 for t in cut.types],
        context,
        text,
    )
    tokens = Tokens.of(passage)
    total = onto_words(reading, np.ones(len(cut.ids)), tokens)
    names = [*tokens.own, *(f"re {each}" for each in tokens.parent), "channel"]
    return dict(zip(names, total.tolist(), strict=True))


def test_every_piece_goes_to_its_own_word():
    assert parts_of(Passage(id="1", text="Where is it?"))["where"] == 5
    assert parts_of(Passage(id="1", text="Where is it?"))["?"] == 1


def test_masked_names_and_links_are_found_again():
    found = parts_of(Passage(id="1", text="@anna see https://example.org/x now"))
    assert found["_handle_"] == 5
    assert found["_link_"] == 4
    assert found["now"] == 3


def test_a_parents_words_and_the_channel_get_theirs():
    found = parts_of(Passage(id="1", text="same", parent_text="It broke", platform="x"))
    assert found["same"] == 4
    assert found["re broke"] == 5
    assert found["channel"] >= len("xpublic")


def test_odd_texts_are_aligned(odd_passages):
    for passage in odd_passages:
        parts_of(Passage(id="1", text=passage.text[:300]))
