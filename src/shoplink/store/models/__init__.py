"""The tables, one module per part of the product. Only this package's neighbours in `store` touch their rows."""

from shoplink.store.models.linking import (
    Account,
    Activation,
    ApiKey,
    Event,
    Link,
    Refusal,
    RulebookText,
    Shop,
    StoredAnswer,
    Waiver,
)
from shoplink.store.models.tally import Tallied, Tally

__all__ = [
    "Account",
    "Activation",
    "ApiKey",
    "Event",
    "Link",
    "Refusal",
    "RulebookText",
    "Shop",
    "StoredAnswer",
    "Tallied",
    "Tally",
    "Waiver",
]
