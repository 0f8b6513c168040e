"""Who may issue which command, what each role of link may do, and which link an order belongs to."""

from datetime import timedelta
from typing import get_args

import pytest

from shoplink.core import COMMANDS, Link, MalformedError, parse_command
from shoplink.core.commands import PRIVATE_COMMANDS
from shoplink.core.commission.attribution import link_in_force
from shoplink.core.facts import Actor
from shoplink.core.facts import Role as AnyRole
from shoplink.core.roles import ISSUERS, Issuer, Rights, may_issue, rights
from shoplink.rulebooks import packaged
from tests.core.link_scene import DAY, GUIDE, NOON, SELLER_UNIVERSITY, TICK, Role, Scene, rulebook
from tests.rule import rule


@rule("R43", "R46")
def test_who_may_issue_each_command_is_what_the_specification_says() -> None:
    assert {kind.__struct_config__.tag: sorted(issuers) for kind, issuers in ISSUERS.items()} == {
        "put_shop": ["platform"],
        "change_shop": ["platform"],
        "put_account": ["platform"],
        "change_account": ["platform"],
        "correct_account": ["platform", "support"],
        "invite": ["shop"],
        "accept": ["creator"],
        "decline": ["creator"],
        "withdraw": ["shop"],
        "request_unlink": ["creator"],
        "withdraw_unlink_request": ["creator"],
        "refuse_unlink": ["shop"],
        "approve_unlink": ["shop"],
        "unlink": ["shop"],
        "revoke": ["platform"],
        "import_link": ["platform", "shop"],
        "record_invitation": ["platform", "shop"],
        "record_acceptance": ["creator", "platform", "shop"],
        "record_unlink_request": ["creator", "platform", "shop"],
        "record_end": ["creator", "platform", "shop"],
        "grant_waiver": ["platform", "support"],
        "end_waiver": ["platform", "support"],
        "activate_rulebook": ["platform"],
        "cancel_activation": ["platform"],
        "put_product": ["platform"],
        "put_content": ["creator", "platform"],
        "sync_showcase": ["shop"],
        "add_from_shop": ["creator"],
        "promote": ["creator"],
        "remove_item": ["creator"],
        "invite_member": ["creator", "platform", "shop"],
        "withdraw_member_invitation": ["creator", "platform", "shop"],
        "join_by_invitation": ["creator", "platform", "shop", "support"],
        "add_member": ["platform"],
        "remove_member": ["creator", "platform", "shop"],
        "block_access": ["platform"],
        "restore_access": ["platform"],
        "open_ticket": ["creator", "shop"],
        "reply_to_ticket": ["creator", "platform", "shop", "support"],
        "resolve_ticket": ["platform", "support"],
        "withdraw_ticket": ["creator", "shop"],
        "reopen_ticket": ["creator", "platform", "shop", "support"],
        "assign_ticket": ["platform", "support"],
        "note_in_ticket": ["platform", "support"],
    }


def test_every_command_has_its_issuers() -> None:
    assert set(ISSUERS) == {*COMMANDS.values(), *PRIVATE_COMMANDS.values()}


@pytest.mark.parametrize("kind", ["shop", "creator", "support", "platform"])
def test_a_shop_and_a_creator_issue_commands_for_themselves_only(kind: Issuer) -> None:
    fields = {"command": "withdraw", "at": "2024-11-11T12:00:00Z", "shop_id": "ding", "account_id": "lin"}
    of_the_shop = parse_command(fields)
    of_the_creator = parse_command({**fields, "command": "decline"})
    of_the_platform = parse_command({**fields, "command": "revoke", "note": "fraud"})
    for who in ("ding", "lin", "operator"):
        actor = Actor(kind, who)
        assert may_issue(actor, of_the_shop) is (actor == Actor("shop", "ding"))
        assert may_issue(actor, of_the_creator) is (actor == Actor("creator", "lin"))
        assert may_issue(actor, of_the_platform) is (kind == "platform")


BOTH_RULEBOOKS = pytest.mark.parametrize("name", [GUIDE, SELLER_UNIVERSITY])


@rule("R3", "R4", "R13", "R14", "R17")
@BOTH_RULEBOOKS
def test_an_official_account_syncs_adds_and_sells_without_followers_or_commission(name: str) -> None:
    assert rights("official", packaged()[name]) == Rights(
        sync_showcase=True,
        add_from_shop=True,
        followers_minimum=0,
        commission="none",
        promote_other_shops=False,
    )


