"""Store refusals with every reason. A refusal is not an event: it changes nothing, and it is deleted in time."""

from collections.abc import Iterable, Sequence

import msgspec

from shoplink.core import Reason
from shoplink.core.command_base import Command, without_private_fields
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import insert

_encode = msgspec.json.Encoder().encode


def save_refusals(refused: Iterable[tuple[Command, Sequence[Reason]]]) -> None:
    """Store refused commands, without what they carry of people, and every reason."""
    given = [
        (
            to_micros(command.at),
            command.__struct_config__.tag,
            getattr(command, "shop_id", None),
            getattr(command, "account_id", None),
            command.by.kind if command.by else "",
            command.by.id if command.by else "",
            _encode({"command": without_private_fields(command), "reasons": reasons}).decode(),
        )
        for command, reasons in refused
    ]
    types = {"shop_id": "text", "account_id": "text", "by_kind": "text", "by_id": "text", "data": "text"}
    insert("refusal", given, at="bigint", command="text", **types)
