"""The counts of a verification, kept up to date while it runs."""

from msgspec import Struct


class VerifyCounts(Struct):
    """How many events, rows of each kind and differences a verification has read so far."""

    events: int = 0
    shops: int = 0
    accounts: int = 0
    links: int = 0
    waivers: int = 0
    activations: int = 0
    members: int = 0
    tickets: int = 0
    products: int = 0
    contents: int = 0
    items: int = 0
    differences: int = 0
