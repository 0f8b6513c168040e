"""Every page of the consoles, as somebody of the demo world sees it. Whoever adds a page adds its stop here."""

import re
from typing import NamedTuple

from shoplink.flows import clock
from shoplink.store.read import page_of_links


class Stop(NamedTuple):
    """A page as a persona sees it (None: nobody is signed in), and on a network in a country.

    `{link SHOP ACCOUNT}` in a path stands for the id of the newest link of that pair. `before`: the address of a form
    that is sent first, and what is typed into it, as `field=value`.
    """

    path: str
    persona: str | None = None
    network: str = "GB"
    before: tuple[str, str] | None = None

    def address(self) -> str:
        """The path, with the ids of the database in use."""
        return re.sub(r"\{link ([^ ]+) ([^ }]+)\}", lambda found: _link_id(found[1], found[2]), self.path)


def _link_id(shop_id: str, account_id: str) -> str:
    links = [link for _, link in page_of_links(clock.now(), 1000, 0, shop_id=shop_id, account_id=account_id)]
    return links[-1].link_id


TOUR: dict[str, list[Stop]] = {
    "front": [Stop("/demo"), Stop("/demo", "mei")],
    "seller": [
        Stop("/seller/", "mei"),
        Stop("/seller/?view=room", "mei"),
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
    ],
    "support": [],
    "platform": [
        Stop("/platform/", "alex"),
        Stop("/platform/?market=GB&days=90", "alex"),
        Stop("/platform/search?q=hh-", "alex"),
        Stop("/platform/search?q=nothing-begins-so", "alex"),
        Stop("/platform/shops/hh-home-gb", "alex"),
        Stop("/platform/accounts/zhou.zhou?at=2026-01-01T00:00", "alex"),
        Stop("/platform/links/{link hh-home-gb zhou.zhou}", "alex"),
        Stop("/platform/rulebooks", "alex"),
        Stop("/platform/rulebooks/guide-2024-11?with=seller-university-2025", "alex"),
        Stop("/platform/waivers", "alex"),
        Stop("/platform/keys", "alex"),
        Stop("/platform/audit", "alex"),
    ],
    "help": [],
    "people": [],
}
"""The stops by place; each author keeps to their own list."""

STOPS = [stop for stops in TOUR.values() for stop in stops]

UNSEEN = {"front.door", "choices.choices", "creator.start"}
"""Pages that only lead on to others."""