@rule("R3", "R4", "R15", "R17")
@BOTH_RULEBOOKS
def test_a_marketing_account_only_adds_and_may_promote_other_shops(name: str) -> None:
    assert rights("marketing", packaged()[name]) == Rights(
        sync_showcase=False,
        add_from_shop=True,
        followers_minimum=0,
        commission="none",
        promote_other_shops=True,
    )


@rule("R3", "R4", "R16")
@BOTH_RULEBOOKS
def test_an_affiliate_creator_has_none_of_it_needs_followers_and_earns_commission(name: str) -> None:
    assert rights(None, packaged()[name]) == Rights(
        sync_showcase=False,
        add_from_shop=False,
        followers_minimum=1000,
        commission="due",
        promote_other_shops=True,
    )


@rule("R4", "R17")
def test_followers_and_other_shops_are_the_rulebooks_word() -> None:
    book = rulebook(
        affiliate_followers_minimum=5,
        official_may_promote_other_shops=True,
        marketing_may_promote_other_shops=False,
    )
    assert rights(None, book).followers_minimum == 5
    assert rights("official", book).promote_other_shops is True
    assert rights("marketing", book).promote_other_shops is False
    assert rights("official", book).followers_minimum == rights("marketing", book).followers_minimum == 0


@rule("R12", "R16")
def test_there_are_two_roles_and_an_affiliate_is_invited_in_none() -> None:
    assert get_args(AnyRole) == ("official", "marketing")
    fields = {
        "command": "invite",
        "at": "2024-11-11T12:00:00Z",
        "shop_id": "ding",
        "account_id": "lin",
        "network_region": "GB",
    }
    assert parse_command({**fields, "role": "official"}).at == NOON
    for role in ("affiliate", "official_account", "official_creator", None):
        with pytest.raises(MalformedError, match=r"^role: found .*; allowed: official or marketing$"):
            parse_command({**fields, "role": role})


ENDED = NOON + 2 * DAY


def once_linked(role: Role) -> tuple[Scene, Link]:
    """`lin` was linked to `ding` from NOON to ENDED, and again a day later."""
    scene = Scene()
    scene.linked("ding", "lin", role)
    scene.at(ENDED).request_unlink("ding", "lin")
    scene.approve_unlink("ding", "lin")
    first = scene.link("ding", "lin")
    assert (first.linked_at, first.ended_at) == (NOON, ENDED)
    scene.at(ENDED + DAY).linked("ding", "lin", role)
    return scene, first


def links_of(scene: Scene, account_id: str) -> list[Link]:
    account = scene.world.accounts[account_id]
    return [*account.established, *account.newest.values()]


@rule("R3", "R49")
@pytest.mark.parametrize("role", ["official", "marketing"])
@pytest.mark.parametrize(
    ("ordered_after", "in_force"),
    [
        (-TICK, False),
        (timedelta(0), True),
        (TICK, True),
        (2 * DAY - TICK, True),
        (2 * DAY, False),
        (2 * DAY + TICK, False),
    ],
)
def test_an_order_belongs_to_the_link_from_its_first_instant_until_before_its_end(
    role: Role, ordered_after: timedelta, *, in_force: bool
) -> None:
    scene, link = once_linked(role)
    proof = link_in_force(links_of(scene, "lin"), "ding", NOON + ordered_after)
    assert proof == (link if in_force else None)


@rule("R3")
def test_an_order_belongs_to_the_link_of_its_own_time() -> None:
    scene, first = once_linked("marketing")
    second = scene.link("ding", "lin")
    links = links_of(scene, "lin")
    assert link_in_force(links, "ding", ENDED - TICK) == first
    assert link_in_force(links, "ding", ENDED + DAY - TICK) is None
    assert link_in_force(links, "ding", ENDED + DAY) == second
    assert link_in_force(links, "ding", ENDED + 999 * DAY) == second


@rule("R3")
def test_an_order_of_another_shops_products_belongs_to_no_link() -> None:
    scene, _ = once_linked("marketing")
    assert link_in_force(links_of(scene, "lin"), "wang", NOON) is None


@rule("R3", "R31")
def test_an_invitation_or_a_link_in_review_is_proof_of_nothing() -> None:
    scene = Scene()
    scene.invite("ding", "mei")
    scene.held("ding", "lin")
    assert link_in_force(links_of(scene, "mei"), "ding", NOON) is None
    assert link_in_force(links_of(scene, "lin"), "ding", NOON) is None


@rule("R3", "R43")
def test_an_open_unlink_request_changes_nothing_until_it_is_approved() -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    scene.at(NOON + DAY).request_unlink("ding", "lin")
    assert link_in_force(links_of(scene, "lin"), "ding", NOON + DAY) == scene.link("ding", "lin")
