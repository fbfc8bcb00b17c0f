"""HTML of a post as the text that people see."""

import re

from bs4 import BeautifulSoup, Tag

LONGEST = 200_000
"""Characters of HTML that are looked at; a text of `posts.TEXT_LIMIT` fits well within."""
BLOCKS = ("p", "div", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6")


def plain_text(html: str, *, drop: str | None = None) -> str:
    """Paragraphs and line breaks kept, tags gone, links whole.

    Mastodon shortens a link by hiding its ends in `span.invisible`; inside a link they belong to
    the address and stay, elsewhere what is invisible goes. `drop` is a CSS class to leave out.
    """
    page = BeautifulSoup(f"<body>{_one_line(html[:LONGEST])}</body>", "html.parser")
    unseen = [*page(("script", "style"))]
    unseen += [span for span in page("span", class_="invisible") if not span.find_parent("a")]
    unseen += page(class_=drop) if drop else []
    for tag in unseen:
        tag.extract()
    for tag in page("a", href=True):
        _whole(tag)
    for tag in page("img", class_="emoji", alt=True):  # Discourse draws them
        tag.replace_with(str(tag["alt"]))
    for tag in page("br"):
        tag.replace_with("\n")
    for tag in page("li"):
        tag.insert(0, "- ")
        tag.append("\n")
    for tag in page(BLOCKS):
        tag.insert(0, "\n\n")
        tag.append("\n\n")
    text = page.get_text().replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]*\n[ \t]*", "\n", text)).strip()


def _whole(link: Tag) -> None:
    """A link that shows the beginning of its address and dots (Hacker News) as the address."""
    shown, address = link.get_text().strip(), str(link["href"])
    start = shown.removesuffix("…").removesuffix("...")
    if len(start) > len("https://") and start != shown and address.startswith(start):
        link.string = address


def _one_line(html: str) -> str:
    """In HTML a line end is a space, except in preformatted text."""
    return html if "<pre" in html else re.sub(r"\s*[\r\n]\s*", " ", html)
