"""Events to send, endpoints to send them to, and a clock that the tests move."""

from datetime import UTC, datetime, timedelta

from shoplink.flows.webhook import endpoints as flow
from shoplink.flows.webhook.loop import send_all
from shoplink.store.webhook import queue
from shoplink.store.webhook.endpoints import Endpoint, one_endpoint
from shoplink.store.webhook.queue import Attempt
from shoplink.store.write.feed import number_events
from tests.store.commands import execute_accepted, invite, put_account, put_shop


class Clock:
    """The present, until it is moved."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, **time: float) -> None:
        self.at += timedelta(**time)


def record(*shop_ids: str) -> None:
    """Shops, each with one event in the feed."""
    execute_accepted(*(put_shop(shop_id) for shop_id in shop_ids))
    number_events()


def invited(shop_id: str, account_id: str) -> None:
    """A shop that invites an account: three events."""
    execute_accepted(put_shop(shop_id), put_account(account_id))
    execute_accepted(invite(shop_id, account_id))
    number_events()


def endpoint(url: str, shop_id: str | None = None, *types: str) -> tuple[str, str]:
    """A new endpoint: its id and its secret."""
    made = flow.make_endpoint(shop_id, url, types, "")
    assert not isinstance(made, str), made
    return made[0].endpoint_id, made[1]


def stored(endpoint_id: str) -> Endpoint:
    found = one_endpoint(endpoint_id)
    assert found is not None
    return found


def attempts(endpoint_id: str) -> list[Attempt]:
    """The attempts, the oldest first."""
    return [attempt for _, attempt in reversed(queue.page_of_attempts(endpoint_id, 1_000, None))]


def send(now: Clock | None = None) -> None:
    """Send what is due at an instant, or now."""
    send_all(now)
