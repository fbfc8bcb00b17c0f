import time

import pytest

from models.text import MAX_CHARS, normalise, tokens


def test_masked_and_real_handles_become_one_token():
    for handle in (
        "@user",
        "@some_one",
        "__company__",
        "<PROVIDER_NAME>",
        "@a@b.example",
    ):
        assert tokens(f"thanks {handle} again") == ["thanks", "_handle_", "again"]


def test_links_become_one_token_whatever_their_mask():
    for link in ("https://t.co/abc", "www.example.org/x", "{link}", "<url>", "HTTPURL"):
        assert tokens(f"see {link} now") == ["see", "_link_", "now"]


@pytest.mark.parametrize(
    "text",
    [
        "Quarry crashed",
        "@quarry crashed",
        "#Quarry crashed",
        "@QuarryHelp crashed",
        "QUARRY's crashed",
    ],
)
def test_the_brands_own_name_and_handle_become_one_token(text: str):
    assert tokens(text, "Quarry") == ["_brand_", "crashed"]


def test_a_brand_of_two_words_is_found_run_together_and_by_its_first_word():
    for text in ("Halcyra Airlines", "@HalcyraAirlines", "halcyra"):
        assert tokens(f"{text} lost my bag", "Halcyra Airlines")[0] == "_brand_"


def test_a_brand_inside_another_word_stays():
    assert tokens("a pineapple", "Apple") == ["a", "pineapple"]


def test_a_page_number_as_brand_hides_nothing():
    assert tokens("room 12345", "12345") == ["room", "0"]


def test_a_brand_with_signs_of_a_pattern_is_taken_literally():
    assert tokens("(a+)+ is fine", "(a+)+$") == tokens("(a+)+ is fine", "a")


def test_numbers_and_stretched_letters_are_levelled():
    assert tokens("Sooooo late, 2,500.50 paid!!!!") == ["soo", "late", "0", "paid", "!!"]


def test_full_width_letters_and_entities_read_as_plain_ones():
    assert normalise("\uff28\uff25\uff39 &amp; bye") == "hey & bye"


def test_curly_and_straight_apostrophes_are_the_same_word():
    assert tokens("don\u2019t") == tokens("don't") == ["don't"]


def test_an_emoji_with_its_skin_tone_is_one_token():
    assert tokens("nice \U0001f44d\U0001f3fd") == ["nice", "\U0001f44d\U0001f3fd"]


def test_right_to_left_and_mixed_scripts_are_cut_into_words():
    assert tokens("أين طلبي please") == ["أين", "طلبي", "please"]


def test_what_follows_the_cut_does_not_count():
    text = "word " * MAX_CHARS
    assert tokens(text) == tokens(text + "and something else")


@pytest.mark.parametrize(
    "part", ["a", "@", "_", "a.", "<a", "{a", "1,", "a@", "&amp", "ﷺ", "http://"]
)
def test_ten_megabytes_of_anything_take_no_time(part: str):
    text = part * (10_000_000 // len(part))
    started = time.perf_counter()
    tokens(text, "a a")
    assert time.perf_counter() - started < 0.5
