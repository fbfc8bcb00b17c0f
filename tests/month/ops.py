"""People at the pages: what a form asks for is read from the page, filled in and sent.

No field is known here by its name: people find a control by the words beside it and press what is
written on a button. So a page that loses its label, or its form, fails the month.
"""

from collections.abc import Mapping
from typing import Any, Self

from bs4 import BeautifulSoup, Tag
from django.test import Client

from triage.tables import User


class Page:
    """A page as somebody sees it, with the forms that are on it."""

    def __init__(self, client: Client, answer: Any) -> None:
        assert answer.status_code == 200, f"{answer.status_code}: {_words(answer)[:500]}"
        self.client = client
        self.answer = answer
        self.soup = BeautifulSoup(answer.content.decode(), "html.parser")

    @classmethod
    def of(cls, user: User, address: str) -> Self:
        """Sign somebody in and open a page."""
        client = Client()
        client.force_login(user)
        return cls(client, client.get(address, follow=True))

    def open(self, address: str) -> "Page":
        """Go to another page in the same window."""
        return Page(self.client, self.client.get(address, follow=True))

    @property
    def words(self) -> str:
        """Everything that is on the page, as one line."""
        return " ".join(self.soup.get_text(" ").split())

    def section(self, selector: str) -> str:
        """What stands in one part of the page, as one line."""
        return " ".join(self.part(selector).get_text(" ").split())

    def part(self, selector: str) -> Tag:
        """One part of the page."""
        found = self.soup.select_one(selector)
        assert found is not None, f"there is no {selector} on the page: {self.words[:500]}"
        return found

    def press(
        self,
        button: str,
        typed: Mapping[str, str] | None = None,
        *,
        script: bool = False,
        more: Mapping[str, str] | None = None,
    ) -> "Page":
        """Fill in what stands in the form of a button, by the labels, and press it.

        With `script` the page's script sends it, with what it adds of its own (`more`), and what
        comes back is a part of a page.
        """
        typed = typed or {}
        pressed, form = self._button_with(button, typed)
        sent = _as_it_stands(form)
        for label, value in typed.items():
            sent[_control(form, label)] = value
        sent |= more or {}
        if name := pressed.get("name"):
            sent[str(name)] = str(pressed.get("value", ""))
        to = str(pressed.get("formaction") or form.get("action") or self._here())
        ask = self.client.post if form.get("method") == "post" else self.client.get
        headers = {"HX-Request": "true"} if script else {}
        return Page(self.client, ask(to, sent, follow=True, headers=headers))

    def _button_with(self, button: str, typed: Mapping[str, str]) -> tuple[Tag, Tag]:
        """The first such button whose form has everything that is to be typed, and the form."""
        for pressed in self._buttons(button):
            form = pressed.find_parent("form")
            if form is not None and all(_control(form, label) for label in typed):
                return pressed, form
        raise AssertionError(
            f"no button {button!r} stands in a form with {list(typed)}: {self.words[:800]}"
        )

    def _here(self) -> str:
        return str(self.answer.request["PATH_INFO"])

    def _buttons(self, words: str) -> list[Tag]:
        return [each for each in self.soup.find_all("button") if _said(each).startswith(words)]


def _said(tag: Tag) -> str:
    """What a button or link is called, as a screen reader says it."""
    return str(tag.get("aria-label") or " ".join(tag.get_text(" ").split()))


def _control(form: Tag, label: str) -> str:
    """The name of the control that these words stand beside; empty where there is none."""
    for each in form.find_all("label"):
        if _said(each) == label:
            found = form.find(id=str(each.get("for"))) or each.find(["input", "select", "textarea"])
            if found is not None:
                return str(found["name"])
    return ""


def _as_it_stands(form: Tag) -> dict[str, str]:
    """What a browser would send of a form in which nobody has typed."""
    sent = {}
    for control in form.find_all(["input", "textarea", "select"]):
        name, kind = str(control.get("name", "")), control.get("type", "")
        if not name or kind in ("file", "submit"):
            continue
        if kind in ("checkbox", "radio") and not control.has_attr("checked"):
            continue
        sent[name] = _value(control)
    return sent


def _value(control: Tag) -> str:
    if control.name == "select":
        options = control.find_all("option")
        chosen = [each for each in options if each.has_attr("selected")] or options[:1]
        return str(chosen[0].get("value", chosen[0].get_text())) if chosen else ""
    if control.name == "textarea":
        return control.get_text()
    return str(control.get("value", "on" if control.get("type") == "checkbox" else ""))


def _words(answer: Any) -> str:
    return " ".join(BeautifulSoup(answer.content.decode(), "html.parser").get_text(" ").split())
