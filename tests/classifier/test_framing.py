import pytest

from models.framing import frame, masked
from models.text import MAX_CHARS, Passage


def test_the_context_names_platform_kind_brand_and_parent():
    post = Passage(
        id="1",
        text="same here",
        parent_text="The app is  down\nagain",
        kind="community",
        platform="twitter",
        brand="Lintspur",
    )
    context, text = frame(post)
    assert context == "query: x community Lintspur : re The app is down again"
    assert text == "same here"


def test_a_page_number_is_no_brand():
    assert frame(Passage(id="1", text="hi", brand="1234567"))[0] == "query:  public  :"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://example.org/a?b=c now", "see link now"),
        ("write to jo@example.org", "write to email"),
        ("@someone @LintspurHelp hi", "@user @brand hi"),
        ("__company__ <PROVIDER_NAME> {link}", "@user @user link"),
        ("nooooooo", "nooo"),
        ("great \U0001f622", "great crying face"),
        ("", ""),
    ],
)
def test_names_links_and_emoji_are_masked(text, expected):
    assert masked(text, "Lintspur") == expected


def test_ten_megabytes_cost_what_four_thousand_characters_do():
    assert len(masked("a b" * 5_000_000)) <= MAX_CHARS


def test_odd_texts_are_framed(odd_passages):
    for passage in odd_passages:
        context, text = frame(passage)
        assert isinstance(context + text, str)
