"""Follows the remedies of a refusal literally in a World: it waits, or acts as each next actor.

A remedy is itself a command that may be refused; then its own remedies are followed first.
"""

from collections import Counter
from datetime import date
from typing import Any

from msgspec.structs import asdict, replace

from shoplink.core import Accepted, Command, Link, Reason, Refused, World, advance, decide, step
from shoplink.core import commands as c
from shoplink.core.commerce.commands import AddFromShop, PutProduct
from shoplink.core.commerce.facts import Product
from tests.core.command_moves import TICK

ROUNDS = 12
PURPOSE_REACHED = {"link.already_invited", "unlink.already_requested"}
SHOWCASE_AS_WISHED = {"item.already_there", "item.not_there"}
ORDER = (
    "account.already_linked",
    "shop.slots_full",
    "shop.link_quota_spent",
    "account.link_quota_spent",
    "link.younger_than_minimum",
    "account.under_age",
    "shop.status_not_normal",
    "account.status_not_normal",
    "account.age_unknown",
    "account.region_mismatch",
    "shop.unlink_quota_spent",
    "network.region_mismatch",
    "link.invitation_expired",
    "unlink.not_requested",
    "unlink.needs_creator_request",
    "account.commerce_permission_revoked",
    "account.followers_below_minimum",
    "product.off_sale",
    "item.synced",
)
"""The order in which remedies are followed: leaving another shop and making room come first, because they take time."""


