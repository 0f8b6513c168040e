"""The name of the device that a request came from."""

from ua_parser import parse

_LENGTH_MAX = 200


def device_name(user_agent: str) -> str:
    """The browser and the system that a User-Agent header names, as `Chrome · Windows`; the header if it names none."""
    header = user_agent[:_LENGTH_MAX]
    parsed = parse(header)
    return " · ".join(each.family for each in (parsed.user_agent, parsed.os) if each) or header
