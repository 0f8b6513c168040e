"""Word a reason, a warning or an event in a language. Nothing else in the product makes these sentences."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple

from shoplink.core.events import Event
from shoplink.core.reasons import Reason
from shoplink.core.wire_format import to_plain
from shoplink.wording.events import EVENTS, SETTLEMENT_NAMES, WRITTEN
from shoplink.wording.help_reasons import REASONS_HELP
from shoplink.wording.language import Language
from shoplink.wording.sentences import (
    ENROLMENT_NAMES,
    REASONS,
    ROLE_NAMES,
    STATUS_NAMES,
    SUBJECT_NAMES,
    WARNINGS,
)
from shoplink.wording.text import Plural, Text


class ReasonText(NamedTuple):
    """The sentences of a reason: what is wrong, and what to do and where."""

    problem: str
    remedy: str


def _private(reason: Reason) -> str:
    return "private" if reason.params.get("private") else ""


def _which_dates(reason: Reason) -> str:
    if "happened_at" in reason.params:
        return "step" if reason.params["since"] else "future"
    return "" if reason.params["unlinked_at"] else "current"


_VARIANTS: dict[str, Callable[[Reason], str]] = {
    "account.under_age": _private,
    "account.status_not_normal": _private,
    "account.commerce_permission_revoked": _private,
    "link.date_out_of_order": _which_dates,
    "account.links_overlap": lambda reason: "" if reason.params["ended_at"] else "current",
    "account.region_mismatch": lambda reason: "uncorrectable" if reason.next_actor == "nobody" else "",
    "account.registration_mismatch": lambda reason: "uncorrectable" if reason.next_actor == "nobody" else "",
    "network.region_mismatch": lambda reason: "" if reason.params["network_region"] else "unknown",
    "account.already_linked": lambda reason: "own" if reason.params else "",
    "shop.slots_full": lambda reason: "" if reason.possible_at else "undated",
    "shop.link_quota_spent": lambda reason: (
        "undated" if reason.possible_at is None else "pending" if reason.params["pending"] else ""
    ),
    "member.last": lambda reason: "staff" if reason.params["place"] == "platform" else "",
    "ticket.beyond_support": lambda reason: "hidden" if reason.params.get("creator_can_see") else "",
}
"""By reason code, how the values of the reason choose among its wordings."""

_NAMES: dict[str, Mapping[str, str]] = {
    "role": ROLE_NAMES,
    "enrolment": ENROLMENT_NAMES,
    "link_status": STATUS_NAMES,
    "how": STATUS_NAMES,
    "settlement": SETTLEMENT_NAMES,
    "subject": SUBJECT_NAMES,
    "code": {code: topic.title for code, topic in REASONS_HELP.items()},
}
_AFTER_TIME = re.compile(r"(?<=\d:\d\d)(?=[\u4e00-\u9fff])")
_COUNTRIES = {"market", "region", "registered_in", "network_region"}


def say_reason(reason: Reason, language: Language, zone: tzinfo = UTC) -> ReasonText:
    """Word a reason, with its values; instants are in the reader's time zone."""
    variant = _VARIANTS[reason.code](reason) if reason.code in _VARIANTS else ""
    wording = REASONS[f"{reason.code}/{variant}" if variant else reason.code]
    params = {**reason.params, "possible_at": reason.possible_at, "possible_on": reason.possible_at}
    if "pending" in params:
        params["linked"] = params["used"] - params["pending"]
    return ReasonText(*(fill_in(text, params, language, zone) for text in wording))


def say_warning(code: str, language: Language) -> str:
    """Word what will hold the link in review, by the code of the reason."""
    return language.text(WARNINGS[code])


def say_event(event: Event, language: Language, zone: tzinfo = UTC) -> str:
    """Word an event, with what its issuer wrote; a video or live without a title is called by its id."""
    fields = to_plain(event)
    fields.setdefault("title", fields.get("content_id"))
    sentence = fill_in(EVENTS[fields["type"]], fields, language, zone)
    return ("" if language.tag == "zh" else " ").join(
        [sentence, *say_written(event, language, EVENTS[fields["type"]])]
    )


def say_written(event: Event, language: Language, sentence: str = "") -> list[str]:
    """What one side wrote to the other with an event: a sentence for each field that the given one leaves out."""
    return [
        fill_in(text, {name: written}, language, UTC)
        for name, text in WRITTEN.items()
        if (written := getattr(event, name, None)) is not None and f"{{{name}}}" not in sentence
    ]


def fill_in(text: Text, params: Mapping[str, Any], language: Language, zone: tzinfo) -> str:
    """A text in a language, with its parameters in the language's forms."""
    template = language.text(text, params[text.by]) if isinstance(text, Plural) else language.text(text)
    filled = template.format_map(
        {name: _worded(name, value, language, zone) for name, value in params.items()}
    )
    # Chinese has no space before 北京时间, and one between a time and the word behind it.
    return (
        _AFTER_TIME.sub(" ", filled.replace("于 北京时间", "于北京时间")) if language.tag == "zh" else filled
    )


def _worded(name: str, value: Any, language: Language, zone: tzinfo) -> Any:
    """A parameter in the language's form."""
    if isinstance(value, datetime):
        return language.date(value, zone) if name.endswith("_on") else language.instant(value, zone)
    if isinstance(value, list | tuple):
        return ", ".join(value)
    if name in _COUNTRIES and value is not None:
        return language.country(value)
    if name in _NAMES:
        return language.text(_NAMES[name][value])
    return value
