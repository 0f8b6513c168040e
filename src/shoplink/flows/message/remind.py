"""Reminders: of an invitation that is about to expire, and of an unlink request without an answer.

A reminder goes to the side that must act next. It is made at its instant, and only while it is still relevant. The
relevance is checked again before an e-mail is sent.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from shoplink.core import Link
from shoplink.core.instant import format_instant
from shoplink.flows import clock
from shoplink.flows.look import CurrentState, look_at
from shoplink.flows.message.notify import MAIL_AGE_MAX, unlink_request_data, where_decided
from shoplink.store.database.owner import writing
from shoplink.store.people import outbox
from shoplink.store.people.outbox import Notification, Progress

BEFORE_EXPIRY = tuple(timedelta(hours=hours) for hours in (24, 6, 1))
"""How long before an invitation expires its creator is reminded."""

AFTER_REQUEST = tuple(timedelta(days=days) for days in (1, 6))
"""How long after an unlink request its shop is reminded."""

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_STEP = timedelta(hours=1)
_STORE_EVERY = timedelta(minutes=1)


def remind(now: Callable[[], datetime] = clock.now, *, by_mail: bool = True) -> bool:
    """Make the reminders that have become due since the last run, for at most one hour; returns whether there are more.

    The number of statements is fixed. If this has not run for long, only the last of several reminders is made: the
    earlier ones would add nothing.
    """
    at = now()
    stored = outbox.progress()
    if (
        stored is not None
        and at - stored.reminded_until < _STORE_EVERY
        and not any(_due(stored.reminded_until, at, at))
    ):
        return False
    with writing():
        reached = outbox.lock_progress(at)
        # An invitation whose reminders were due before that has expired by now.
        until = min(at, max(reached.reminded_until, at - max(BEFORE_EXPIRY)) + _STEP)
        if until <= reached.reminded_until:
            return False
        invited, requested = _due(reached.reminded_until, until, at)
        links = [*invited, *requested]
        state = look_at({link.shop_id for link in links}, {link.account_id for link in links}, lambda: at)
        reminders = [*_of_invitations(invited, state), *_of_requests(requested, state)]
        outbox.store_notifications(reminders, at - MAIL_AGE_MAX if by_mail else None)
        outbox.store_progress(Progress(reached.position, until))
    return until < at


def remind_now(
    shop_id: str, account_ids: Iterable[str], now: Callable[[], datetime] = clock.now, *, by_mail: bool = True
) -> int:
    """Remind creators of this shop's open invitations on the shop's request, each creator at most once a day.

    Returns for how many of the accounts a reminder was made today, by this call or an earlier one.
    """
    with writing():
        state = look_at([shop_id], now=now)
        at, requested = state.world.now, set(account_ids)
        links = [link for link in state.world.shops[shop_id].live.values() if link.account_id in requested]
        reminders = []
        for link in links:
            if link.status == "invited" and link.expires_at is not None:
                hours = max(1, (link.expires_at - at) // _HOUR)
                data = {"role": link.role, "expires_at": format_instant(link.expires_at), "hours": hours}
                data |= where_decided(link, state)
                which = f"asked:{at:%Y-%m-%d}"
                reminders.append(_reminder("link.expiring", "creator", which, at, link, data))
        outbox.store_notifications(reminders, at if by_mail else None)
    return len(reminders)


def is_still_relevant(kind: str, link: Link | None, data: dict[str, Any]) -> bool:
    """Whether the state that a message is about still exists. `link` is the current link, if it is live.

    A message that only reports an event stays relevant.
    """
    if kind in {"link.invited", "link.expiring"}:
        return link is not None and link.status == "invited"
    if kind == "link.held":
        return link is not None and link.status == "in_review"
    if kind in {"unlink.requested", "unlink.unanswered"}:
        asked_at = link.unlink_requested_at if link is not None else None
        return asked_at is not None and format_instant(asked_at) == data["requested_at"]
    return True


def link_in_state(
    link_id: str | None, shop_id: str | None, account_id: str | None, state: CurrentState
) -> Link | None:
    """The link in a state; None if it has ended."""
    if shop_id is None or account_id is None:
        return None
    link = state.world.link(shop_id, account_id)
    return link if link is not None and link.link_id == link_id else None


def _due(start: datetime, end: datetime, now: datetime) -> tuple[list[Link], list[Link]]:
    """The open invitations and the open unlink requests with a reminder that becomes due after `start` and up to `end`."""
    invitations_start = max(start, now - max(BEFORE_EXPIRY))
    return (
        outbox.invitations_expiring_within(
            [(invitations_start + ahead, end + ahead) for ahead in BEFORE_EXPIRY]
        ),
        outbox.unlink_requests_made([(start - since, end - since) for since in AFTER_REQUEST]),
    )


def _of_invitations(links: list[Link], state: CurrentState) -> Iterator[Notification]:
    for link in links:
        assert link.expires_at is not None, "an invitation has a deadline"
        assert link.invited_at is not None, "an invitation was sent"
        expires_at, invited_at = link.expires_at, link.invited_at
        come = [ahead for ahead in BEFORE_EXPIRY if invited_at < expires_at - ahead <= state.world.now]
        stands = link_in_state(link.link_id, link.shop_id, link.account_id, state)
        if come and is_still_relevant("link.expiring", stands, {}):
            hours = min(come) // _HOUR
            data = {"role": link.role, "expires_at": format_instant(expires_at), "hours": hours}
            data |= where_decided(link, state)
            yield _reminder("link.expiring", "creator", f"{hours}h", expires_at - min(come), link, data)


def _of_requests(links: list[Link], state: CurrentState) -> Iterator[Notification]:
    for link in links:
        stands = link_in_state(link.link_id, link.shop_id, link.account_id, state)
        asked_at = link.unlink_requested_at
        if stands is None or asked_at is None or stands.unlink_requested_at != asked_at:
            continue
        days = max(since for since in AFTER_REQUEST if asked_at + since <= state.world.now) // _DAY
        data = {"role": link.role, "days": days, **unlink_request_data(link, state, asked_at)}
        cause = f"{format_instant(asked_at)}:{days}d"
        yield _reminder("unlink.unanswered", "shop", cause, asked_at + days * _DAY, link, data)


def _reminder(  # noqa: PLR0913, PLR0917 (the parts of a notification)
    kind: str, side: Any, which: str, at: datetime, link: Link, data: dict[str, Any]
) -> Notification:
    return Notification(
        kind=kind,
        side=side,
        cause=f"{kind}:{link.link_id}:{which}",
        at=at,
        shop_id=link.shop_id,
        account_id=link.account_id,
        link_id=link.link_id,
        data=data,
    )
