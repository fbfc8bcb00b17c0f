"""Text of strangers is only ever text."""

import re
from html.parser import HTMLParser

import pytest

from tests.web.conftest import at_desk
from tests.web.desk import arrive, ours, watch
from triage.tables import DeadLetter, Item, User
from triage.web.showing import linked

pytestmark = pytest.mark.django_db

NASTY = (
    "<script>alert(1)</script>",
    "</p></main><img src=x onerror=alert(1)>",
    "{{ 7|add:7 }} {% debug %} {# gone #}",
    '" onmouseover="alert(1)" x=\'',
    'javascript:alert(1) https://x.example/"><svg/onload=alert(1)>',
    "<a href=javascript:alert(1)>click</a> &lt;b&gt; &amp;",
    "\u202egnp.exe \u2067\u2066 \u200f\x07",
    "]]> --> <!-- <style>*{display:none}</style>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<form action=//evil.example><input name=csrfmiddlewaretoken>",
)


class Elements(HTMLParser):
    """Every element of a page, with what could run or load something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def check(page: str) -> None:
    for tag, attributes in Elements(page).found:
        assert tag not in {"img", "iframe", "object", "style", "base"}, tag
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        assert tag != "script" or str(attributes["src"]).startswith("/static/")
        assert tag != "meta" or "http-equiv" not in attributes
        for name in ("href", "action", "formaction", "hx-get", "hx-post"):
            value = attributes.get(name) or ""
            assert not value.startswith("//")
            assert not value.lower().startswith("javascript:")
        if (attributes.get("href") or "").startswith("http"):
            assert attributes["rel"] == "noopener noreferrer nofollow"
            assert attributes["target"] == "_blank"


@pytest.mark.parametrize("text", NASTY)
def test_nothing_of_a_post_becomes_markup_anywhere(text: str, bob: User, olga: User) -> None:
    everywhere = {"author": text[:150], "parent_text": text, "url": text, "also": "sales"}
    first = arrive(text, because=(text, "x"), conversation="c", **everywhere)
    ours(text, conversation="c", minutes=1)
    arrive(text, conversation="d", **everywhere)
    Item.objects.filter(pk=first.pk).update(why=text)
    watch(text[:90], error=text, failures=4)
    DeadLetter.objects.create(channel=watch(), digest="d", reason=text, raw={text: [text]})
    for user, address in (
        (bob, "/queue/support/"),
        (bob, f"/item/{first.pk}/"),
        (olga, "/channels/"),
        (olga, "/dead-letters/"),
    ):
        answer = at_desk(user).get(address)
        assert answer.status_code == 200
        check(answer.content.decode())


def test_a_hand_off_reason_is_only_text_too(bob: User) -> None:
    item = arrive()
    form = {"to": "moon:<b>", "reason": "</textarea><script>alert(1)</script>"}
    check(at_desk(bob).post(f"/item/{item.pk}/hand-off/", form).content.decode())


def test_a_search_word_of_the_address_bar_is_only_text(bob: User) -> None:
    for address in ('/queue/support/?show="><script>', '/queue/support/?after="><script>'):
        check(at_desk(bob).get(address).content.decode())


@pytest.mark.parametrize(
    ("url", "linked_to"),
    [
        ("https://example.com/1", True),
        ("http://example.com/1", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.com/1", False),
        (" https://example.com/1", True),  # trimmed by the intake
        ("JAVASCRIPT:alert(1)", False),
    ],
)
def test_only_web_addresses_are_linked_to(url: str, linked_to: bool, bob: User) -> None:
    page = at_desk(bob).get(f"/item/{arrive(url=url).pk}/").content.decode()
    assert ("Open original" in page) is linked_to


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://a.example/x.", "https://a.example/x"),
        ("(https://a.example/x?a=1&b=2)", "https://a.example/x?a=1&amp;b=2"),
        ("https://a.example/\u202exe.png", "https://a.example/"),
        ("https://a.example/<b>", "https://a.example/"),
    ],
)
def test_addresses_in_a_text_become_links_that_end_where_they_should(
    text: str, expected: str
) -> None:
    assert re.findall('<a href="([^"]*)"', linked(text)) == [expected]


def test_foreign_names_and_words_are_kept_apart_in_direction(bob: User) -> None:
    item = arrive("\u202eabc", author="\u202eeve", because=("\u202ew",))
    page = at_desk(bob).get(f"/item/{item.pk}/").content.decode()
    assert "<bdi>\u202eeve</bdi>" in page
    assert '<bdi class="tag">\u202ew</bdi>' in page
    assert '<p class="text" dir="auto">\u202eabc</p>' in page


def test_the_policy_for_scripts_and_styles_is_strict(bob: User) -> None:
    policy = at_desk(bob).get("/queue/support/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
