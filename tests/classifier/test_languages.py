import pytest

from models.languages import language_of, main_script, strange
from models.text import Passage

KNOWN = {"languages": {"en", "de", "fr", "es"}, "known_scripts": {"LATIN"}}


def say(text: str, lang: str | None = None, brand: str | None = None) -> str | None:
    return strange(Passage(id="1", text=text, lang=lang, brand=brand), **KNOWN)


@pytest.mark.parametrize(
    "text", ["where is my parcel", "wo ist mein Paket und wann kommt es", "ok", "refund???"]
)
def test_ordinary_posts_are_not_strange(text: str):
    assert say(text) is None


def test_an_empty_post_is_strange():
    assert say(" \n ") == "There is no text in it."


def test_only_a_link_is_strange():
    assert say("https://example.org") == "There is only a link in it."


def test_only_names_are_strange():
    assert say("@one Quarry https://example.org", brand="Quarry") is not None


def test_only_emoji_numbers_and_signs_are_strange():
    assert "no words" in str(say("\U0001f525\U0001f525 100 !!!"))


@pytest.mark.parametrize("text", ["أين طلبي", "где мой заказ", "注文が届きません", "איפה ההזמנה"])
def test_a_script_the_model_was_not_shown_is_strange(text: str):
    assert "script" in str(say(text))


def test_a_language_told_by_its_function_words_is_strange():
    assert "(id)" in str(say("kak ini kenapa tidak bisa ya, sudah dari tadi pagi"))


def test_function_words_count_for_more_than_the_platforms_tag():
    assert say("why is this not working for me", lang="id") is None


def test_a_short_text_is_taken_by_its_tag():
    assert "(fi)" in str(say("Kiitos paljon", lang="fi"))


@pytest.mark.parametrize("tag", ["und", "zxx", "qme", "", None])
def test_a_tag_that_names_no_language_says_nothing(tag: str | None):
    assert say("Kiitos paljon", lang=tag) is None


def test_a_level_count_gives_no_opinion():
    assert language_of(["the", "and", "der", "und"]) is None


def test_the_script_of_no_letters_is_none():
    assert main_script("123 !") is None
