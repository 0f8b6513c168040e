"""Whom a body is about: exactly one shop or one account, by its id."""

from typing import Any

from shoplink.core.parse import MalformedError, is_id
from shoplink.flows.people.sign_in_link import Subject
from shoplink.wording.input_errors import ID

_SUBJECTS: dict[str, Subject] = {"shop_id": "shop", "account_id": "creator"}
_ID = {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,64}$"}


def subject_body(description: str, *, required: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """The JSON Schema of a body that names one shop or account, and has `more` fields, some of them required."""
    return {
        "type": "object",
        "description": description,
        "properties": {**dict.fromkeys(_SUBJECTS, _ID), **more},
        "oneOf": [{"required": [name, *required]} for name in _SUBJECTS],
        "additionalProperties": False,
    }


def read_subject(fields: dict[str, Any], *others: str) -> tuple[Subject, str]:
    """The kind and the id of whom a body is about; `others` are the fields it may have besides. Raises MalformedError."""
    for name in fields:
        if name not in {*_SUBJECTS, *others}:
            raise MalformedError("unknown field {name}; it is not part of this body", name, name=repr(name))
    given = [name for name in _SUBJECTS if fields.get(name) is not None]
    if len(given) != 1:
        raise MalformedError("exactly one of {names} must be there", "account_id", names=", ".join(_SUBJECTS))
    subject_id = fields[given[0]]
    if not isinstance(subject_id, str) or not is_id(subject_id):
        raise MalformedError.wrong(given[0], ID.en, repr(subject_id))
    return _SUBJECTS[given[0]], subject_id
