"""A client that sends forms as a browser does: with the hidden fields that the page's form has."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.test import Client

_CARRIED = ("seen", "link_id", "link.", "request", "previewed")


class _Forms(HTMLParser):
    """The forms of a page: their fields with values, and the names and values of their buttons."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str], set[tuple[str, str]]]] = []
        self._by_id: dict[str, dict[str, str]] = {}
        self._open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = given.get("method") == "post"
            if self._open:
                self.forms.append((given.get("action", ""), {}, set()))
                self._by_id[given.get("id", "")] = self.forms[-1][1]
        fields = self._by_id.get(given["form"]) if "form" in given else None
        if fields is None and self._open:
            fields = self.forms[-1][1]
        if tag == "input" and given.get("type") == "hidden" and fields is not None:
            fields[given.get("name", "")] = given.get("value", "")
        if tag == "button" and self._open and "name" in given:
            self.forms[-1][2].add((given["name"], given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


def hidden_fields(page: str, typed: dict[str, Any], path: str = "") -> dict[str, str]:
    """What the form that is meant brings back: the one whose hidden fields and buttons agree best with what is typed."""

    def fit(form: tuple[str, dict[str, str], set[tuple[str, str]]]) -> tuple[int, int, bool]:
        action, fields, buttons = form
        shared = [name for name in typed if fields.get(name) and name not in {"key", "previewed", "do"}]
        wrong = sum(fields[name] not in _texts(typed[name]) for name in shared)
        pressed = sum((name, str(value)) in buttons for name, value in typed.items())
        return wrong, -len(shared) - pressed, action not in {"", path}

    forms = _Forms(page).forms
    if not forms:
        return {}
    return {name: value for name, value in min(forms, key=fit)[1].items() if name.startswith(_CARRIED)}


def words(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


class FormClient(Client):
    """Looks at a page before it sends its form; `post_blindly` sends what is given and nothing else."""

    def post(self, path: str, data: Any = None, **more: Any) -> Any:  # type: ignore[override]
        if isinstance(data, dict | None) and "seen" not in (data or {}):
            page = self.get(path)
            if page.status_code == 200:
                data = {**hidden_fields(page.content.decode(), data or {}, path), **(data or {})}
        return self.post_blindly(path, data, **more)

    def filled(self, path: str, typed: dict[str, Any]) -> dict[str, Any]:
        """The form of a page as it is now, filled in."""
        return {**hidden_fields(self.get(path).content.decode(), typed, path), **typed}

    def confirm(self, path: str, typed: dict[str, Any], **more: Any) -> Any:
        """Send a form, and then the one that it was answered with: what it does was shown in between."""
        looked = self.post(path, typed, **more)
        return self.post_blindly(
            path, {**hidden_fields(looked.content.decode(), typed, path), **typed}, **more
        )

    def post_blindly(self, path: str, data: Any = None, **more: Any) -> Any:
        return super().post(path, data, **more)
