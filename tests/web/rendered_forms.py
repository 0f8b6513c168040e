"""The forms that the consoles show: read from the pages that each role sees, with every field, choice and button."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import resolve

Fields = dict[str, list[str]]


class RenderedForm(NamedTuple):
    """A form as a page shows it: where it is sent to, and what a browser would send.

    `route` is the name of the page it is sent to. `choices`: what a select or a group of radio buttons offers.
    """

    route: str
    path: str
    fields: Fields
    choices: Fields
    buttons: tuple[tuple[str, str], ...]
    files: tuple[str, ...]


class _Open:
    def __init__(self, action: str) -> None:
        self.action = action
        self.fields: Fields = {}
        self.choices: Fields = {}
        self.buttons: list[tuple[str, str]] = []
        self.files: list[str] = []


class _Parser(HTMLParser):
    """Collects the posting forms of a page; a field outside of its form names it by `form`."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[_Open] = []
        self._by_id: dict[str, _Open] = {}
        self._inside: _Open | None = None
        self._select: tuple[str, _Open | None] = ("", None)
        self._text: tuple[str, _Open | None] = ("", None)
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = _Open(given.get("action", "")) if given.get("method") == "post" else None
            if self._inside is not None:
                self.forms.append(self._inside)
                self._by_id[given.get("id", "")] = self._inside
        form = self._by_id.get(given["form"]) if "form" in given else self._inside
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "option" and self._select[1] is not None:
            self._option(*self._select, value, chosen="selected" in given)
        if form is None or not name:
            return
        if tag == "input":
            _input(form, name, value, given)
        elif tag == "button":
            form.buttons.append((name, value))
        elif tag == "select":
            self._select = (name, form)
        elif tag == "textarea":
            self._text = (name, form)
            form.fields[name] = [""]

    @staticmethod
    def _option(name: str, form: _Open | None, value: str, *, chosen: bool) -> None:
        assert form is not None
        form.choices.setdefault(name, []).append(value)
        if chosen or name not in form.fields:
            form.fields[name] = [value]

    def handle_data(self, data: str) -> None:
        name, form = self._text
        if form is not None:
            form.fields[name] = [form.fields[name][0] + data]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        elif tag == "select":
            self._select = ("", None)
        elif tag == "textarea":
            self._text = ("", None)


def _input(form: _Open, name: str, value: str, given: dict[str, str]) -> None:
    kind = given.get("type", "text")
    if kind == "file":
        form.files.append(name)
    elif kind in {"checkbox", "radio"}:
        form.choices.setdefault(name, []).append(value or "on")
        if "checked" in given:
            form.fields.setdefault(name, []).append(value or "on")
        else:
            form.fields.setdefault(name, [])
    else:
        form.fields.setdefault(name, []).append(value)


def forms_in(page: str, path: str) -> Iterator[RenderedForm]:
    """The posting forms of a page at this address."""
    for form in _Parser(page).forms:
        address = urljoin(path, form.action) if form.action else path
        form.fields.pop("csrfmiddlewaretoken", None)
        yield RenderedForm(
            str(resolve(urlsplit(address).path).url_name),
            address,
            form.fields,
            form.choices,
            tuple(form.buttons),
            tuple(form.files),
        )


def forms_seen(client: Client, path: str) -> list[RenderedForm]:
    """The posting forms of the page that a client gets at an address; none if it gets no page."""
    response = client.get(path)
    if response.status_code != 200 or not response.headers["Content-Type"].startswith("text/html"):
        return []
    return list(forms_in(response.content.decode(), path))
