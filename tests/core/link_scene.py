"""A scene: a World with a small standing cast, so that tests of the core read as sentences."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, Self

import pytest
from msgspec.structs import replace

from shoplink.core import (
    Accept,
    Accepted,
    ActivateRulebook,
    Actor,
    ApproveUnlink,
    CancelActivation,
    Command,
    CorrectAccount,
    Decline,
    EndWaiver,
    Event,
    GrantWaiver,
    ImportLink,
    Invite,
    Link,
    PutAccount,
    PutShop,
    Reason,
    Refused,
    RefuseUnlink,
    RequestUnlink,
    Revoke,
    Rulebook,
    Transition,
    Unlink,
    Withdraw,
    WithdrawUnlinkRequest,
    World,
    advance,
    review,
    step,
)
from shoplink.core.rulebook import Quota
from shoplink.rulebooks import packaged

NOON = datetime(2024, 11, 11, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
GUIDE = "guide-2024-11"
SELLER_UNIVERSITY = "seller-university-2025"

Role = Literal["official", "marketing"]


class Scene:
    """A World with a standing cast of the GB market, and the instant of the next command.

    The shops `ding` and `wang` are enrolled as `invited`, `pu` as `open`; `lin`, `mei` and `bo` are adult creators who
    can be linked. Every command names its actor.
    """

    def __init__(self, rulebook: str | Rulebook = GUIDE, others: Iterable[Rulebook] = ()) -> None:
        default = packaged()[rulebook] if isinstance(rulebook, str) else rulebook
        offered = {**packaged(), **{book.name: book for book in (default, *others)}}
        self.world = World(offered, default)
        self.now = NOON
        for shop_id in ("ding", "wang"):
            self.shop(shop_id)
        self.shop("pu", enrolment="open")
        for account_id in ("lin", "mei", "bo"):
            self.creator(account_id)

    def at(self, instant: datetime) -> Self:
        self.now = instant
        return self

    def later(self, duration: timedelta) -> Self:
        return self.at(self.now + duration)

    def do(self, command: Command) -> Transition:
        return step(self.world, command)

    def time_passes(self) -> list[Event]:
        return advance(self.world, self.now)

    # Facts

    def shop(self, shop_id: str, **facts: Any) -> Transition:
        fields = {"market": "GB", "enrolment": "invited", **facts}
        return self.do(PutShop(at=self.now, by=PLATFORM, shop_id=shop_id, **fields))

    def creator(self, account_id: str, **facts: Any) -> Transition:
        fields = {"region": "GB", "birth_date": date(1990, 5, 17), **facts}
        return self.do(PutAccount(at=self.now, by=PLATFORM, account_id=account_id, **fields))

    def creators(self, number: int) -> list[str]:
        """Record a number of further creators who can be linked."""
        names = [f"creator-{one}" for one in range(number)]
        for name in names:
            self.creator(name)
        return names

    def correct(self, account_id: str, **facts: Any) -> Transition:
        return self.do(
            CorrectAccount(at=self.now, by=SUPPORT, account_id=account_id, note="seen papers", **facts)
        )

    # The shop acts

    def invite(
        self,
        shop_id: str,
        account_id: str,
        role: Role = "marketing",
        network: str | None = "GB",
        **more: Any,
    ) -> Transition:
        return self.do(
            Invite(
                at=self.now,
                by=seller(shop_id),
                shop_id=shop_id,
                account_id=account_id,
                role=role,
                network_region=network,
                **more,
            )
        )

    def withdraw(self, shop_id: str, account_id: str) -> Transition:
        return self.do(Withdraw(at=self.now, by=seller(shop_id), shop_id=shop_id, account_id=account_id))

    def refuse_unlink(self, shop_id: str, account_id: str, note: str | None = None) -> Transition:
        command = RefuseUnlink(
            at=self.now, by=seller(shop_id), shop_id=shop_id, account_id=account_id, note=note
        )
        return self.do(command)

    def approve_unlink(self, shop_id: str, account_id: str) -> Transition:
        return self.do(ApproveUnlink(at=self.now, by=seller(shop_id), shop_id=shop_id, account_id=account_id))

    def unlink(self, shop_id: str, account_id: str) -> Transition:
        return self.do(Unlink(at=self.now, by=seller(shop_id), shop_id=shop_id, account_id=account_id))

    # The creator acts

    def accept(self, shop_id: str, account_id: str, network: str | None = "GB") -> Transition:
        command = Accept(
            at=self.now, by=owner(account_id), shop_id=shop_id, account_id=account_id, network_region=network
        )
        return self.do(command)

    def decline(self, shop_id: str, account_id: str) -> Transition:
        return self.do(Decline(at=self.now, by=owner(account_id), shop_id=shop_id, account_id=account_id))

    def request_unlink(self, shop_id: str, account_id: str, network: str | None = "GB") -> Transition:
        command = RequestUnlink(
            at=self.now, by=owner(account_id), shop_id=shop_id, account_id=account_id, network_region=network
        )
        return self.do(command)

    def withdraw_unlink_request(self, shop_id: str, account_id: str) -> Transition:
        command = WithdrawUnlinkRequest(
            at=self.now, by=owner(account_id), shop_id=shop_id, account_id=account_id
        )
        return self.do(command)

    # Support and the platform act

    def revoke(self, shop_id: str, account_id: str) -> Transition:
        command = Revoke(
            at=self.now, by=PLATFORM, shop_id=shop_id, account_id=account_id, note="fake followers"
        )
        return self.do(command)

    def import_link(
        self,
        shop_id: str,
        account_id: str,
        linked_at: datetime,
        unlinked_at: datetime | None = None,
        role: Role = "marketing",
    ) -> Transition:
        return self.do(
            ImportLink(
                at=self.now,
                by=PLATFORM,
                shop_id=shop_id,
                account_id=account_id,
                role=role,
                linked_at=linked_at,
                unlinked_at=unlinked_at,
            )
        )

    def waive(self, code: str, until: datetime | None = None, **subject: str) -> Transition:
        command = GrantWaiver(at=self.now, by=SUPPORT, code=code, note="ticket 7", until=until, **subject)
        return self.do(command)

    def end_waiver(self, code: str, **subject: str) -> Transition:
        return self.do(EndWaiver(at=self.now, by=SUPPORT, code=code, note="ticket 8", **subject))

    def activate(self, name: str, effective_from: datetime, market: str = "GB") -> Transition:
        return self.do(
            ActivateRulebook(
                at=self.now, by=PLATFORM, name=name, market=market, effective_from=effective_from
            )
        )

    def cancel(self, name: str, effective_from: datetime, market: str = "GB") -> Transition:
        return self.do(
            CancelActivation(
                at=self.now,
                by=PLATFORM,
                name=name,
                market=market,
                effective_from=effective_from,
                note="not yet",
            )
        )

    # Results

    def linked(self, shop_id: str, account_id: str, role: Role = "marketing") -> Link:
        """Link the pair: invite and confirm at this instant."""
        assert refused_for(self.invite(shop_id, account_id, role)) == []
        assert refused_for(self.accept(shop_id, account_id)) == []
        link = self.link(shop_id, account_id)
        assert link.status == "linked"
        return link

    def held(self, shop_id: str, account_id: str, role: Role = "marketing") -> Link:
        """Bring the pair into review: it is held because the account is registered in France."""
        self.creator(account_id, registered_in="FR")
        assert refused_for(self.invite(shop_id, account_id, role)) == []
        assert refused_for(self.accept(shop_id, account_id)) == []
        link = self.link(shop_id, account_id)
        assert link.status == "in_review"
        return link

    def link(self, shop_id: str, account_id: str) -> Link:
        link = self.world.link(shop_id, account_id)
        assert link is not None, f"{shop_id} and {account_id} never had a link"
        return link

    def held_by(self, shop_id: str, account_id: str) -> list[Reason]:
        """The reasons that hold the pair's link in review now."""
        sides = self.world.shops[shop_id], self.world.accounts[account_id]
        rulebook = self.world.rulebook(sides[0].facts.market)
        return list(review(self.now, rulebook, *sides, self.link(shop_id, account_id)))


