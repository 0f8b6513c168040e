"""The secret key and its fallbacks, from the environment; docs/reference/settings.md lists the settings."""

import math
import string
from collections.abc import Mapping

# 32 bytes as URL-safe base64 are 43 characters of 6 bits, less the last bits of the last one.
_BITS_LEAST = 255
_DIFFERENT_LEAST = 10
_ALPHABETS = (string.digits, string.hexdigits.lower(), string.ascii_letters + string.digits + "-_+/")


def secret_keys(environment: Mapping[str, str]) -> tuple[str, list[str]]:
    """The key that signs and encrypts, and the earlier keys that still verify and decrypt, the newest first.

    The key may be missing: subcommands read or create the one in the file `secret-key`. Raises ValueError for a key
    that is shorter than 32 random bytes; the message does not repeat it.
    """
    key = environment.get("SHOPLINK_SECRET_KEY", "")
    fallbacks = [each for each in environment.get("SHOPLINK_SECRET_KEY_FALLBACKS", "").split(",") if each]
    if key:
        _require_strength("SHOPLINK_SECRET_KEY", key)
    for each in fallbacks:
        _require_strength("SHOPLINK_SECRET_KEY_FALLBACKS", each)
    return key, fallbacks


def _require_strength(name: str, key: str) -> None:
    alphabet = next((each for each in _ALPHABETS if set(key) <= set(each)), string.printable)
    bits = len(key) * math.log2(len(alphabet))
    if bits < _BITS_LEAST or len(set(key)) < _DIFFERENT_LEAST:
        raise ValueError(
            f"{name}: found {len(key)} characters; allowed: at least 32 random bytes,"
            " for example the output of `openssl rand -base64 32`"
        )
