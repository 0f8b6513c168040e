"""What a person confirms is what that person saw (domain.md section 9, 7): every form that posts, from the route table."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any, NamedTuple

import pytest

from shoplink.config.permissions import table
from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING
from shoplink.core.people.facts import Place
from shoplink.core.ticket.commands import AssignTicket, fields_naming
from shoplink.core.ticket.facts import Ticket
from shoplink.flows import clock
from shoplink.flows.people import membership
from shoplink.store.database.sql import query
from shoplink.store.people.keys import create_key, revoke_key
from tests.rule import rule
from tests.store.commands import (
    accept,
    command,
    execute_accepted,
    invite,
    put_account,
    put_content,
    put_product,
    put_shop,
)
from tests.tickets.desk import carry_out, open_ticket, reply, ticket_at
from tests.web.desk import signed_in, somebody
from tests.web.form_client import FormClient, hidden_fields

pytestmark = pytest.mark.usefixtures("demo_world")

OPERATOR = Actor("platform", "ops")
MEI = Actor("support", "mei")

BEGINS = (
    "it begins something: there was nothing yet that could have changed, and all conditions are asked again"
)
BY_ID = "what it names by its id never changes but only ends, and once it has, the form is answered with that"
OWN = "the person's own settings: the form states all of what it sets"
ENTRANCE = "the way in or out: nothing of the product is shown or changed"
NO_STATE = "it changes nothing that others see: a look-up, a language, a mark as read"

UNBOUND = {
    "/choices": NO_STATE,
    "/demo": ENTRANCE,
    "/demo/clock": "it is sent from the banner of any page, and bound to how far the clock was moved (tests/sandbox/test_banner.py)",
    "/inbox/": NO_STATE,
    "/support/": "it takes a ticket only while nobody has it (test_team.py)",
    "/platform/tickets": "it takes a ticket only while nobody has it (test_team.py)",
    "/join/<secret>/": BY_ID,
    "/creator/<str:account_id>/tickets/new": BEGINS,
    "/seller/<str:shop_id>/tickets/new": BEGINS,
    "/seller/<str:shop_id>/link": NO_STATE,
    "/platform/import": "it is bound to what would become of every line (test_import.py)",
    "/platform/orders": "it adds a file",
    "/platform/orders/<str:run_id>": "its file decides alone",
    "/seller/<str:shop_id>/orders": "it adds a file",
    "/seller/<str:shop_id>/orders/<str:run_id>": "its file decides alone; a month is closed as it was seen only (test_orders_over_http.py)",
    "/seller/<str:shop_id>/link/<str:account_id>/<str:role>": BEGINS,
    "/platform/rulebooks": BEGINS,
    "/settings/": OWN,
    "/settings/address/": OWN,
    "/settings/calendar": OWN,
    "/settings/messages": OWN,
}
UNBOUND_BELOW = {
    "/sign-in/": ENTRANCE,
    "/sign-out/": ENTRANCE,
    "/sign-up/": ENTRANCE,
    "/settings/security/": OWN,
}

NOTHING_DONE = "Nothing was done"


class Case(NamedTuple):
    """A form that is opened, what somebody else does meanwhile, and what its sender is told."""

    route: str
    client: FormClient
    path: str
    typed: dict[str, Any]
    meanwhile: Callable[[], object]
    told: str
    look_first: dict[str, Any] | None = None


@rule("R45", "R46")
def test_a_form_made_from_a_state_that_has_changed_does_nothing_and_says_what_changed() -> None:
    made = cases()
    routes = {row.route for row in table() if row.method == "POST" and not row.route.startswith("/v1/")}
    below = {route for route in routes if route.startswith(tuple(UNBOUND_BELOW))}
    bound = {case.route for case in made}
    assert routes == bound | set(UNBOUND) | below, "a new form is bound, or it says here why it is not"
    assert not bound & (set(UNBOUND) | below)
    for case in made:
        form = case.client.filled(case.path, case.typed)
        if case.look_first is not None:
            looked = case.client.post_blindly(case.path, {**form, **case.look_first})
            form = {**hidden_fields(looked.content.decode(), case.typed, case.path), **case.typed}
        case.meanwhile()
        before = query("SELECT count(*) FROM event"), query("SELECT count(*) FROM ticket_message")
        answer = case.client.post_blindly(case.path, form, follow=True)
        after = query("SELECT count(*) FROM event"), query("SELECT count(*) FROM ticket_message")
        assert after == before, case
        page = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode())))
        assert case.told in page, (case, page[-3000:])


def cases() -> list[Case]:
    """One case for each bound route, at least; each has shops and accounts of its own."""
    for account in "ABCDEFGHIJKLMNX":
        execute_accepted(
            put_account(
                account,
                handle=f"handle{account.lower()}",
                region="FR" if account in "HIJX" else "GB",
                followers=5_000,
            )
        )
    execute_accepted(
        put_shop("S", name="Tea"),
        put_shop("T"),
        put_shop("U"),
        put_shop("V"),
        put_shop("X"),
        put_shop("O", enrolment="open"),
        put_shop("Z", decided="elsewhere"),
    )
    execute_accepted(put_product("p1", "S"), put_product("p2", "T", commission_rate_bp=1_000))
    sue = signed_in(somebody("sue", shops=["S", "O", "T", "Z"]))
    cy = signed_in(somebody("cy", accounts=list("ABCDEFGHIJKLMN")))
    wei, alex = signed_in(somebody("wei", staff=["support"])), signed_in(somebody("alex", staff=["platform"]))
    return [
        *_of_a_shops_links(sue),
        *_of_a_creators_links(cy, alex),
        *_of_records(sue, cy, alex),
        *_of_tickets(sue, cy, wei, alex),
        *_of_commerce(sue, cy),
        *_of_the_platform(alex),
        *_of_members(alex),
        *_of_invitations(alex),
    ]


_BY_CREATOR = ("decline", "request_unlink", "withdraw_unlink_request")
_BY_SHOP = ("withdraw", "invite")
_BY_SUPPORT = ("correct_account", "grant_waiver")


def _do(kind: str, **fields: Any) -> Callable[[], object]:
    """Somebody does this, in the place where one may."""
    who = {
        **dict.fromkeys(_BY_CREATOR, "creator"),
        **dict.fromkeys(_BY_SHOP, "shop"),
        **dict.fromkeys(_BY_SUPPORT, "support"),
    }
    side = who.get(kind, "platform")
    by = {
        "kind": side,
        "id": {"creator": fields.get("account_id"), "shop": fields.get("shop_id")}.get(side, "ops"),
    }
    return lambda: execute_accepted(command(kind, by=by, **fields))


def _invites(shop: str, account: str) -> Callable[[], object]:
    return _do("invite", shop_id=shop, account_id=account, role="marketing", network_region="GB")


def _linked(shop: str, account: str, role: str = "marketing") -> str:
    since = (clock.now() - timedelta(days=3)).isoformat()
    return _link(command("import_link", shop_id=shop, account_id=account, role=role, linked_at=since))


def _link(made: Any) -> str:
    execute_accepted(made)
    found: str = query("SELECT link_id FROM link ORDER BY number DESC LIMIT 1")[0][0]
    return found


def _asks(shop: str, account: str) -> Callable[[], object]:
    return _do("request_unlink", shop_id=shop, account_id=account, network_region="GB")


def _of_a_shops_links(sue: FormClient) -> list[Case]:
    invited, many = _link(invite("S", "A")), "/seller/<str:shop_id>/many"
    execute_accepted(invite("S", "B"))
    asked = _linked("S", "D")
    _asks("S", "D")()
    declined = "Creator: The creator declined."
    return [
        Case(
            "/seller/<str:shop_id>/links/<str:link_id>",
            sue,
            f"/seller/S/links/{invited}",
            {},
            _do("decline", shop_id="S", account_id="A"),
            declined,
        ),
        Case(
            many,
            sue,
            "/seller/S/many",
            {"do": "withdraw", "account_id": ["B"]},
            _do("decline", shop_id="S", account_id="B"),
            declined,
            look_first={"do": "choose"},
        ),
        Case(
            many,
            sue,
            "/seller/S/many",
            {"handles": "handlec", "role": "marketing", "do": "send"},
            _invites("S", "C"),
            "Shop: The shop invited the account",
            look_first={"do": "judge"},
        ),
        Case(
            "/seller/<str:shop_id>/links/<str:link_id>/unlink",
            sue,
            f"/seller/S/links/{asked}/unlink",
            {"answer": "agree"},
            _do("withdraw_unlink_request", shop_id="S", account_id="D"),
            "Creator: The creator withdrew the unlink request.",
        ),
    ]


def _of_a_creators_links(cy: FormClient, alex: FormClient) -> list[Case]:
    """A seller and a creator in two tabs; a creator in two tabs; the platform."""
    offered = _link(invite("U", "E"))
    _linked("U", "F")
    tabs = _linked("U", "G")
    return [
        Case(
            "/creator/<str:account_id>/",
            cy,
            "/creator/E/",
            {"link_id": offered, "answer": "confirm"},
            _invites("X", "E"),
            "Shop: The shop invited the account",
        ),
        Case(
            "/creator/<str:account_id>/",
            cy,
            "/creator/E/",
            {"link_id": offered, "answer": "decline"},
            _do("withdraw", shop_id="U", account_id="E"),
            "Shop: The shop withdrew.",
        ),
        Case(
            "/creator/<str:account_id>/profile/link",
            cy,
            "/creator/F/profile/link",
            {"do": "send"},
            _do("revoke", shop_id="U", account_id="F", note="fraud"),
            "Platform: The platform revoked the link: fraud",
        ),
        Case(
            "/creator/<str:account_id>/profile/link",
            cy,
            "/creator/G/profile/link",
            {"do": "send"},
            _asks("U", "G"),
            "Creator: The creator asked to be unlinked",
        ),
        Case(
            "/platform/links/<str:link_id>",
            alex,
            f"/platform/links/{tabs}",
            {"note": "fraud"},
            _do("withdraw_unlink_request", shop_id="U", account_id="G"),
            "The creator withdrew the unlink request.",
        ),
    ]


def _of_records(sue: FormClient, cy: FormClient, alex: FormClient) -> list[Case]:
    """Two people record what happened at the platform that decides."""
    now = clock.now().replace(second=0, microsecond=0)
    sent: dict[str, Any] = {"role": "marketing", "invited_at": (now - timedelta(hours=2)).isoformat()}
    typed = {"happened": "declined", "happened_at": f"{now:%Y-%m-%dT%H:%M}"}
    links = {
        account: _link(command("record_invitation", shop_id="Z", account_id=account, **sent))
        for account in ("B", "C", "A", "N")
    }
    listed = {
        "links": "handle\trole\nhandlem\tmarketing\n",
        "as_of": f"{now:%Y-%m-%dT%H:%M}",
        "do": "take",
    }
    ended = {"how": "withdrawn", "ended_at": now.isoformat(), "shop_id": "Z"}
    said = "It was recorded that the link ended at TikTok"
    return [
        Case(
            "/seller/<str:shop_id>/links/<str:link_id>",
            sue,
            f"/seller/Z/links/{links['B']}",
            typed,
            _do("record_end", account_id="B", **ended),
            said,
        ),
        Case(
            "/creator/<str:account_id>/",
            cy,
            "/creator/C/",
            {**typed, "link_id": links["C"]},
            _do("record_end", account_id="C", **ended),
            said,
        ),
        Case(
            "/platform/links/<str:link_id>",
            alex,
            f"/platform/links/{links['A']}",
            typed,
            _do("record_end", account_id="A", **ended),
            said,
        ),
        Case(
            "/seller/<str:shop_id>/mirror",
            sue,
            "/seller/Z/mirror",
            listed,
            _do("record_end", account_id="N", **ended),
            said,
            look_first={"do": "compare"},
        ),
        Case(
            "/platform/shops/<str:shop_id>/decided",
            alex,
            "/platform/shops/Z/decided",
            {"to": "here"},
            _do("change_shop", shop_id="Z", name="Zed"),
            "The shop’s details were recorded.",
        ),
    ]


def assign(ticket: Ticket, to: str | None) -> None:
    """Mei takes a ticket, or gives it back."""
    command = AssignTicket(at=BEGINNING, by=MEI, assignee=to, **fields_naming(ticket))
    answer = carry_out(command)
    assert answer["outcome"] == "accepted", answer


def _of_tickets(sue: FormClient, cy: FormClient, wei: FormClient, alex: FormClient) -> list[Case]:
    """Two agents, or support and a side, work on one ticket."""
    sellers = [
        ticket_at(
            open_ticket(by=Actor("shop", "T"), shop_id="T", account_id=account), when=clock.now()
        ).ticket
        for account in "HIJX"
    ]
    execute_accepted(put_account("K"), invite("T", "K"), put_account("K", region="FR"))
    creator = Actor("creator", "K")
    asked = open_ticket("accept", creator, shop_id="T", account_id="K")
    own = ticket_at(asked, when=clock.now()).ticket
    first, second, third, fourth = sellers
    support, correct = "/support/tickets/<str:ticket_id>", "/support/tickets/<str:ticket_id>/correct"
    words = "There is a new message in the ticket."
    answered = f"/support/tickets/{first.ticket_id}"
    return [
        Case(support, wei, answered, {"do": "reply", "text": "Hm"}, lambda: reply(first, MEI, "No"), words),
        Case(support, wei, answered, {"do": "resolve", "text": "Hm"}, lambda: reply(first, MEI, "No"), words),
        *_of_a_team(fourth, wei, alex),
        Case(
            correct,
            wei,
            f"/support/tickets/{second.ticket_id}/correct",
            {"region": "GB", "birth_date": "1991-01-01", "note": "seen", "do": "fix"},
            _do("correct_account", account_id="I", note="passport", region="GB"),
            "Support corrected the account’s details: passport Country of the account: United Kingdom",
            look_first={"do": "look"},
        ),
        Case(
            "/support/tickets/<str:ticket_id>/waive",
            wei,
            f"/support/tickets/{_spent().ticket_id}/waive",
            {"what": "shop.link_quota_spent shop", "note": "campaign", "do": "fix"},
            _do("grant_waiver", code="shop.link_quota_spent", shop_id="V", note="mine", until=None),
            "was granted: mine",
            look_first={"do": "look"},
        ),
        Case(
            "/seller/<str:shop_id>/tickets/<str:ticket_id>",
            sue,
            f"/seller/T/tickets/{third.ticket_id}",
            {"do": "withdraw"},
            lambda: reply(third, MEI, "Which passport?"),
            f"Support: {words}",
        ),
        Case(
            "/creator/<str:account_id>/tickets/<str:ticket_id>",
            cy,
            f"/creator/K/tickets/{own.ticket_id}",
            {"do": "reply", "text": "Well?"},
            lambda: reply(own, MEI, "Which passport?"),
            f"Support: {words}",
        ),
    ]


def _of_a_team(ticket: Ticket, wei: FormClient, alex: FormClient) -> list[Case]:
    """Several of the staff work on a ticket."""
    support, path = "/support/tickets/<str:ticket_id>", f"/support/tickets/{ticket.ticket_id}"
    given = "The ticket was given to somebody else."
    return [
        Case(support, wei, path, {"do": "take"}, lambda: assign(ticket, "mei"), given),
        Case(support, wei, path, {"do": "reply", "text": "Hm"}, lambda: assign(ticket, None), given),
        Case(
            "/platform/tickets/<str:ticket_id>",
            alex,
            f"/platform/tickets/{ticket.ticket_id}",
            {"do": "resolve", "text": "Hm"},
            lambda: reply(ticket, MEI, "No"),
            "There is a new message in the ticket.",
        ),
    ]


def _spent() -> Any:
    """A ticket of shop V, whose quota is spent."""
    for number in range(10):
        execute_accepted(put_account(f"W{number}"), invite("V", f"W{number}"), accept("V", f"W{number}"))
        execute_accepted(command("revoke", shop_id="V", account_id=f"W{number}", note="n"))
    return ticket_at(open_ticket(by=Actor("shop", "V"), shop_id="V", account_id="A"), when=clock.now()).ticket


def _of_commerce(sue: FormClient, cy: FormClient) -> list[Case]:
    official = _linked("O", "L", "official")
    _linked("S", "M")
    execute_accepted(put_content("film", "N"), put_content("other", "A"))
    execute_accepted(
        command("promote", shop_id="T", account_id="N", product_id="p2"),
        command("promote", shop_id="T", account_id="N", product_id="p2", content_id="film"),
    )
    recorded = "The product “Tea” was recorded."
    return [
        Case(
            "/seller/<str:shop_id>/products",
            sue,
            "/seller/O/products",
            {"link_id": official},
            _asks("O", "L"),
            "Creator: The creator asked to be unlinked",
        ),
        Case(
            "/creator/<str:account_id>/add",
            cy,
            "/creator/M/add",
            {"product_id": "p1"},
            lambda: execute_accepted(put_product("p1", "S", price_minor=1)),
            recorded,
        ),
        Case(
            "/creator/<str:account_id>/choose",
            cy,
            "/creator/A/choose?potential=false",
            {"product_id": "p2"},
            lambda: execute_accepted(put_product("p2", "T", commission_rate_bp=1)),
            recorded,
        ),
        Case(
            "/creator/<str:account_id>/videos",
            cy,
            "/creator/A/videos",
            {"content_id": "new", "kind": "video", "title": "Mine"},
            lambda: execute_accepted(put_content("new", "A")),
            NOTHING_DONE,
        ),
        Case(
            "/creator/<str:account_id>/showcase",
            cy,
            "/creator/N/showcase",
            {"product_id": "p2"},
            _do("remove_item", account_id="N", product_id="p2"),
            "This cannot be done now",
        ),
        Case(
            "/creator/<str:account_id>/videos/<str:content_id>",
            cy,
            "/creator/N/videos/film",
            {"product_id": "p2"},
            _do("remove_item", account_id="N", product_id="p2", content_id="film"),
            "This cannot be done now",
        ),
    ]


def _of_the_platform(alex: FormClient) -> list[Case]:
    waiver: dict[str, Any] = {"code": "shop.link_quota_spent", "shop_id": "U", "note": "campaign"}
    execute_accepted(command("grant_waiver", until=None, **waiver), put_account("Q"))
    start = clock.now() + timedelta(days=9)
    later = (start + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    key_id, _secret = create_key("till", {"read"}, clock.now())
    ann = somebody("ann", shops=["S"]).person_id
    return [
        Case(
            "/platform/waivers",
            alex,
            "/platform/waivers",
            {**waiver, "kind": "shop", "subject": "U", "do": "end"},
            _do("grant_waiver", until=None, **{**waiver, "note": "mine"}),
            "was granted: mine",
            look_first={},
        ),
        Case(
            "/platform/waivers",
            alex,
            "/platform/waivers",
            {"code": "shop.link_quota_spent", "kind": "shop", "subject": "U", "note": "more"},
            _do("invite", shop_id="U", account_id="Q", role="marketing", network_region="GB"),
            "invited the account",
            look_first={},
        ),
        Case(
            "/platform/rulebooks/<str:book_name>/start",
            alex,
            f"/platform/rulebooks/seller-university-2025/start?market=GB&start={later}",
            {"market": "GB", "start": later},
            _do("activate_rulebook", name="guide-2024-11", market="GB", effective_from=start.isoformat()),
            "The rulebook guide-2024-11 comes into force",
        ),
        Case(
            "/platform/people/<str:person_id>",
            alex,
            f"/platform/people/{ann}",
            {"do": "block"},
            lambda: membership.add(OPERATOR, ann, "shop", "T"),
            "A new member joined.",
        ),
        Case(
            "/platform/keys",
            alex,
            "/platform/keys",
            {"do": "revoke", "key_id": key_id},
            lambda: revoke_key(key_id, clock.now()),
            "this key is revoked already",
        ),
    ]


def _of_members(alex: FormClient) -> list[Case]:
    """Two people remove the same member."""
    sue, cy = signed_in(somebody("su2", shops=["S"])), signed_in(somebody("cy2", accounts=["A"]))
    bob, cat = somebody("bob", shops=["S"]).person_id, somebody("cat", accounts=["A"]).person_id
    ben, deb = somebody("ben", shops=["S"]).person_id, somebody("deb", accounts=["A"]).person_id
    dan = somebody("dan", staff=["support"]).person_id
    return [
        _removed("shop", "S", bob, sue, "/seller/<shop_id>/members/<person_id>/", "/seller/S/members/"),
        _removed(
            "creator", "A", cat, cy, "/creator/<account_id>/members/<person_id>/", "/creator/A/members/"
        ),
        _removed(
            "shop",
            "S",
            ben,
            alex,
            "/platform/shops/<shop_id>/members/<person_id>/",
            "/platform/shops/S/members/",
        ),
        _removed(
            "creator",
            "A",
            deb,
            alex,
            "/platform/accounts/<account_id>/members/<person_id>/",
            "/platform/accounts/A/members/",
        ),
        _removed(
            "support", "", dan, alex, "/platform/staff/<place>/<person_id>/", "/platform/staff/support/"
        ),
    ]


def _removed(  # noqa: PLR0913, PLR0917 (a member, and the page that removes them)
    place: Place, subject: str, person_id: str, client: FormClient, route: str, members: str
) -> Case:
    return Case(
        route,
        client,
        f"{members}{person_id}/",
        {},
        lambda: membership.remove(OPERATOR, person_id, place, subject),
        "is not a member here",
    )


def _of_invitations(alex: FormClient) -> list[Case]:
    """Two people withdraw the same invitation of a member."""
    sue, cy = signed_in(somebody("su3", shops=["S"])), signed_in(somebody("cy3", accounts=["A"]))
    return [
        _withdrawn("shop", "S", sue, "/seller/<shop_id>/members/", "/seller/S/members/"),
        _withdrawn("creator", "A", cy, "/creator/<account_id>/members/", "/creator/A/members/"),
        _withdrawn("shop", "S", alex, "/platform/shops/<shop_id>/members/", "/platform/shops/S/members/"),
        _withdrawn(
            "creator", "A", alex, "/platform/accounts/<account_id>/members/", "/platform/accounts/A/members/"
        ),
        _withdrawn("support", "", alex, "/platform/staff/", "/platform/staff/"),
    ]


def _withdrawn(place: Place, subject: str, client: FormClient, route: str, path: str) -> Case:
    made = membership.invite(OPERATOR, place, subject, "new@example.com")
    assert isinstance(made, membership.Invitation)
    return Case(
        route,
        client,
        path,
        {"place": place, "withdraw": made.invitation_id},
        lambda: membership.withdraw(OPERATOR, place, subject, made.invitation_id),
        "This cannot be done now",
    )