PLATFORM = Actor(kind="platform", id="ops")
SUPPORT = Actor(kind="support", id="sam")


def seller(shop_id: str) -> Actor:
    return Actor(kind="shop", id=shop_id)


def owner(account_id: str) -> Actor:
    return Actor(kind="creator", id=account_id)


def rulebook(base: str = GUIDE, *, name: str = "house-rules", **changes: Any) -> Rulebook:
    """A packaged rulebook with some parameters changed, and with the values computed from them."""
    parameters = replace(packaged()[base].parameters, **changes)
    answer_days = parameters.unlink_answer_days
    per_shop, per_account = parameters.marketing_links_per_shop, parameters.marketing_links_per_account
    return replace(
        packaged()[base],
        name=name,
        parameters=parameters,
        invitation_ttl=timedelta(hours=parameters.invitation_hours),
        minimum_link_age=timedelta(hours=parameters.minimum_link_age_hours),
        unlink_answer_ttl=timedelta(days=answer_days) if isinstance(answer_days, int) else None,
        links_per_shop=per_shop if isinstance(per_shop, Quota) else None,
        links_per_account=per_account if isinstance(per_account, Quota) else None,
    )


def reasons(done: Transition) -> list[Reason]:
    return list(done.decision.reasons) if isinstance(done.decision, Refused) else []


def refused_for(done: Transition) -> list[str]:
    """The codes of a refusal; none if the command was accepted."""
    return [reason.code for reason in reasons(done)]


def warned_of(done: Transition) -> list[str]:
    assert isinstance(done.decision, Accepted), refused_for(done)
    return list(done.decision.warnings)


def event_lines(events: Iterable[Event]) -> list[str]:
    """Events in brief: their type, shop and account."""
    who = [[getattr(event, key, None) or "" for key in ("shop_id", "account_id")] for event in events]
    kinds = [str(type(event).__struct_config__.tag) for event in events]
    return [" ".join([kind, *filter(None, names)]) for kind, names in zip(kinds, who, strict=True)]


def at_boundary(
    *, before: Sequence[str] = (), at: Sequence[str] = (), after: Sequence[str] = ()
) -> pytest.MarkDecorator:
    """Run a test a microsecond before a boundary, at it and a microsecond after: `late`, and the `expected` codes."""
    cases = ((-TICK, list(before)), (timedelta(0), list(at)), (TICK, list(after)))
    return pytest.mark.parametrize(("late", "expected"), cases, ids=["before", "at", "after"])
