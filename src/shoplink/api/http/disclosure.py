"""What a key may learn: of an account from a decision, and of persons from any answer."""

from collections.abc import Iterable
from typing import Any

import msgspec
from django.http import HttpRequest

from shoplink.api.http.problem import language_of, with_sentences
from shoplink.api.http.request import key_of
from shoplink.core import Command, Reason, wire
from shoplink.core.commands import PairCommand
from shoplink.core.disclosure import (
    CONFIDENTIAL,
    DATED,
    PERSON,
    PERSONAL,
    Disclosure,
    disclose,
    fields_of_persons,
    redact_date,
)
from shoplink.core.wire_format import read_reason
from shoplink.flows.look import look_at_pair
from shoplink.wording import Language

_MARKS = tuple(f'"{name}"'.encode() for name in sorted(PERSONAL | DATED | {PERSON}))


def disclose_to_key(request: HttpRequest, command: Command, reasons: Iterable[Reason]) -> Disclosure:
    """The reasons of a decision that a request's key may learn (domain.md section 5).

    A key that may read every account is told all of them. One that only acts for a shop learns of an account what the
    shop's console shows, which needs a look at the pair's link if one of the reasons is confidential.
    """
    reasons, by = tuple(reasons), command.by
    assert by is not None, "a command over the API says by whom"
    if "read" in key_of(request).scopes or not any(reason.code in CONFIDENTIAL for reason in reasons):
        return Disclosure(reasons, creator_can_see=False)
    assert isinstance(command, PairCommand), (
        "only a command on a shop and an account is refused for the account's record"
    )
    pair = command.shop_id, command.account_id
    return disclose(by, look_at_pair(*pair).world.link(*pair), reasons)


def withhold_from_key(request: HttpRequest, answer: bytes) -> bytes:
    """A JSON answer as a request's key may learn it: fields of persons are for the scope `personal`.

    Without it, an object that has such a field loses it, and names it in `withheld`; a reason does not say when
    somebody comes of age. A field that is null stays. Every answer to a key goes through here.
    """
    if "personal" in key_of(request).scopes or not any(mark in answer for mark in _MARKS):
        return answer
    return msgspec.json.encode(_withhold(msgspec.json.decode(answer), language_of(request)))


def _withhold(value: Any, language: Language) -> Any:
    if isinstance(value, list):
        return [_withhold(each, language) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("code") in DATED and value.get("possible_at") is not None:
        (redacted,) = with_sentences([wire(redact_date(read_reason(value)))], language)
        return {**value, **{name: each for name, each in redacted.items() if name in value}}
    personal = fields_of_persons(value)
    kept = {
        name: _withhold(each, language)
        for name, each in value.items()
        if name not in personal or each is None
    }
    withheld = sorted(value.keys() - kept.keys())
    return {**kept, "withheld": withheld} if withheld else kept
