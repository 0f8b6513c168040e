"""An agency whose links stand at TikTok: its shops are decided elsewhere, and what happened there was recorded."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from shoplink.core import Actor, Command, ImportLink, PutAccount, PutShop
from shoplink.core.commands import RecordAcceptance, RecordEnd, RecordInvitation, RecordUnlinkRequest

LAMPS, YOGA = "wc-lamps-gb", "wc-yoga-us"

SHOPS = {
    LAMPS: ("柳溪灯饰 Willow Creek Lamps", "GB"),
    YOGA: ("柳溪瑜伽 Willow Creek Yoga", "US"),
}
"""Name and market by shop id."""

_PARTNERS = {
    "ana.flores": ("analights", "GB"),
    "ben.cole": ("bencolemakes", "GB"),
    "dev.rao": ("devraodiy", "GB"),
    "eva.stone": ("evastone", "GB"),
    "kai.west": ("kaiwestyoga", "US"),
    "gil.park": ("gilparkflow", "US"),
    "uma.reyes": ("umareyes", "US"),
}
"""Handle and country by account id."""

_EARLIER = 9
"""So many marketing links of the lamp shop have ended since; the platform let more be linked than the guide says."""

_SEEN = "TikTok"


def mirrored_commands(now: datetime, by: Actor) -> list[Command]:
    """The facts of the agency's shops and their creators, and what was recorded of their links."""
    return [*_facts(now, by), *_lamps(now), *_yoga(now)]


def _facts(now: datetime, by: Actor) -> Iterator[Command]:
    at = now - timedelta(days=209)
    for shop_id, (name, market) in SHOPS.items():
        yield PutShop(
            at=at, by=by, shop_id=shop_id, market=market, enrolment="invited", name=name, decided="elsewhere"
        )
    accounts = dict(_PARTNERS) | {f"lamp.fan-{n}": (f"lampfan{n}", "GB") for n in range(1, _EARLIER + 1)}
    for account_id, (handle, market) in accounts.items():
        yield PutAccount(
            at=at,
            by=by,
            account_id=account_id,
            handle=handle,
            region=market,
            registered_in=market,
            birth_date=date(1994, 3, 8),
            followers=11_200,
        )


def _lamps(now: datetime) -> Iterator[Command]:
    """An official account, eleven marketing links in 180 days, and one of each that waits for somebody."""
    yield _linked(now, LAMPS, "ana.flores", "official", 190)
    for number in range(1, _EARLIER + 1):
        days = 170 - 12 * number
        yield _linked(now, LAMPS, f"lamp.fan-{number}", "marketing", days, ended=days - 9)
    yield _linked(now, LAMPS, "ben.cole", "marketing", 31)
    yield RecordUnlinkRequest(
        at=now - timedelta(days=1),
        by=Actor("shop", LAMPS),
        shop_id=LAMPS,
        account_id="ben.cole",
        requested_at=now - timedelta(days=2, hours=3),
        source=_SEEN,
    )
    yield _invited(now, "dev.rao", hours=40)
    yield RecordAcceptance(
        at=now - timedelta(hours=19),
        by=Actor("shop", LAMPS),
        shop_id=LAMPS,
        account_id="dev.rao",
        accepted_at=now - timedelta(hours=20),
        source=_SEEN,
    )
    yield _invited(now, "eva.stone", hours=39)


def _yoga(now: datetime) -> Iterator[Command]:
    """Two links, one of which was ended within a day: sooner than the rulebook allows."""
    yield _linked(now, YOGA, "kai.west", "official", 75)
    yield _linked(now, YOGA, "gil.park", "marketing", 44)
    yield RecordEnd(
        at=now - timedelta(days=7),
        by=Actor("shop", YOGA),
        shop_id=YOGA,
        account_id="gil.park",
        how="unlinked",
        ended_at=now - timedelta(days=43.5),
        source=_SEEN,
    )


def _linked(  # noqa: PLR0913, PLR0917 (the parts of a link)
    now: datetime, shop_id: str, account_id: str, role: str, days: float, ended: float | None = None
) -> ImportLink:
    return ImportLink(
        at=now - timedelta(days=8, minutes=days),
        by=Actor("shop", shop_id),
        shop_id=shop_id,
        account_id=account_id,
        role="official" if role == "official" else "marketing",
        linked_at=now - timedelta(days=days),
        unlinked_at=None if ended is None else now - timedelta(days=ended),
        source=_SEEN,
    )


def _invited(now: datetime, account_id: str, hours: int) -> RecordInvitation:
    at = now - timedelta(hours=hours)
    return RecordInvitation(
        at=at + timedelta(minutes=6),
        by=Actor("shop", LAMPS),
        shop_id=LAMPS,
        account_id=account_id,
        role="marketing",
        invited_at=at,
        source=_SEEN,
    )
