"""The rulebook: every number and list that is policy, each with the sentence of its source."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from shoplink.core.facts import Enrolment, Market, Role, Side
from shoplink.core.reasons import CATALOGUE, Subject
from shoplink.core.values import COUNTRIES, COUNTRY, LINE, is_line, shown
from shoplink.core.values.toml import TomlError, read_toml

Number = Annotated[int, Meta(ge=0, le=1_000_000)]
Positive = Annotated[int, Meta(ge=1, le=1_000_000)]


class Slots(Struct, frozen=True, forbid_unknown_fields=True):
    """The number of live links that a shop may have in each role."""

    official: Number
    marketing: Number

    def of(self, role: Role) -> int:
        """The number of slots of one role."""
        return self.official if role == "official" else self.marketing


class Quota(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """At most `limit` links in any `days` days (a rolling window)."""

    limit: Positive
    days: Positive

    @cached_property
    def window(self) -> timedelta:
        """The window as a duration."""
        return timedelta(days=self.days)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The parameters of a rulebook, as they are in its file."""

    slots_open: Slots
    slots_invited: Slots
    invitation_hours: Positive
    minimum_link_age_hours: Number
    official_unlinks_per_shop: Number
    marketing_links_per_shop: Quota | Literal["no limit"]
    marketing_links_per_account: Quota | Literal["no limit"]
    shop_may_unlink_alone: bool
    minimum_age_years: Annotated[int, Meta(ge=0, le=150)]
    unlink_answer_days: Positive | Literal["stays open"]
    network_asked_of: frozenset[Side]
    uncorrectable_regions: frozenset[Market]
    affiliate_followers_minimum: Number
    official_may_promote_other_shops: bool
    marketing_may_promote_other_shops: bool
    waivable_for_shop: frozenset[str]
    waivable_for_account: frozenset[str]


def _waivable(subject: Subject) -> str:
    return ", ".join(entry.code for entry in CATALOGUE.values() if subject in entry.waivable_for)


_SLOTS = "{ official = 0…1000000, marketing = 0…1000000 }"
_QUOTA = '{ limit = 1…1000000, days = 1…1000000 } or "no limit"'
ALLOWED_VALUES: dict[str, str] = {
    "slots_open": _SLOTS,
    "slots_invited": _SLOTS,
    "invitation_hours": "1…1000000",
    "minimum_link_age_hours": "0…1000000",
    "official_unlinks_per_shop": "0…1000000",
    "marketing_links_per_shop": _QUOTA,
    "marketing_links_per_account": _QUOTA,
    "shop_may_unlink_alone": "true or false",
    "minimum_age_years": "0…150",
    "unlink_answer_days": '1…1000000 or "stays open"',
    "network_asked_of": 'any of "shop", "creator"',
    "uncorrectable_regions": f"for each, {COUNTRY}",
    "affiliate_followers_minimum": "0…1000000",
    "official_may_promote_other_shops": "true or false",
    "marketing_may_promote_other_shops": "true or false",
    "waivable_for_shop": f"any of {_waivable('shop')}",
    "waivable_for_account": f"any of {_waivable('account')}",
}
"""What each parameter may be, in English."""


class Rulebook(Struct, frozen=True):
    """One set of rules.

    `digest` is the SHA-256 of the text it was read from. `sources` holds the sentence that each parameter comes from.
    `effective_from` holds, by market or for `default`, the instant at which the source says that the rules start.
    """

    name: str
    digest: str
    effective_from: dict[str, datetime]
    parameters: Parameters
    sources: dict[str, str]
    invitation_ttl: timedelta
    minimum_link_age: timedelta
    unlink_answer_ttl: timedelta | None
    links_per_shop: Quota | None
    links_per_account: Quota | None

    def slots(self, enrolment: Enrolment, role: Role) -> int:
        """The number of live links in a role that a shop of this enrolment may have (R5, R6)."""
        return (self.parameters.slots_open if enrolment == "open" else self.parameters.slots_invited).of(role)

    def may_be_waived(self, code: str, subject: Subject) -> bool:
        """Whether support may exempt a subject of this kind from this reason (R27)."""
        waivable = (
            self.parameters.waivable_for_shop if subject == "shop" else self.parameters.waivable_for_account
        )
        return code in waivable


