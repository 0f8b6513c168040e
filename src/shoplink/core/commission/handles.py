"""Who held a handle when: accounts change their handles, and others take those that are free again."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct


class HandleUse(Struct, frozen=True, gc=False):
    """An account had a handle from `since` to before `until`, None if it has it still. `is_first`: it had none before.

    `since` is None if it always had it.
    """

    account_id: str
    since: datetime | None
    until: datetime | None = None
    is_first: bool = False


class HandleSpan(Struct, frozen=True, gc=False):
    """A time, half-open like a link's, in which one and the same accounts held a handle; None is no bound.

    More than one did if the log has not heard yet that one of them has changed its handle.
    """

    since: datetime | None
    until: datetime | None
    accounts: tuple[str, ...]


def handle_spans(uses: Iterable[HandleUse]) -> list[HandleSpan]:
    """The spans of one handle, in order, none over another; between them nobody held it.

    What was before a use is not in the log. If nobody is known to have held the handle then, and who held it next is an
    account whose first handle it was, it was that account's then as well.
    """
    lasting = [use for use in uses if use.since is None or use.until is None or use.since < use.until]
    bounds: set[datetime] = {at for use in lasting for at in (use.since, use.until) if at is not None}
    spans: list[HandleSpan] = []
    since: datetime | None = None
    for until in (*sorted(bounds), None):
        if accounts := _held_from(since, lasting):
            if spans and spans[-1].until == since and spans[-1].accounts == accounts:
                spans[-1] = HandleSpan(spans[-1].since, until, accounts)
            else:
                spans.append(HandleSpan(since, until, accounts))
        since = until
    return spans


def _held_from(since: datetime | None, uses: Sequence[HandleUse]) -> tuple[str, ...]:
    """Who held the handle from a bound to the next; None is before all of them."""
    held = {use.account_id for use in uses if _covers(use, since)}
    if not held:
        starts = [use.since for use in uses if use.since is not None and (since is None or use.since > since)]
        held = {use.account_id for use in uses if use.is_first and use.since == min(starts, default=None)}
    return tuple(sorted(held))


def _covers(use: HandleUse, since: datetime | None) -> bool:
    """Whether a use covers the time from a bound to the next."""
    has_begun = use.since is None or (since is not None and use.since <= since)
    return has_begun and (use.until is None or since is None or since < use.until)


def holders(spans: Iterable[HandleSpan], at: datetime) -> tuple[str, ...]:
    """The accounts that held a handle at an instant."""
    for span in spans:
        if (span.since is None or span.since <= at) and (span.until is None or at < span.until):
            return span.accounts
    return ()
