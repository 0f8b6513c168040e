"""The body that has a platform's lists of current links: its description, and how it is read."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar, get_args

from shoplink.api.http.schema import ID, INSTANT
from shoplink.core.facts import Actor, Ending
from shoplink.core.instant import parse_instant
from shoplink.core.mirror.compare import ListedLink, ListedState, Reply
from shoplink.core.parse import Fault, MalformedError, fault_of, unknown, wrong
from shoplink.core.values import (
    HANDLE,
    LINE,
    WrongValueError,
    read_handle,
    read_id,
    read_instant,
    read_line,
    shown,
)
from shoplink.core.values import ID as ID_ALLOWED
from shoplink.core.values import INSTANT as INSTANT_ALLOWED
from shoplink.flows.mirror.take import GivenLists, Replies

LINKS_MAX = 10_000
SHOPS_MAX = 500
_DAY = r"^\d{4}-\d\d-\d\d$"
_DAY_CHARACTERS = len("2024-11-11")

T = TypeVar("T")


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [*required],
        "additionalProperties": False,
    }


_ROLES = ("official", "marketing")
_LINK = {
    "account_id": {**ID, "description": "The account; or `handle`."},
    "handle": {"type": "string", "minLength": 1, "maxLength": 64, "description": "Whose handle is it then."},
    "role": {"type": "string", "enum": [*_ROLES]},
    "state": {"type": "string", "enum": [*get_args(ListedState)], "description": "Left out: linked."},
    "since": {
        "anyOf": [
            INSTANT,
            {"type": "string", "pattern": _DAY, "description": "A day, wherever its clock is."},
        ],
        "description": "Since when it is in its state; linked, for one that asks to be unlinked.",
    },
}
_SHOP = {
    "shop_id": ID,
    "links": {"type": "array", "maxItems": LINKS_MAX, "items": _object(_LINK, "role")},
    "empty_is_right": {
        "type": "boolean",
        "description": "That there is no link, where `links` is empty. Left out: false.",
    },
}
_REPLY = {
    "shop_id": ID,
    "account_id": ID,
    "leave_out": {"type": "boolean", "description": "It stays an open question. Left out: false."},
    "at": {**INSTANT, "description": "When it happened, within what is asked."},
    "how": {"type": "string", "enum": [*get_args(Ending)], "description": "How a link ended."},
}
# No `default`: makers of TypeScript types would take it that a request must have such a field.
BODY = {
    **_object(
        {
            "as_of": {**INSTANT, "description": "When the platform showed these lists."},
            "shops": {
                "type": "array",
                "minItems": 1,
                "maxItems": SHOPS_MAX,
                "items": _object(_SHOP, "shop_id", "links"),
                "description": f"For each shop the complete list of its current links; {LINKS_MAX:,} in all.",
            },
            "source": {
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "description": "Where they were seen.",
            },
            "dry_run": {"type": "boolean", "description": "Only what would be recorded. Left out: false."},
            "others": {
                "type": "string",
                "enum": ["certain", "likeliest"],
                "description": "What of the differences without a reply is recorded: what needs no question, or the likeliest"
                " of everything. Left out: certain.",
            },
            "replies": {
                "type": "array",
                "maxItems": LINKS_MAX,
                "items": _object(_REPLY, "shop_id", "account_id"),
                "description": "What is said of single differences.",
            },
        },
        "as_of",
        "shops",
    ),
    "description": "What a platform that decides shows of the current links of shops.",
}
"""The JSON Schema of the body."""


_ALLOWED = {
    "account_id": ID_ALLOWED,
    "as_of": INSTANT_ALLOWED,
    "at": INSTANT_ALLOWED,
    "handle": HANDLE,
    "shop_id": ID_ALLOWED,
    "since": INSTANT_ALLOWED,
    "source": LINE,
}


class ListsReader:
    """Reads a body, and collects what is wrong with it."""

    def __init__(self, body: dict[str, Any]) -> None:
        """`body`: any JSON object."""
        self._faults: list[Fault] = []
        self._body = body
        self._count = 0

    def read(self, by: Actor) -> tuple[GivenLists, Replies, bool]:
        """The lists, what is said of their differences, and whether that is a dry run. Raises MalformedError."""
        body = self._known(self._body, BODY, "")
        as_of = self._one(body, "", "as_of", read_instant, required=True)
        source = self._one(body, "", "source", read_line)
        dry_run = self._flag(body, "", "dry_run")
        others = self._choice(body, "", "others", ("certain", "likeliest")) or "certain"
        shops: dict[str, list[ListedLink]] = {}
        empty = set()
        for path, fields in self._objects(body, "", "shops", _object(_SHOP), required=True):
            shop_id = self._one(fields, path, "shop_id", read_id, required=True)
            links = [
                self._link(*one)
                for one in self._objects(fields, path, "links", _object(_LINK), required=True)
            ]
            if shop_id in shops:
                self._faults.append(wrong(f"{path}shop_id", "each shop once", shown(shop_id)))
            if shop_id is not None:
                shops[shop_id] = [one for one in links if one is not None]
                if self._flag(fields, path, "empty_is_right"):
                    empty.add(shop_id)
        if not shops and not self._faults:
            self._faults.append(wrong("shops", "at least one shop", "[]"))
        of_pairs = dict(
            found
            for one in self._objects(body, "", "replies", _object(_REPLY))
            if (found := self._reply(*one)) is not None
        )
        if self._faults or as_of is None:
            raise MalformedError(self._faults)
        return (
            GivenLists(as_of, shops, by, source, frozenset(empty)),
            Replies(of_pairs, "likeliest" if others == "likeliest" else "certain"),
            dry_run,
        )

    def _link(self, path: str, fields: Mapping[str, Any]) -> ListedLink | None:
        self._count += 1
        if self._count == LINKS_MAX + 1:
            self._faults.append(wrong("shops", f"at most {LINKS_MAX} links in all", "more"))
        account_id = self._one(fields, path, "account_id", read_id)
        handle = self._one(fields, path, "handle", read_handle)
        if (fields.get("account_id") is None) == (fields.get("handle") is None):
            names = "account_id, handle"
            self._faults.append(
                Fault("exactly one of {names} must be given", f"{path}account_id", {"names": names})
            )
        role = self._choice(fields, path, "role", _ROLES, required=True)
        state = self._choice(fields, path, "state", get_args(ListedState)) or "linked"
        since = self._one(fields, path, "since", _read_since)
        if role is None:
            return None
        at, is_day = since or (None, False)
        return ListedLink(
            account_id,
            "official" if role == "official" else "marketing",
            next(one for one in get_args(ListedState) if one == state),
            at,
            is_day,
            handle,
        )

    def _reply(self, path: str, fields: Mapping[str, Any]) -> tuple[tuple[str, str], Reply | None] | None:
        shop_id = self._one(fields, path, "shop_id", read_id, required=True)
        account_id = self._one(fields, path, "account_id", read_id, required=True)
        at = self._one(fields, path, "at", read_instant)
        how = self._choice(fields, path, "how", get_args(Ending))
        out = self._flag(fields, path, "leave_out")
        if shop_id is None or account_id is None:
            return None
        ending: Ending | None = next((one for one in get_args(Ending) if one == how), None)
        return (shop_id, account_id), None if out else Reply(at, ending)

    def _objects(
        self,
        fields: Mapping[str, Any],
        path: str,
        name: str,
        schema: Mapping[str, Any],
        *,
        required: bool = False,
    ) -> Iterable[tuple[str, Mapping[str, Any]]]:
        """The objects in a field, each with its path."""
        value, most = fields.get(name), SHOPS_MAX if name == "shops" else LINKS_MAX
        if value is None and not required:
            return
        if not isinstance(value, list) or len(value) > most:
            found = None if value is None else shown(value)
            self._faults.append(wrong(f"{path}{name}", f"a list of at most {most} objects", found))
            return
        for number, one in enumerate(value):
            at = f"{path}{name}[{number}]"
            if isinstance(one, dict):
                yield f"{at}.", self._known(one, schema, f"{at}.")
            else:
                self._faults.append(wrong(at, "an object", shown(one)))

    def _known(self, fields: dict[str, Any], schema: Mapping[str, Any], path: str) -> Mapping[str, Any]:
        known = schema["properties"]
        self._faults += [
            unknown(f"{path}{name}", [*known], "this body") for name in fields if name not in known
        ]
        return fields

    def _one(
        self,
        fields: Mapping[str, Any],
        path: str,
        name: str,
        read: Callable[[str], T],
        *,
        required: bool = False,
    ) -> T | None:
        """The value of a text; None where it is missing or wrong."""
        value = fields.get(name)
        field = f"{path}{name}"
        if value is None and not required:
            return None
        try:
            if isinstance(value, str):
                return read(value)
            raise WrongValueError(value, _ALLOWED[name])  # noqa: TRY301 (as what its grammar refuses)
        except WrongValueError as error:
            self._faults.append(wrong(field, _ALLOWED[name]) if value is None else fault_of(field, error))
            return None

    def _choice(
        self,
        fields: Mapping[str, Any],
        path: str,
        name: str,
        known: tuple[str, ...],
        *,
        required: bool = False,
    ) -> str | None:
        value = fields.get(name)
        if value is None and not required:
            return None
        if value not in known:
            found = None if value is None else shown(value)
            self._faults.append(wrong(f"{path}{name}", " | ".join(known), found))
            return None
        return str(value)

    def _flag(self, fields: Mapping[str, Any], path: str, name: str) -> bool:
        value = fields.get(name)
        if value is not None and not isinstance(value, bool):
            self._faults.append(wrong(f"{path}{name}", "true or false", shown(value)))
        return value is True


def _read_since(text: str) -> tuple[datetime, bool]:
    """An instant, or a day. Raises WrongValueError."""
    is_day = len(text) == _DAY_CHARACTERS
    try:
        return parse_instant(f"{text}T00:00:00Z" if is_day else text), is_day
    except ValueError:
        raise WrongValueError(text, INSTANT_ALLOWED) from None
