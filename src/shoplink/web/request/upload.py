"""Permits to send a file: a page puts one into the address of its form, so that the front door lets the file in.

The front door reads a body before anybody knows who sends it. A stranger has no permit, and so no room on the disk.
"""

from urllib.parse import parse_qs, urlencode

from django.core.signing import BadSignature, TimestampSigner

_FIELD = "permit"
_VALID_SECONDS = 12 * 3_600


def permitted(path: str) -> str:
    """The address of a form that may send a file to this path within half a day."""
    return f"{path}?{urlencode({_FIELD: _signer().sign(path).rpartition(path)[2]})}"


def may_permit(query: bytes) -> bool:
    """Whether a query may hold a permit at all; quick, as every request is asked."""
    return query.startswith(b"permit=")


def is_permitted(path: str, query: str) -> bool:
    """Whether the query of a request to this path holds a permit for it."""
    try:
        _signer().unsign(path + parse_qs(query)[_FIELD][0], max_age=_VALID_SECONDS)
    except (BadSignature, KeyError):
        return False
    return True


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="shoplink.upload")
