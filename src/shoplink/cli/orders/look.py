"""`shoplink attribute --look`: what a file of orders is recognised as, before anything is judged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from shoplink.attribution.input_files import parts_of
from shoplink.attribution.mapping import MappingError
from shoplink.attribution.presets.look import TableLook, look_at_table
from shoplink.cli.database import fail
from shoplink.cli.orders.errors import fail_with
from shoplink.cli.orders.mapping_options import mapping_to_look_with
from shoplink.flows.order_run.mapping import mapping_text

_DELIMITERS = {"\t": "tab"}


class FileLook(TableLook, frozen=True):
    """The look with the mapping that comes of it, as the text of a mapping file ('' if no header was understood).

    `time_zone` is that of times without an offset, '' if nothing says it; `constants` are what the options say of every row.
    """

    about: str = ""
    amounts: str = ""
    dates: str = ""
    time_zone: str = ""
    decimal: str = ""
    constants: dict[str, str] = msgspec.field(default_factory=dict)
    mapping: str = ""


def look_at_file(file: str, *, options: dict[str, Any]) -> FileLook:
    """Look at a file, or at the first in a folder. Fails if it cannot be read."""
    try:
        path = Path(parts_of([file])[0])
        asked, preset, constants = mapping_to_look_with(str(path), options)
        look, mapping = look_at_table(path, asked, preset)
    except MappingError as error:
        fail_with(error, as_json=options["as_json"])
    except UnicodeDecodeError:
        fail(f"{options['mapping']}: not text in UTF-8")
    except OSError as error:
        fail_with(error, as_json=options["as_json"])
    if mapping is None:
        return FileLook(**msgspec.structs.asdict(look), constants=constants)
    return FileLook(
        **msgspec.structs.asdict(look),
        about=mapping.about,
        amounts=mapping.amounts,
        dates=mapping.dates,
        time_zone=str(mapping.zone or ""),
        decimal=mapping.decimal or "",
        constants=constants,
        mapping=mapping_text(mapping),
    )


def look_lines(look: FileLook) -> Iterator[str]:
    """The lines to print."""
    by = {
        "preset": f"{look.about}; taken with preset {look.preset}",
        "mapping": "as the mapping says",
        "own": "columns have the names of fields",
        "none": "no preset fits, and columns do not have the names of fields; write a mapping",
    }
    yield f"recognised: {by[look.fits]}"
    delimiter = _DELIMITERS.get(look.delimiter, look.delimiter)
    written = [
        look.kind,
        look.encoding,
        delimiter and f"delimiter {delimiter}",
        look.sheet and f"sheet {look.sheet}",
    ]
    yield f"written as: {', '.join(filter(None, written))}"
    if look.fits != "none":
        yield f"times without an offset: {look.time_zone or 'not said; give --time-zone or --market'}"
        yield f"decimal mark: {look.decimal or 'from each cell, if it can be read in one way only'}"
    for column in look.columns:
        taken = f" → {column.field}" if column.field else ""
        yield f"column {column.name}{taken}: {' · '.join(column.examples) or 'empty'}"
    if look.fits != "none" and look.missing:
        yield f"missing: {', '.join(look.missing)}"
    yield f"{look.rows:,} rows looked at{'' if look.is_whole else ', the first of more'}"
    for each in look.left_out:
        yield f"would be left out by {each.column}: {each.value or 'nothing'} {each.rows:,}"
