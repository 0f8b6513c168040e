"""The events about who may sign in, with what, and which keys programs have. They change no membership."""

from datetime import datetime

from shoplink.core.event_base import SideEvent


class PersonAccessEvent(SideEvent, frozen=True, kw_only=True):
    """An event about whether a person may sign in, and with what."""

    person_id: str


class AccessBlocked(PersonAccessEvent, frozen=True, kw_only=True, tag="access.blocked"):
    """A person can no longer sign in; each place that they left is an event of its own."""


class AccessRestored(PersonAccessEvent, frozen=True, kw_only=True, tag="access.restored"):
    """A person can sign in again."""


class SecondFactorResetRequested(
    PersonAccessEvent, frozen=True, kw_only=True, tag="second_factor.reset_requested"
):
    """A person's second factors are to be removed at an instant, unless one of them stops that before."""

    takes_effect_at: datetime


class SecondFactorResetStopped(
    PersonAccessEvent, frozen=True, kw_only=True, tag="second_factor.reset_stopped"
):
    """The person has stopped the reset; their second factors stay."""


class SecondFactorReset(PersonAccessEvent, frozen=True, kw_only=True, tag="second_factor.reset"):
    """A person's second factors were removed."""


class KeyEvent(SideEvent, frozen=True, kw_only=True):
    """An event about a key of the API."""

    key_id: str


class KeyCreated(KeyEvent, frozen=True, kw_only=True, tag="api_key.created"):
    """A key was created, with these scopes."""

    scopes: tuple[str, ...]


class KeyRevoked(KeyEvent, frozen=True, kw_only=True, tag="api_key.revoked"):
    """A key was revoked."""


AnyAccessEvent = (
    AccessBlocked
    | AccessRestored
    | SecondFactorResetRequested
    | SecondFactorResetStopped
    | SecondFactorReset
    | KeyCreated
    | KeyRevoked
)
