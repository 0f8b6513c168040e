"""The options of commands for orders that say how a file is read: a mapping, a preset, and what neither of them says."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from babel.numbers import get_territory_currencies
from msgspec.structs import replace

from shoplink.cli.database import fail
from shoplink.core.values import COUNTRIES
from shoplink.network.zone import zone_of_country

if TYPE_CHECKING:
    from shoplink.attribution.mapping import Mapping

Command = TypeVar("Command", bound=Callable[..., Any])

_MONTH_FIRST = ("US",)
"""The markets whose exports have the month first."""

_ASKED = "the export does not say it: give --shop, and --market or --time-zone"


_SHOP = "The shop of orders that name none."
_ZONE = "The time zone of instants without an offset, if the mapping has none."


def takes_mapping(command: Command, shop: str = _SHOP, time_zone: str = _ZONE) -> Command:
    """Add the options to a command, which gets them as `mapping`, `preset`, `shop`, `account`, `market` and `time_zone`.

    `shop` and `time_zone` are the help of options that say more to this command.
    """
    for option in reversed(
        (
            click.option(
                "--mapping",
                metavar="FILE",
                help="A TOML file that maps columns to fields.  [default: the preset that the header fits, else columns have the "
                "names of fields]",
            ),
            click.option(
                "--preset",
                metavar="NAME",
                help="The mapping of ours to take: one of those that --print-preset names.",
            ),
            click.option("--shop", metavar="ID", help=shop),
            click.option("--account", metavar="ID", help="The account of orders that name none."),
            click.option(
                "--market",
                metavar="CODE",
                help="The country that says currency, time zone and the order of dates where mapping and rows do not.  "
                "[default: the market of --shop]",
            ),
            click.option(
                "--time-zone",
                metavar="NAME",
                help=time_zone,
            ),
        )
    ):
        command = option(command)
    return command


def mapping_of(files: Sequence[str], options: dict[str, Any], *, are_paid: bool = False) -> "Mapping | None":
    """The mapping to read files with; None if their columns have the names of fields. Raises MappingError, OSError.

    `are_paid`: the files say what a platform paid, so that presets for this go before the others.
    """
    from shoplink.attribution.input_files import form_of, parts_of  # noqa: PLC0415 (takes long to load)
    from shoplink.attribution.mapping import MappingError, parse_mapping  # noqa: PLC0415 (as above)
    from shoplink.attribution.presets import PAID, PRESETS, preset_text, recognised  # noqa: PLC0415 (as above)

    presets = (*PAID, *PRESETS) if are_paid else PRESETS
    if options["mapping"] and options["preset"]:
        fail("found --mapping and --preset; expected one of them")
    if options["mapping"]:
        text = Path(options["mapping"]).read_text(encoding="utf-8")
        return parse_mapping(text, options["mapping"], _more(options))
    first = parts_of(files)[0]
    name = options["preset"] or (recognised(Path(first), presets) if form_of([first]) == "csv" else "")
    if name == "":
        return None
    if name not in presets:
        fail(f"--preset: found {name!r}; allowed: {', '.join(presets)}")
    try:
        found = parse_mapping(preset_text(name), name, _more(options))
    except MappingError as error:
        fail(f"{error}; {_ASKED}")
    if found.zone is None:
        fail(f"{name}: time_zone: missing; {_ASKED}")
    return replace(found, is_preset=True)


def join_mapping_of(files: Sequence[str], options: dict[str, Any]) -> "Mapping | None":
    """The mapping of files that name the creators of orders, of which only the order must be named.

    None if their columns have the names of fields. Raises MappingError, OSError.
    """
    from shoplink.attribution.input_files import form_of, parts_of  # noqa: PLC0415 (takes long to load)
    from shoplink.attribution.mapping import parse_mapping  # noqa: PLC0415 (as above)
    from shoplink.attribution.presets import preset, recognised  # noqa: PLC0415 (as above)

    if options["join_mapping"]:
        text = Path(options["join_mapping"]).read_text(encoding="utf-8")
        return parse_mapping(text, options["join_mapping"], required=("order_id",))
    first = parts_of(files)[0]
    name = recognised(Path(first)) if form_of([first]) == "csv" else ""
    return replace(preset(name), is_preset=True) if name else None


def mapping_to_look_with(file: str, options: dict[str, Any]) -> "tuple[Mapping | None, str, dict[str, str]]":
    """The mapping to look at a file with, the name of the preset ('' for one of the user), and the constants that options give.

    What a preset needs and options do not say stands for something. Raises MappingError, OSError.
    """
    from shoplink.attribution.input_files import form_of  # noqa: PLC0415 (takes long to load)
    from shoplink.attribution.mapping import parse_mapping  # noqa: PLC0415 (as above)
    from shoplink.attribution.presets import PRESETS, preset_to_look_with, recognised  # noqa: PLC0415 (as above)

    more = _more(options)
    constants: dict[str, str] = more["constants"]
    if options["mapping"]:
        text = Path(options["mapping"]).read_text(encoding="utf-8")
        return parse_mapping(text, options["mapping"], more), "", constants
    name = options["preset"] or (recognised(Path(file)) if form_of([file]) == "csv" else "")
    if name and name not in PRESETS:
        fail(f"--preset: found {name!r}; allowed: {', '.join(PRESETS)}")
    return preset_to_look_with(name, more) if name else None, name, constants


def _more(options: dict[str, Any]) -> dict[str, Any]:
    """What the options say, in the keys of a mapping."""
    market = options["market"] or _market_of(options)
    constants = {"shop_id": options["shop"], "account_id": options["account"]}
    said: dict[str, Any] = {"time_zone": options["time_zone"]}
    if market is not None:
        constants["currency"] = _currency_of(market)
        said["dates"] = "mdy" if market in _MONTH_FIRST else "dmy"
        said["time_zone"] = options["time_zone"] or zone_of_country(market) or None
    said = {key: value for key, value in said.items() if value is not None}
    return {**said, "constants": {field: value for field, value in constants.items() if value is not None}}


def _market_of(options: dict[str, Any]) -> str | None:
    """The market of the shop in the database; None if links are given as files, or the shop is not known."""
    if options["shop"] is None or options["links"]:
        return None
    from shoplink.store.read.names import markets_of  # noqa: PLC0415 (only with settings in place)

    return next(iter(markets_of([options["shop"]], [])), None)


def _currency_of(market: str) -> str | None:
    """The currency of a country of today. Fails if there is no such country."""
    if market not in COUNTRIES:
        fail(f"--market: found {market!r}; allowed: a country code of ISO 3166-1, such as GB")
    return next(iter(get_territory_currencies(market)), None)


def print_preset(context: click.Context, _: click.Parameter, name: str | None) -> None:
    """Print a preset, and end."""
    if name is None or context.resilient_parsing:
        return
    from shoplink.attribution.presets import PAID, PRESETS, preset_text  # noqa: PLC0415 (takes long to load)

    if name not in (*PRESETS, *PAID):
        fail(f"--print-preset: found {name!r}; allowed: {', '.join((*PRESETS, *PAID))}")
    click.echo(preset_text(name), nl=False)
    context.exit()
