"""What pages look like: narrow, dark, readable, and harmless with text of strangers."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.web.desk import arrive, ours, watch
from triage.tables import DeadLetter, User

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenhersteller" * 3
PAGES = ("/queue/support/", "/queue/review/", "/item/{item}/", "/item/{item}/?act=hand-off",
         "/channels/", "/dead-letters/")  # fmt: skip

CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0.99) return colour;
    }
    return rgb(getComputedStyle(document.documentElement).colorScheme ? "Canvas" : "white");
  };
  const bad = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !element.checkVisibility() || element.matches("option, optgroup, .skip, .unseen")) continue;
    const [a, b] = [rgb(getComputedStyle(element).color), behind(element)].map(light).sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.push(`${element.className || element.tagName} ${element.textContent.trim().slice(0, 20)} ${ratio.toFixed(2)}`);
  }
  return bad;
}"""  # noqa: E501


@pytest.fixture
def full(db: None) -> dict[str, Any]:
    """A desk with something of everything, and long words everywhere."""
    channel = watch(LONG[:90], failures=4, error=LONG, last_success_at=None)
    watch("refused", state="refused", error="The token is dead.")
    ours("Our post.", id="root", conversation="c")
    item = arrive(LONG, author=LONG, conversation="c", also="sales", because=(LONG, "x"), minutes=1)
    arrive("other", author="@other", conversation="c", minutes=2)
    arrive("unsure", confidence=0.4, also="lead")
    arrive("x" * 30_000, channel=channel, parent_text=LONG)
    DeadLetter.objects.create(channel=channel, digest="d", reason=LONG, raw={LONG: LONG})
    return {"item": item.pk}


@pytest.mark.parametrize("width", [390, 820, 1440])
@pytest.mark.parametrize("address", PAGES)
def test_no_page_scrolls_sideways(
    address: str, width: int, sign_in: SignIn, olga: User, full: dict[str, Any]
) -> None:
    page = sign_in("olga", width=width)
    page.goto(address.format(**full))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1440])
def test_every_word_is_readable_in_light_and_dark(
    width: int, dark: bool, sign_in: SignIn, olga: User, full: dict[str, Any]
) -> None:
    page = sign_in("olga", dark=dark, width=width)
    for address in PAGES:
        page.goto(address.format(**full))
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == ("rgb(20, 22, 26)" if dark else "rgb(255, 255, 255)")
        assert page.evaluate(CONTRAST) == [], address


def test_on_a_phone_list_and_item_are_pages_with_a_way_back(
    sign_in: SignIn, bob: User, complaints: list[str]
) -> None:
    for number in range(12):
        arrive(f"post number {number}", minutes=number)
    page = sign_in("bob", width=390)
    expect(page.locator("#item")).to_be_hidden()
    page.get_by_text("post number 9").click()
    expect(page.locator("#list")).to_be_hidden()
    expect(page.locator("#item .text")).to_have_text("post number 9")
    page.get_by_role("button", name="Claim").click()
    expect(page.locator("#item .owner")).to_have_text("Claimed by you")
    page.get_by_role("link", name="Support", exact=True).last.click()
    expect(page.locator("#item")).to_be_hidden()
    assert complaints == []


def test_text_of_strangers_is_shown_as_text(
    sign_in: SignIn, bob: User, complaints: list[str]
) -> None:
    texts = (
        "<script>document.title = 'owned'</script>",
        "\u202egnp.exe is {{ 7|add:7 }} {% debug %}",
        '"><img src=x onerror="document.title=\'owned\'">',
    )
    found = [arrive(text, author=text[:60]) for text in texts]
    page = sign_in("bob")
    for item, text in zip(found, texts, strict=True):
        page.locator(f'#rows [data-item="{item.pk}"] .row').click()
        expect(page.locator("#item .text")).to_have_text(text)
        assert page.locator("#item img, #item script").count() == 0
    assert page.title() != "owned"
    assert complaints == []


def test_an_override_of_direction_ends_with_the_name_it_is_in(sign_in: SignIn, bob: User) -> None:
    """The words behind a name that turns direction stand to its right, as always."""
    arrive("a post", author="\u202eevil")
    page = sign_in("bob")
    name = page.locator("#rows .head bdi").bounding_box()
    channel = page.locator("#rows .channel").bounding_box()
    assert name
    assert channel
    assert name["x"] < channel["x"]


def test_focus_is_visible_wherever_the_keyboard_goes(sign_in: SignIn, bob: User) -> None:
    item = arrive("a post")
    page = sign_in("bob")
    page.goto(f"/item/{item.pk}/")
    seen = 0
    for _ in range(30):
        page.keyboard.press("Tab")
        width = page.evaluate(OUTLINE)
        if width is None:
            break
        assert width != "0px"
        seen += 1
    assert seen > 10


OUTLINE = """() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  const style = getComputedStyle(at);
  return style.outlineStyle === "none" ? "0px" : style.outlineWidth;
}"""


def test_the_page_has_one_main_part_and_headings_in_order(sign_in: SignIn, bob: User) -> None:
    item = arrive("a post")
    page: Page = sign_in("bob")
    page.goto(f"/item/{item.pk}/")
    assert page.locator("main").count() == 1
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(h => h.tagName)")
    assert levels[:3] == ["H1", "H2", "H3"]
