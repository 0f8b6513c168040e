"""Every page of the consoles, as a persona of the demo sees it. Add a stop here for every new page."""

import re
from collections.abc import Callable
from typing import NamedTuple

from shoplink.flows import clock
from shoplink.store.order_runs import runs_of
from shoplink.store.read.link import page_of_links
from shoplink.store.ticket.tickets import page_of_tickets


class Stop(NamedTuple):
    """A page for a persona (None: nobody is signed in) on a network in a country.

    `{link SHOP ACCOUNT}` in a path stands for the id of the newest link of that pair, `{ticket SHOP ACCOUNT}` for that
    of its newest ticket, `{orders SHOP}` for that of the newest file of orders. `before`: the address of a form that is
    sent first, and what is typed into it, as `field=value`.
    """

    path: str
    persona: str | None = None
    network: str = "GB"
    before: tuple[str, str] | None = None

    def address(self) -> str:
        """The path, with the ids of the database in use."""
        ids: dict[str, Callable[..., str]] = {"link": _link_id, "ticket": _ticket_id, "orders": _order_run_id}
        return re.sub(
            r"\{(link|ticket|orders) ([^}]+)\}", lambda found: ids[found[1]](*found[2].split()), self.path
        )


def _link_id(shop_id: str, account_id: str) -> str:
    links = [link for _, link in page_of_links(clock.now(), 1000, 0, shop_id=shop_id, account_id=account_id)]
    return links[-1].link_id


def _ticket_id(shop_id: str, account_id: str) -> str:
    found = page_of_tickets(clock.now(), 1, 0, shop_id=shop_id, account_id=account_id, newest_first=True)
    return found[0].ticket_id


def _order_run_id(shop_id: str) -> str:
    return runs_of(shop_id, 1)[0].run_id


