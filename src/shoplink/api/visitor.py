"""Where the acting person's network is: said by the caller, or looked up from the address it saw."""

from typing import Any

from shoplink.core import COMMANDS
from shoplink.core.parse import MalformedError
from shoplink.network import country_of

ADDRESS = "an IPv4 or IPv6 address"


def with_network_region(fields: dict[str, Any]) -> dict[str, Any]:
    """A command's fields with `client_ip` replaced by the `network_region` that it is in; null if unknown.

    Only the country goes on from here; the address is kept nowhere. Raises MalformedError.
    """
    kind = COMMANDS.get(str(fields.get("command")))
    if "client_ip" not in fields or kind is None or "network_region" not in kind.__struct_fields__:
        return fields
    address, others = (
        fields["client_ip"],
        {name: value for name, value in fields.items() if name != "client_ip"},
    )
    if "network_region" in others:
        raise MalformedError(
            "exactly one of {names} must be there", "client_ip", names="client_ip, network_region"
        )
    try:
        return {**others, "network_region": country_of(str(address))}
    except ValueError:
        raise MalformedError.wrong("client_ip", ADDRESS, repr(address)) from None
