"""What a World looks like from outside: its shops, accounts and links as bodies."""

from collections.abc import Callable

from shoplink.api.problem import said_reasons
from shoplink.api.schema import AccountBody, LinkBody, SaidReason, ShopBody, Slots, UnlinkRequest
from shoplink.core import Link, Reason, World, wire
from shoplink.core.next_actor import next_actor, review_reasons
from shoplink.flows.look import link_quota_use, slot_use, unlink_quota_use
from shoplink.wording import Language


def show_reasons(reasons: tuple[Reason, ...], said: Language) -> list[SaidReason]:
    """Reasons with their sentences."""
    written = said_reasons([wire(reason) for reason in reasons], said)
    return [SaidReason(**reason) for reason in written]


def show_link(world: World, link: Link, said: Language) -> LinkBody:
    """A link as it stands in a World that holds both of its sides, if it is in review."""
    held = review_reasons(world, link, world.now)
    requested_at = link.unlink_requested_at
    return LinkBody(
        link_id=link.link_id,
        shop_id=link.shop_id,
        account_id=link.account_id,
        role=link.role,
        status=link.status,
        invited_at=link.invited_at,
        expires_at=link.expires_at,
        accepted_at=link.accepted_at,
        linked_at=link.linked_at,
        ended_at=link.ended_at,
        unlink_request=None if requested_at is None else UnlinkRequest(requested_at),
        rulebook=link.rulebook,
        turn=next_actor(link, held),
        held_by=show_reasons(held, said),
    )


def show_pair(shop_id: str, account_id: str, said: Language) -> Callable[[World], LinkBody]:
    """How to show the link that a command on this pair has left."""

    def show(world: World) -> LinkBody:
        link = world.link(shop_id, account_id)
        assert link is not None, "the command was about this link"
        return show_link(world, link, said)

    return show


def show_shop(world: World, shop_id: str) -> ShopBody:
    """A shop of a World."""
    record = world.shops[shop_id]
    facts = record.facts
    rulebook = world.rulebook(facts.market)
    return ShopBody(
        shop_id=facts.shop_id,
        name=facts.name,
        market=facts.market,
        enrolment=facts.enrolment,
        status=facts.status,
        rulebook=rulebook.name,
        slots=Slots(slot_use(record, rulebook, "official"), slot_use(record, rulebook, "marketing")),
        link_quota=link_quota_use(record, rulebook, world.now),
        unlink_quota=unlink_quota_use(record, rulebook, world.now),
    )


def show_account(world: World, account_id: str, said: Language) -> AccountBody:
    """An account of a World."""
    record = world.accounts[account_id]
    facts = record.facts
    begun = [link for link in record.live.values() if link.status != "invited"]
    return AccountBody(
        account_id=facts.account_id,
        handle=facts.handle,
        region=facts.region,
        registered_in=facts.registered_in,
        birth_date=facts.birth_date,
        status=facts.status,
        commerce_permission=facts.commerce_permission,
        followers=facts.followers,
        link=show_link(world, begun[0], said) if begun else None,
    )
