"""An operator's own rulebooks, with limits that are soon reached; each is a shipped one with other numbers."""

import re
from importlib.resources import files

from shoplink.core import Rulebook, parse_rulebook

_TIGHT = {
    "slots_open": "{ official = 2, marketing = 3 }",
    "slots_invited": "{ official = 1, marketing = 3 }",
    "official_unlinks_per_shop": "1",
    "marketing_links_per_shop": "{ limit = 3, days = 200 }",
    "marketing_links_per_account": "{ limit = 2, days = 9 }",
    "unlink_answer_days": "2",
    "network_asked_of": '["shop"]',
}
_STRICT = {
    "slots_invited": "{ official = 1, marketing = 2 }",
    "invitation_hours": "24",
    "minimum_link_age_hours": "48",
    "minimum_age_years": "21",
    "official_unlinks_per_shop": "1",
    "marketing_links_per_shop": "{ limit = 2, days = 9 }",
}


def changed_rulebook(shipped: str, name: str, values: dict[str, str]) -> str:
    """The text of a shipped rulebook under another name and with other values."""
    text = files("shoplink.rulebooks").joinpath(f"{shipped}.toml").read_text(encoding="utf-8")
    keys = {r"name = ": f'"{name}"', **{rf"\[{key}\]\nvalue = ": value for key, value in values.items()}}
    for key, value in keys.items():
        text, found = re.subn(rf"^({key}).*$", rf"\g<1>{value}", text, flags=re.MULTILINE)
        assert found == 1, key
    return text


TEXTS = (
    changed_rulebook("seller-university-2025", "tight", _TIGHT),
    changed_rulebook("guide-2024-11", "strict", _STRICT),
)
"""The texts, as an operator would install them."""


def strict_rulebooks() -> dict[str, Rulebook]:
    """The rulebooks by name."""
    rulebooks = (parse_rulebook(text, "strict rulebooks") for text in TEXTS)
    return {rulebook.name: rulebook for rulebook in rulebooks}