TOUR: dict[str, list[Stop]] = {
    "front": [Stop("/demo"), Stop("/demo", "mei")],
    "seller": [
        Stop("/seller/", "mei"),
        Stop("/seller/?view=room", "mei"),
        Stop("/seller/?q=harbour", "mei"),
        Stop("/seller/?q=nothing-so-named", "mei"),
        Stop("/seller/hh-home-gb/links?q=zhou", "mei"),
        Stop("/seller/hh-home-gb/links?q=nobody-so-named", "mei"),
        Stop("/seller/hh-home-gb/", "mei"),
        Stop("/seller/hh-home-gb/?role=marketing", "mei"),
        Stop("/seller/hh-tea-gb/?role=marketing", "mei"),
        Stop("/seller/hh-beauty-gb/?role=marketing", "lan"),
        Stop("/seller/hh-home-gb/link?role=marketing", "mei"),
        Stop(
            "/seller/hh-popup-1/link/nora.lane-1/official",
            "mei",
            before=("/seller/hh-popup-1/link", "handle=noralane1"),
        ),
        Stop(
            "/seller/hh-beauty-gb/link/jack.lin/marketing",
            "lan",
            before=("/seller/hh-beauty-gb/link", "handle=jacklin07"),
        ),
        Stop("/seller/hh-home-gb/links", "mei"),
        Stop("/seller/hh-home-gb/links/{link hh-home-gb zhou.zhou}", "mei"),
        Stop("/seller/hh-home-gb/links/{link hh-home-gb callum.reid}", "mei"),
        Stop("/seller/hh-snacks-us/links/{link hh-snacks-us mei.lin}", "mei", "US"),
        Stop("/seller/hh-home-gb/links/{link hh-home-gb zhou.zhou}/unlink", "mei"),
        Stop("/seller/hh-home-gb/many", "mei"),
        Stop("/seller/hh-home-gb/many?do=choose&account_id=callum.reid&account_id=hannah.brooks", "mei"),
        Stop("/seller/hh-home-gb/orders", "mei"),
        Stop("/seller/hh-home-gb/orders/{orders hh-home-gb}", "mei"),
        Stop("/seller/hh-home-gb/tickets", "mei"),
        Stop("/seller/hh-tea-gb/tickets", "mei"),
        Stop("/seller/hh-popup-1/tickets", "mei"),
        Stop("/seller/hh-home-gb/tickets/{ticket hh-home-gb jack.lin}", "mei"),
        Stop("/seller/hh-home-gb/tickets/{ticket hh-home-gb sam.okoro}", "mei"),
        Stop("/seller/hh-beauty-gb/tickets/{ticket hh-beauty-gb amelia.ward}", "lan"),
        Stop("/seller/hh-tea-gb/products", "mei"),
        Stop("/seller/hh-beauty-gb/products?q=&potential=true", "lan"),
        Stop("/seller/hh-home-gb/products/hh-home-gb.01", "mei"),
        Stop("/seller/hh-home-gb/products/hh-home-gb.05", "mei"),
        Stop("/seller/", "ivy"),
        Stop("/seller/wc-lamps-gb/?role=marketing", "ivy"),
        Stop("/seller/wc-lamps-gb/many", "ivy"),
        Stop("/seller/wc-lamps-gb/mirror", "ivy"),
        Stop("/seller/wc-lamps-gb/links/{link wc-lamps-gb eva.stone}", "ivy"),
        Stop("/seller/wc-lamps-gb/links/{link wc-lamps-gb dev.rao}", "ivy"),
        Stop("/seller/wc-lamps-gb/links/{link wc-lamps-gb ben.cole}", "ivy"),
        Stop(
            "/seller/wc-lamps-gb/link/nora.lane-1/marketing",
            "ivy",
            before=("/seller/wc-lamps-gb/link", "handle=noralane1"),
        ),
        Stop(
            "/seller/wc-yoga-us/link/uma.reyes/marketing",
            "ivy",
            "US",
            before=("/seller/wc-yoga-us/link", "handle=umareyes"),
        ),
    ],
    "creator": [
        Stop("/creator/callum.reid/", "callum"),
        Stop("/creator/jack.lin/", "jack"),
        Stop("/creator/mei.lin/", "meilin", "US"),
        Stop("/creator/zhou.zhou/profile", "zhou"),
        Stop("/creator/zhou.zhou/profile/showcase", "zhou"),
        Stop("/creator/olivia.chen/profile/showcase", "olivia", "ID"),
        Stop("/creator/zhou.zhou/profile/shop", "zhou"),
        Stop("/creator/zhou.zhou/profile/link", "zhou"),
        Stop("/creator/olivia.chen/profile/link", "olivia"),
        Stop("/creator/olivia.chen/profile/link", "olivia", "unknown"),
        Stop("/creator/callum.reid/rights", "callum"),
        Stop("/creator/zhou.zhou/rights", "zhou"),
        Stop("/creator/zhou.zhou/settlements", "zhou"),
        Stop("/creator/zhou.zhou/history", "zhou"),
        Stop("/creator/mei.lin/tickets", "meilin", "US"),
        Stop("/creator/mei.lin/tickets/{ticket hh-snacks-us mei.lin}", "meilin", "US"),
        Stop("/creator/nora.lane-1/tickets", "nora"),
        Stop("/creator/zhou.zhou/showcase", "zhou"),
        Stop("/creator/olivia.chen/showcase", "olivia"),
        Stop("/creator/jack.lin/showcase", "jack"),
        Stop("/creator/zhou.zhou/videos", "zhou"),
        Stop("/creator/zhou.zhou/videos/zhou-room-tour", "zhou"),
        Stop("/creator/zhou.zhou/add", "zhou"),
        Stop("/creator/zhou.zhou/add?to=zhou-room-tour&q=&potential=true", "zhou"),
        Stop("/creator/callum.reid/choose", "callum"),
        Stop("/creator/eva.stone/", "eva"),
        Stop("/creator/ben.cole/", "ben"),
        Stop("/creator/ben.cole/profile/link", "ben"),
    ],
    "support": [
        Stop("/support/", "wei"),
        Stop("/support/?status=answered&market=GB", "wei"),
        Stop("/support/?status=resolved", "wei"),
        Stop("/support/?status=closed", "wei"),
        Stop("/support/?status=resolved&market=US", "wei"),
        Stop("/support/?holder=mine&status=answered&q=HH", "wei"),
        Stop("/support/?holder=nobody&reason=account.under_age&q=nothing-like-this", "wei"),
        Stop("/support/tickets/{ticket hh-snacks-us mei.lin}", "wei"),
        Stop("/support/tickets/{ticket hh-beauty-gb amelia.ward}", "wei"),
        Stop("/support/tickets/{ticket hh-home-gb jack.lin}", "wei"),
        Stop("/support/tickets/{ticket hh-beauty-gb ruby.singh}", "wei"),
        Stop("/support/tickets/{ticket hh-snacks-us mei.lin}/correct", "wei"),
        Stop("/support/tickets/{ticket hh-beauty-gb amelia.ward}/waive", "wei"),
        Stop("/support/find", "wei"),
        Stop("/support/find?q=Harbour", "wei"),
        Stop("/support/find?q=ticket", "wei"),
        Stop("/support/find?q=nothing-begins-so", "wei"),
        Stop("/support/shops/hh-beauty-gb", "wei"),
        Stop("/support/accounts/mei.lin", "wei"),
    ],
    "platform": [
        Stop("/platform/", "alex"),
        Stop("/platform/?market=GB&days=90", "alex"),
        Stop("/platform/search?q=Harbour", "alex"),
        Stop("/platform/search?q=link", "alex"),
        Stop("/platform/search?q=nothing-begins-so", "alex"),
        Stop("/platform/search?q=mei@", "alex"),
        Stop("/platform/people/person_mei", "alex"),
        Stop("/platform/shops/hh-home-gb", "alex"),
        Stop("/platform/shops/wc-lamps-gb", "alex"),
        Stop("/platform/shops/wc-lamps-gb/decided", "alex"),
        Stop("/platform/shops/hh-home-gb/decided", "alex"),
        Stop("/platform/discrepancies", "alex"),
        Stop("/platform/links/{link wc-lamps-gb dev.rao}", "alex"),
        Stop("/platform/accounts/zhou.zhou?at=2026-01-01T00:00", "alex"),
        Stop("/platform/links/{link hh-home-gb zhou.zhou}", "alex"),
        Stop("/platform/import", "alex"),
        Stop("/platform/rulebooks", "alex"),
        Stop("/platform/rulebooks/guide-2024-11?with=seller-university-2025", "alex"),
        Stop("/platform/rulebooks/seller-university-2025/start?market=GB", "alex"),
        Stop("/platform/orders", "alex"),
        Stop("/platform/orders/{orders hh-home-gb}", "alex"),
        Stop("/platform/waivers", "alex"),
        Stop("/platform/tickets", "alex"),
        Stop("/platform/tickets?holder=all&status=answered", "alex"),
        Stop("/platform/tickets/{ticket hh-beauty-gb amelia.ward}", "alex"),
        Stop("/platform/keys", "alex"),
        Stop("/platform/audit", "alex"),
    ],
    "help": [
        Stop("/help/"),
        Stop("/help/", "mei"),
        Stop("/help/?q=country", "mei"),
        Stop("/help/?q=xyzzy"),
        Stop("/help/linking?market=US", "mei"),
        Stop("/help/unlinking"),
        Stop("/help/reasons/account.under_age", "lan"),
    ],
    "people": [
        Stop("/sign-in/"),
        Stop("/sign-in/forgotten/"),
        Stop("/sign-in/inactive/"),
        Stop("/sign-in/cancelled/"),
        Stop("/sign-up/"),
        Stop("/sign-out/", "mei"),
        Stop("/settings/", "mei"),
        Stop("/settings/address/", "mei"),
        Stop("/settings/security/", "mei"),
        Stop("/settings/security/sessions/", "mei"),
        Stop("/settings/security/password/new/", "mei"),
        Stop("/settings/security/app/", "mei"),
        Stop("/settings/security/passkeys/", "mei"),
        Stop("/settings/security/passkeys/add/", "mei"),
        Stop("/settings/security/providers/", "mei"),
        Stop("/seller/hh-home-gb/members/", "mei"),
        Stop("/seller/hh-home-gb/members/person_mei/", "mei"),
        Stop("/creator/callum.reid/members/", "callum"),
        Stop("/creator/callum.reid/members/person_callum/", "callum"),
        Stop("/platform/staff/", "alex"),
        Stop("/platform/staff/support/person_wei/", "alex"),
        Stop("/platform/shops/hh-home-gb/members/", "alex"),
        Stop("/platform/shops/hh-home-gb/members/person_mei/", "alex"),
        Stop("/platform/accounts/callum.reid/members/", "alex"),
        Stop("/platform/accounts/callum.reid/members/person_callum/", "alex"),
    ],
    "messages": [
        Stop("/inbox/", "mei"),
        Stop("/inbox/?show=unread", "callum"),
        Stop("/inbox/", "alex"),
        Stop("/settings/messages", "leo"),
        Stop("/settings/messages", "alex"),
        Stop("/settings/calendar", "mei"),
    ],
}
"""The stops by place."""