class RemedyFollower:
    """Follows remedies in a world until a command is accepted, or nobody can help.

    A patient follower waits wherever waiting helps; otherwise the next actor acts wherever possible.
    `followed` counts each reason and who acted on it.
    """

    def __init__(self, world: World, *, patient: bool) -> None:
        self.world = world
        self.patient = patient
        self.followed: Counter[tuple[str, str]] = Counter()

    def achieve(self, command: Command) -> str:
        """Issue the command, follow every remedy and issue it again, until one of these outcomes is reached.

        `accepted`; `purpose reached`; `nobody` if all remaining reasons have no next actor; `stuck` if a remedy is itself
        refused for such a reason.
        """
        mended: set[str] = set()
        for _ in range(ROUNDS):
            command = self.at_once(command)
            decision = step(self.world, command).decision
            if isinstance(decision, Accepted):
                return "accepted"
            reasons = [reason for reason in decision.reasons if reason.next_actor != "nobody"]
            again = mended & {reason.code for reason in reasons}
            assert not again, f"{again} again, after its remedy: {command}"
            if PURPOSE_REACHED & {reason.code for reason in reasons}:
                return "purpose reached"
            if not reasons:
                return "purpose reached" if codes(decision) <= SHOWCASE_AS_WISHED else "nobody"
            if "product.of_linked_shop" in codes(decision):
                self.followed["product.of_linked_shop", "creator"] += 1
                command = self.added_from_shop(command)
                continue
            mended = {reason.code for reason in reasons}
            for reason in sorted(reasons, key=lambda one: ORDER.index(one.code)):
                if not self.follow(command, reason):
                    return "stuck"
                if reason.code == "network.region_mismatch":
                    command = replace(command, network_region=reason.params["market"])
        raise AssertionError(f"still refused after {ROUNDS} rounds: {command}")

    def follow(self, command: Command, reason: Reason) -> bool:
        """Follow the remedy of one reason; returns whether it succeeded."""
        waits = reason.possible_at is not None and (self.patient or reason.next_actor == "clock")
        self.followed[reason.code, "clock" if waits else reason.next_actor] += 1
        if waits:
            assert reason.possible_at is not None, "there is something to wait for"
            assert reason.possible_at > command.at, reason
            advance(self.world, max(self.world.now, reason.possible_at))
            return True
        remedy = getattr(self, "mend_" + reason.code.replace(".", "_"))
        return bool(remedy(command))

    def at_once(self, command: Command) -> Command:
        """The same command, now."""
        return replace(command, at=self.world.now)

    def done(self, kind: type[Command], **fields: Any) -> bool:
        """Whether a remedy is accepted in the end, or no longer needed."""
        return self.achieve(kind(at=self.world.now, **fields)) in {"accepted", "purpose reached"}

    def still(self, command: Command, code: str) -> Reason | None:
        """The reason of this code, if the command would still be refused for it."""
        decision = decide(self.world, self.at_once(command))
        reasons = decision.reasons if isinstance(decision, Refused) else ()
        return next((reason for reason in reasons if reason.code == code), None)

    def market(self, command: Any) -> str:
        return self.world.shops[command.shop_id].facts.market

    def mend_shop_status_not_normal(self, command: Any) -> bool:
        """The shop restores its status, and the platform records it."""
        facts = {**asdict(self.world.shops[command.shop_id].facts), "status": "normal"}
        return self.done(c.PutShop, **facts)

    def mend_account_status_not_normal(self, command: Any) -> bool:
        """The creator restores the account's status, and the platform records it."""
        facts = {**asdict(self.world.accounts[command.account_id].facts), "status": "normal"}
        return self.done(c.PutAccount, **facts)

    def mend_account_age_unknown(self, command: Any) -> bool:
        """Support records a birth date on evidence."""
        return self.correct(command, birth_date=date(1990, 2, 28))

    def mend_account_region_mismatch(self, command: Any) -> bool:
        """Support corrects the region."""
        return self.correct(command, region=self.market(command))

    def correct(self, command: Any, **facts: Any) -> bool:
        return self.done(c.CorrectAccount, account_id=command.account_id, note="evidence", **facts)

    def mend_network_region_mismatch(self, _command: Any) -> bool:
        """The acting person uses a network in the shop's market."""
        return True

    def mend_account_already_linked(self, command: Any) -> bool:
        """The creator leaves the other link: declines it if it is in review, else has it unlinked."""
        links = self.world.accounts[command.account_id].live.values()
        taken = next(link for link in links if link.status != "invited")
        pair = {"shop_id": taken.shop_id, "account_id": taken.account_id}
        return self.done(c.Decline, **pair) if taken.status == "in_review" else self.unlinked(taken)

    def unlinked(self, link: Link) -> bool:
        """Whether a link can be ended by its two sides: the creator requests, the shop approves."""
        pair = {"shop_id": link.shop_id, "account_id": link.account_id}
        requested = self.done(c.RequestUnlink, **pair, network_region=self.market(link))
        return requested and self.done(c.ApproveUnlink, **pair)

    def others(self, command: Any) -> list[Link]:
        """The shop's other live links, unconfirmed ones before linked ones."""
        links = [
            link
            for link in self.world.shops[command.shop_id].live.values()
            if link.account_id != command.account_id
        ]
        return sorted(links, key=lambda link: link.status == "linked")

    def role(self, command: Any) -> str:
        """The role that a command is about: its own, or that of its link."""
        link = self.world.link(command.shop_id, command.account_id)
        role = getattr(command, "role", None) or (link.role if link else None)
        assert role is not None, command
        return str(role)

    def mend_shop_slots_full(self, command: Any) -> bool:
        """The shop withdraws invitations, or unlinks, until a slot is free."""
        for link in self.others(command):
            if link.role == self.role(command) and self.still(command, "shop.slots_full"):
                self.ended_by_shop(link)
        return self.still(command, "shop.slots_full") is None

    def ended_by_shop(self, link: Link) -> None:
        """End a link from the shop's side, if possible."""
        pair = {"shop_id": link.shop_id, "account_id": link.account_id}
        if link.status != "linked":
            self.done(c.Withdraw, **pair)
        elif not self.done(c.Unlink, **pair):
            self.unlinked(link)

    def mend_shop_link_quota_spent(self, command: Any) -> bool:
        """The shop withdraws links in review, whose units never return by themselves; then it waits."""
        for link in self.others(command):
            reason = self.still(command, "shop.link_quota_spent")
            if reason and reason.possible_at is None and link.status == "in_review":
                self.ended_by_shop(link)
        reason = self.still(command, "shop.link_quota_spent")
        if reason and reason.possible_at:
            advance(self.world, reason.possible_at)
        return self.still(command, "shop.link_quota_spent") is None

    def mend_shop_unlink_quota_spent(self, command: Any) -> bool:
        """Support grants the shop a waiver."""
        return self.done(
            c.GrantWaiver,
            code="shop.unlink_quota_spent",
            shop_id=command.shop_id,
            note="ticket",
            until=self.world.now + TICK * 10**9,
        )

    def mend_link_invitation_expired(self, command: Any) -> bool:
        """The shop invites again, in the same role."""
        return self.done(
            c.Invite,
            shop_id=command.shop_id,
            account_id=command.account_id,
            role=self.role(command),
            network_region=self.market(command),
        )

    def mend_unlink_not_requested(self, command: Any) -> bool:
        """The creator requests to be unlinked."""
        return self.done(
            c.RequestUnlink,
            shop_id=command.shop_id,
            account_id=command.account_id,
            network_region=self.market(command),
        )

    mend_unlink_needs_creator_request = mend_unlink_not_requested

    def added_from_shop(self, command: Any) -> Command:
        """The command instead of promoting a product of the linked shop: to add it from the shop."""
        place = {"account_id": command.account_id, "content_id": command.content_id}
        products = (command.product_id,)
        return AddFromShop(at=self.world.now, shop_id=command.shop_id, product_ids=products, **place)

    def mend_account_commerce_permission_revoked(self, command: Any) -> bool:
        """The creator gets the permission back, and the platform records it."""
        facts = {**asdict(self.world.accounts[command.account_id].facts), "commerce_permission": "granted"}
        return self.done(c.PutAccount, **facts)

    def mend_account_followers_below_minimum(self, command: Any) -> bool:
        """The account gains the missing followers, and the platform records it."""
        reason = self.still(command, "account.followers_below_minimum")
        assert reason is not None, command
        facts = asdict(self.world.accounts[command.account_id].facts)
        return self.done(c.PutAccount, **{**facts, "followers": reason.params["minimum"]})

    def mend_product_off_sale(self, command: Any) -> bool:
        """The shop puts every named product on sale again."""
        named = getattr(command, "product_ids", None) or (command.product_id,)
        products = self.world.shelf.products
        return all(self.offered(products[each], "on_sale") for each in named if each in products)

    def mend_item_synced(self, command: Any) -> bool:
        """The shop takes the product off sale."""
        return self.offered(self.world.shelf.products[command.product_id], "off")

    def offered(self, product: Product, status: str) -> bool:
        return self.done(PutProduct, **{**asdict(product), "status": status})


def codes(decision: Refused) -> set[str]:
    """The codes of a refusal."""
    return {reason.code for reason in decision.reasons}
