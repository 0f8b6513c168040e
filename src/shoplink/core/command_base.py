"""The fields that every command has."""

import re
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from shoplink.core.facts import Actor, Id, ShortText

LongText = Annotated[str, Meta(pattern=r"\A[^\x00]*\Z")]
"""Text of any length, without NUL, which no database stores."""


class Command(
    Struct,
    frozen=True,
    kw_only=True,
    gc=False,
    forbid_unknown_fields=True,
    tag_field="command",
    tag=lambda name: re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(),
):
    """A command: the instant it is given at, who acts, an idempotency key, and free text about it."""

    at: datetime
    by: Actor | None = None
    key: ShortText | None = None
    about: LongText | None = None


class PairCommand(Command, frozen=True):
    """A command that names its link by shop and account."""

    shop_id: Id
    account_id: Id