STOPS = [stop for stops in TOUR.values() for stop in stops]


class Look(NamedTuple):
    """What a form of a stop is answered with before the step is done: what is typed, what is chosen, and the button."""

    stop: Stop
    typed: dict[str, str]
    button: str
    chosen: str = ""


def _stop_at(path: str) -> Stop:
    return next(stop for stop in STOPS if stop.path == path)


LOOKS = [
    Look(
        _stop_at("/support/tickets/{ticket hh-beauty-gb amelia.ward}/waive"),
        {"note": "A campaign that was agreed"},
        'button[name="do"][value="look"]',
        'input[name="what"]',
    ),
    Look(
        _stop_at("/support/tickets/{ticket hh-snacks-us mei.lin}/correct"),
        {"birth_date": "1991-01-01", "note": "The passport, seen in a call"},
        'button[name="do"][value="look"]',
    ),
    Look(
        _stop_at("/platform/waivers"),
        {"subject": "hh-beauty-gb", "note": "A campaign that was agreed"},
        'button[name="do"][value="grant"]',
    ),
    Look(
        _stop_at("/seller/wc-lamps-gb/mirror"),
        {
            "links": "handle\trole\tsince\tstate\nanalights\tofficial\t2024-01-01\tlinked\n"
            "kaiwestyoga\tmarketing\t2026-01-01\tlinked\nnobodyhere\tmarketing\t\tlinked\n"
        },
        'button[name="do"][value="compare"]',
    ),
    Look(_stop_at("/seller/hh-home-gb/many"), {"handles": "jacklin07"}, 'button[name="do"][value="judge"]'),
]
"""The looks before a step: pages that answer a form, and so have no address of their own."""

NOT_IN_TOUR = {
    "front.door",
    "front.choices",
    "front.clock",
    "creator.start",
    "creator.open_ticket",
    "creator.settlement",
    "seller.open_ticket",
    "seller.order_file",
    "seller.order_statement",
    "platform.order_file",
    "platform.order_statement",
} | {
    "people.bell",
    "people.feed",
    "account_change_password",
    "account_complete_password_reset",
    "account_confirm_password_reset_code",
    "account_email_verification_sent",
    "account_password_reset_completed",
    "account_reauthenticate",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "openid_connect_callback",
    "openid_connect_login",
    "people.by_link",
    "people.join",
    "socialaccount_login_error",
    "socialaccount_signup",
    "tiktok_callback",
    "tiktok_login",
}
"""Redirects, parts of pages, files, and pages that others lead to: tests/web/test_sign_in_steps.py and test_orders.py here
walk there."""