class RulebookError(ValueError):
    """A rulebook file that cannot be used; the text names the file, the key, what was found and what is allowed."""

    def __init__(self, file: str, key: str, found: str, allowed: str) -> None:
        """Build the sentence from its four parts."""
        super().__init__(f"{file}: {key}: found {found}; allowed: {allowed}")


def parse_rulebook(text: str, file: str) -> Rulebook:
    """Parse a TOML text as a rulebook; errors call it `file`.

    Raises RulebookError for an unknown or missing key, a wrong type or a value that is not allowed.
    """
    try:
        document = read_toml(text)
    except TomlError as error:
        raise RulebookError(file, "(syntax)", str(error), "TOML 1.0") from None
    name = document.pop("name", None)
    if not isinstance(name, str) or not is_line(name):
        raise RulebookError(file, "name", _shown(name), LINE)
    effective_from = _effective_from(document.pop("effective_from", None), file)
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for key, table in document.items():
        if key not in ALLOWED_VALUES:
            raise RulebookError(
                file, key, "an unknown key", ", ".join(["name", "effective_from", *ALLOWED_VALUES])
            )
        values[key], sources[key] = _parameter(key, table, file)
    for key, allowed in ALLOWED_VALUES.items():
        if key not in values:
            raise RulebookError(file, key, "nothing", f"value = {allowed}, and its source")
    parameters = Parameters(**values)
    answer_days = parameters.unlink_answer_days
    return Rulebook(
        name=name,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        effective_from=effective_from,
        parameters=parameters,
        sources=sources,
        invitation_ttl=timedelta(hours=parameters.invitation_hours),
        minimum_link_age=timedelta(hours=parameters.minimum_link_age_hours),
        unlink_answer_ttl=timedelta(days=answer_days) if isinstance(answer_days, int) else None,
        links_per_shop=_limited(parameters.marketing_links_per_shop),
        links_per_account=_limited(parameters.marketing_links_per_account),
    )


def differences(old: Rulebook, new: Rulebook) -> Iterator[tuple[str, Any, Any]]:
    """Yield each parameter that differs between two rulebooks, with its old and new value."""
    for key in ALLOWED_VALUES:
        before, after = getattr(old.parameters, key), getattr(new.parameters, key)
        if before != after:
            yield key, before, after


def _limited(quota: Quota | Literal["no limit"]) -> Quota | None:
    return quota if isinstance(quota, Quota) else None


def _shown(value: object) -> str:
    return "nothing" if value is None else shown(value)


def _effective_from(table: object, file: str) -> dict[str, datetime]:
    allowed = f"a table with an instant with offset for default or a market ({COUNTRY})"
    if not isinstance(table, dict) or not table:
        raise RulebookError(file, "effective_from", _shown(table), allowed)
    starts = {}
    for market, instant in table.items():
        known = market == "default" or market in COUNTRIES
        start = _in_utc(instant) if known else None
        if start is None:
            raise RulebookError(file, f"effective_from.{market}", _shown(instant), allowed)
        starts[market] = start
    return starts


def _in_utc(instant: object) -> datetime | None:
    """Convert an instant with an offset to UTC; None for anything else."""
    if not isinstance(instant, datetime) or instant.tzinfo is None:
        return None
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        return None


def _parameter(key: str, table: object, file: str) -> tuple[object, str]:
    if not isinstance(table, dict) or table.keys() != {"value", "source"}:
        raise RulebookError(file, key, _shown(table), "a table with exactly `value` and `source`")
    source = table["source"]
    if not isinstance(source, str) or not source.strip():
        raise RulebookError(file, f"{key}.source", _shown(source), "the sentence that the value comes from")
    try:
        value = msgspec.convert(table["value"], Parameters.__annotations__[key])
    except msgspec.ValidationError:
        raise RulebookError(file, f"{key}.value", _shown(table["value"]), ALLOWED_VALUES[key]) from None
    if key == "uncorrectable_regions":
        for code in value:
            if code not in COUNTRIES:
                raise RulebookError(file, f"{key}.value", shown(code), ALLOWED_VALUES[key])
    if key in {"waivable_for_shop", "waivable_for_account"}:
        subject: Subject = "shop" if key == "waivable_for_shop" else "account"
        for code in value:
            if code not in CATALOGUE or subject not in CATALOGUE[code].waivable_for:
                raise RulebookError(file, f"{key}.value", repr(code), ALLOWED_VALUES[key])
    return value, source
