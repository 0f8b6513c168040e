"""What a file of orders was recognised as, for a page, and what a person can choose of how it is read."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import format_decimal
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.attribution.mapping import REQUIRED
from shoplink.flows.order_run.mapping import fields_of
from shoplink.network.zone import zone_of_country
from shoplink.store.order_runs import OrderRun
from shoplink.web.request.visit import Visit
from shoplink.wording.sentences import N_

PRESETS = {
    "tiktok-orders": N_("TikTok Shop: orders"),
    "tiktok-affiliate": N_("TikTok Shop: affiliate orders"),
    "tiktok-affiliate-creator": N_("TikTok Shop: affiliate orders, as creators download them"),
    "douyin-orders": N_("Douyin: orders"),
}
_FIELDS = {
    "order_id": N_("Order number"),
    "shop_id": N_("Shop ID"),
    "account_id": N_("Creator’s account ID"),
    "handle": N_("Creator’s handle"),
    "ordered_at": N_("Time of the order"),
    "amount": N_("Amount sold"),
    "currency": N_("Currency"),
    "commission_rate": N_("Commission rate"),
    "refund": N_("Amount refunded"),
    "sku_id": N_("SKU ID"),
    "delivered_at": N_("Time of delivery"),
    "settled_at": N_("Time of settlement"),
    "commission": N_("Commission paid"),
}
_DATES = {
    "ymd": N_("year, month, day: 2026-11-05"),
    "dmy": N_("day, month, year: 05/11/2026"),
    "mdy": N_("month, day, year: 11/05/2026"),
}
_DECIMALS = {
    "": N_("From each amount; one that can be read in two ways is rejected"),
    ".": N_("Point: 1,234.50"),
    ",": N_("Comma: 1.234,50"),
}
_ENCODINGS = {"utf-8-sig": "UTF-8", "gb18030": "GB18030 (GBK)"}
_DELIMITERS = {",": N_("comma"), ";": N_("semicolon"), "\t": N_("tab"), "|": "|"}

Option = tuple[str, str, bool]
"""A value of a form, its text, and whether it is chosen."""


class FoundColumn(Struct, frozen=True):
    """A column: its name, what it is taken as, and some of its cells."""

    name: str
    field: str
    examples: str


class Choice(Struct, frozen=True):
    """Something to choose from a list."""

    name: str
    title: str
    options: list[Option]
    required: bool = False


class LookView(Struct, frozen=True):
    """What was recognised: as a sentence and as facts, the columns, the rows that would not count; and what can be chosen."""

    title: str
    is_known: bool
    facts: list[tuple[str, str]]
    columns: list[FoundColumn]
    left_out: list[tuple[str, str]]
    presets: Choice
    choices: list[Choice]
    fields: list[Choice]

    @property
    def taken(self) -> list[FoundColumn]:
        """The columns that are taken as something."""
        return [column for column in self.columns if column.field]

    @property
    def others(self) -> list[FoundColumn]:
        """The columns that nothing is taken from."""
        return [column for column in self.columns if not column.field]


def show_found(visit: Visit, run: OrderRun, market: str, chosen: Mapping[str, str]) -> LookView | None:
    """What was recognised; `chosen` is what the form had, if it was sent. None if nobody has looked at the file yet."""
    look = run.found
    if not look:
        return None
    zone = str(look["time_zone"] or zone_of_country(market))
    facts = [
        (_("Encoding"), _ENCODINGS.get(look["encoding"], look["encoding"].upper())),
        (_("Between columns"), _translated(_DELIMITERS, look["delimiter"])),
        (_("Sheet"), look["sheet"]),
        (_("Time zone"), zone),
        (_("Rows"), _rows(visit, look)),
    ]
    return LookView(
        title=_title(look),
        is_known=look["fits"] != "none",
        facts=[(name, value) for name, value in facts if value],
        columns=[
            FoundColumn(
                each["name"],
                _translated(_FIELDS, each["field"]),
                " · ".join(each["examples"]),
            )
            for each in look["columns"]
        ],
        left_out=[
            (f"{each['column']}: {each['value'] or '—'}", _number(visit, each["rows"]))
            for each in look["left_out"]
        ],
        presets=_choice(
            "preset",
            _("Which export it is"),
            {"": _("Find out"), **{name: _(title) for name, title in PRESETS.items()}},
            look["preset"],
        ),
        choices=_choices(look, zone, chosen),
        fields=[_of_field(look, field, chosen) for field in fields_of(run.shop_id)],
    )


def _choices(look: dict[str, Any], zone: str, chosen: Mapping[str, str]) -> list[Choice]:
    zones = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    by_name = {name: name for name in ("UTC", *zones)}
    if zone not in by_name:
        by_name = {"": zone or _("Choose a time zone"), **by_name}
    found = [
        _choice(
            "dates",
            _("Order of dates"),
            {name: _(text) for name, text in _DATES.items()},
            chosen.get("dates") or look["dates"],
        ),
        _choice(
            "time_zone",
            _("Time zone of times that have none"),
            by_name,
            chosen.get("time_zone", zone if zone in by_name else ""),
            required=not zone,
        ),
    ]
    if look["amounts"] != "minor":
        decimals = {name: _(text) for name, text in _DECIMALS.items()}
        found.insert(
            0,
            _choice(
                "decimal", _("Decimal mark of amounts"), decimals, chosen.get("decimal") or look["decimal"]
            ),
        )
    return found


def _of_field(look: dict[str, Any], field: str, chosen: Mapping[str, str]) -> Choice:
    taken = next((each["name"] for each in look["columns"] if each["field"] == field), "")
    name = f"field.{field}"
    nothing = _("No column") if field not in REQUIRED or field in look["constants"] else _("Choose a column")
    columns = {each["name"]: each["name"] for each in look["columns"] if each["name"]}
    required = field in REQUIRED and field not in look["constants"]
    return _choice(
        name, _(_FIELDS[field]), {"": nothing, **columns}, chosen.get(name, taken), required=required
    )


def _choice(name: str, title: str, texts: dict[str, str], chosen: str, *, required: bool = False) -> Choice:
    return Choice(name, title, [(value, text, value == chosen) for value, text in texts.items()], required)


def _title(look: dict[str, Any]) -> str:
    if look["preset"] in PRESETS:
        return _("This is an export of {preset}.").format(preset=_translated(PRESETS, look["preset"]))
    if look["fits"] == "own":
        return _("The columns have the names of our fields.")
    return _("This is no export that we know. Say which column is which.")


def _translated(texts: dict[str, str], name: str) -> str:
    """The text of a name in the reader's language; '' if it has none."""
    return _(texts[name]) if name in texts else ""


def _rows(visit: Visit, look: dict[str, Any]) -> str:
    rows = _number(visit, look["rows"])
    return rows if look["is_whole"] else _("the first {rows} of more").format(rows=rows)


def _number(visit: Visit, number: int) -> str:
    return format_decimal(number, locale=visit.language.locale)
