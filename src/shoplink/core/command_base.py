"""The fields that every command has."""

import re
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from shoplink.core.facts import Actor, Id, ShortText
from shoplink.core.values import LongText


class Command(
    Struct,
    frozen=True,
    kw_only=True,
    gc=False,
    forbid_unknown_fields=True,
    tag_field="command",
    tag=lambda name: re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(),
):
    """A command: the instant it is given at, who acts, an idempotency key, and free text about it.

    `EXACTLY_ONE_OF` names fields of which exactly one has a value.
    """

    EXACTLY_ONE_OF: ClassVar[tuple[str, ...]] = ()

    at: datetime
    by: Actor | None = None
    key: ShortText | None = None
    about: LongText | None = None


class PairCommand(Command, frozen=True):
    """A command that names its link by shop and account."""

    shop_id: Id
    account_id: Id


class PrivateCommand(Command, frozen=True):
    """A command that carries words or addresses of people, in the fields that `PRIVATE` names.

    These fields are in no event, no stored answer and no stored refusal.
    """

    PRIVATE: ClassVar[frozenset[str]] = frozenset()


def without_private_fields(command: Command) -> Command | dict[str, Any]:
    """What may be stored of a command: the command, or the other fields of one that carries words or addresses."""
    if not isinstance(command, PrivateCommand):
        return command
    fields: dict[str, Any] = msgspec.to_builtins(command)
    return {name: value for name, value in fields.items() if name not in command.PRIVATE}
