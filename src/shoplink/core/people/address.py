"""An e-mail address that somebody typed or sent: what is one, and the form in which it is kept."""

import re
from typing import Any

from shoplink.core.parse import MalformedError
from shoplink.core.people.facts import EMAIL_LENGTH_MAX, EMAIL_PATTERN
from shoplink.core.values import shown

ADDRESS = f"an e-mail address of at most {EMAIL_LENGTH_MAX} characters"
"""What an address is, in English."""

_is_address = re.compile(EMAIL_PATTERN).fullmatch


def parse_address(given: Any) -> str:
    """An address without spaces around it, in lower case. Raises MalformedError, which names the field `email`."""
    address = given.strip().lower() if isinstance(given, str) else ""
    if len(address) > EMAIL_LENGTH_MAX or not _is_address(address):
        raise MalformedError.wrong("email", ADDRESS, None if given is None else shown(given))
    return address
