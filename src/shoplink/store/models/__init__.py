"""The tables, one module per part of the product. Only `store` reads and writes their rows."""

from shoplink.store.models.commerce import Content, Item, OnSale, Product
from shoplink.store.models.linking import (
    Account,
    Activation,
    ApiKey,
    Event,
    Handle,
    Link,
    Refusal,
    RulebookText,
    Shop,
    StoredAnswer,
    Waiver,
)
from shoplink.store.models.lookup import LookUp
from shoplink.store.models.marker import Marker, Sandbox
from shoplink.store.models.message import CalendarAddress, MailChoice, Message, NotificationProgress
from shoplink.store.models.mirror import Mirror
from shoplink.store.models.order_run import OrderRun
from shoplink.store.models.people import (
    Attempt,
    MemberInvitation,
    Membership,
    Person,
    SecondFactorReset,
    SignInLink,
)
from shoplink.store.models.search import SearchTerm
from shoplink.store.models.settlement import Settlement
from shoplink.store.models.tally import Tally, TallyProgress
from shoplink.store.models.ticket import Ticket, TicketMessage, TicketNote
from shoplink.store.models.webhook import WebhookAttempt, WebhookEndpoint, WebhookSend

__all__ = [
    "Account",
    "Activation",
    "ApiKey",
    "Attempt",
    "CalendarAddress",
    "Content",
    "Event",
    "Handle",
    "Item",
    "Link",
    "LookUp",
    "MailChoice",
    "Marker",
    "MemberInvitation",
    "Membership",
    "Message",
    "Mirror",
    "NotificationProgress",
    "OnSale",
    "OrderRun",
    "Person",
    "Product",
    "Refusal",
    "RulebookText",
    "Sandbox",
    "SearchTerm",
    "SecondFactorReset",
    "Settlement",
    "Shop",
    "SignInLink",
    "StoredAnswer",
    "Tally",
    "TallyProgress",
    "Ticket",
    "TicketMessage",
    "TicketNote",
    "Waiver",
    "WebhookAttempt",
    "WebhookEndpoint",
    "WebhookSend",
]
