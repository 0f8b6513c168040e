"""Mappings as the text of an ordinary mapping file, and the one that comes of what somebody chose for a file."""

from collections.abc import Mapping as Choices
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from shoplink.attribution.mapping import OPTIONAL, REQUIRED, Dates, Field, Mapping, parse_mapping
from shoplink.attribution.row_rules import RowRules
from shoplink.flows.order_run.folder import MAPPING


def fields_of(shop_id: str | None) -> tuple[Field, ...]:
    """The fields whose columns people choose for a run: a shop's is of that shop's orders. What was paid is not judged."""
    given = {"commission"} if shop_id is None else {"commission", "shop_id"}
    return tuple(field for field in (*REQUIRED, *OPTIONAL) if field not in given)


def mapping_text(mapping: Mapping) -> str:
    """The TOML of a mapping: read again, it says the same. Columns have one name each."""
    rules, zone = mapping.rows, mapping.zone
    offset = (
        None
        if zone is None or isinstance(zone, ZoneInfo)
        else datetime(2026, 1, 1, tzinfo=zone).isoformat()[-6:]
    )
    said: dict[str, Any] = {
        "about": mapping.about or None,
        "dates": mapping.dates,
        "time_zone": zone.key if isinstance(zone, ZoneInfo) else None,
        "utc_offset": offset,
        "repeated_hour": mapping.repeated_hour,
        "amounts": mapping.amounts,
        "decimal": mapping.decimal,
        "thousands": mapping.thousands,
        "rates": mapping.rates,
        "empty": list(mapping.empty) or None,
        "unknown_accounts": mapping.unknown_accounts,
        "encoding": mapping.encoding,
        "delimiter": mapping.delimiter,
        "sheet": mapping.sheet,
        **_rules(rules),
    }
    lines = [f"{key} = {_value(value)}" for key, value in said.items() if value is not None]
    for table, pairs in (("columns", mapping.columns), ("constants", mapping.constants)):
        if pairs:
            lines += ["", f"[{table}]", *(f"{field} = {_value(text)}" for field, text in pairs.items())]
    return "\n".join(lines) + "\n"


def _rules(rules: RowRules) -> dict[str, Any]:
    where = [
        {"column": one.column, "not_in" if one.excludes else "in": list(one.words)} for one in rules.where
    ]
    return {
        "where": where or None,
        "identity": list(rules.identity) or None,
        "version": rules.version,
        "per_order": list(rules.per_order) or None,
        "skip_lines": rules.skip_lines or None,
        "description_line": rules.description_line,
        "partitions": rules.partitions or None,
    }


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_value(one)}' for key, one in value.items())} }}"
    # A JSON text, number or truth value is one of TOML too, apart from this character, which TOML wants escaped.
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")


def chosen_mapping(found: dict[str, Any], chosen: Choices[str, str], fields: Sequence[Field]) -> str:
    """The text of the mapping for a file that was looked at, with what somebody chose.

    `found` is what `attribute --look --json` said. `chosen` has `decimal`, `dates`, `time_zone` and, as `field.NAME`, the
    columns of `fields`; what is empty or missing stays as it was found, but a field with an empty column has none.
    Raises MappingError.
    """
    base = Mapping({}, dict(found.get("constants", {})), amounts="major", rates="percent")
    if found.get("mapping"):
        base = parse_mapping(found["mapping"], MAPPING)
    columns = dict(base.columns)
    for field in fields:
        column = chosen.get(f"field.{field}")
        if column is not None:
            columns.pop(field, None)
        if column:
            columns[field] = column
    constants = {**found.get("constants", {}), **base.constants}
    money = {columns.get("amount"), columns.get("refund")}
    changed = replace(
        base,
        columns=columns,
        constants={field: text for field, text in constants.items() if field not in columns},
        dates=cast("Dates", chosen.get("dates") or base.dates),  # what it may be is checked below
        decimal=chosen.get("decimal") or base.decimal,
        thousands=None if chosen.get("decimal") else base.thousands,
        rows=replace(base.rows, per_order=tuple(one for one in base.rows.per_order if one in money)),
    )
    text = mapping_text(changed)
    if zone := chosen.get("time_zone"):
        text = f"time_zone = {_value(zone)}\n{mapping_text(replace(changed, zone=None))}"
    return mapping_text(parse_mapping(text, MAPPING))
