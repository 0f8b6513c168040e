"""The help centre's topics: the guide, in its words and order, with the numbers of whichever rulebook is in force.

No number stands here: passages name parameters, and those that a rulebook does not bear out are left out.
"""

from shoplink.wording.help_afterwards import AFTERWARDS
from shoplink.wording.passage import (
    Passage,
    Topic,
    asks_network_of,
    instruction,
    limits_accounts,
    limits_shops,
)
from shoplink.wording.text import N_, P_

TOPICS: dict[str, Topic] = {
    "linking": Topic(
        N_("Link a TikTok account"),
        (
            Passage(
                N_(
                    "The account’s status must be normal, its user at least {age} years old, and the account’s"
                    " country must be the shop’s."
                ),
                ("minimum_age_years",),
            ),
            Passage(
                N_(
                    "The seller’s network must be in the shop’s country, and the creator’s too when confirming."
                ),
                ("network_asked_of",),
                asks_network_of("shop", "creator"),
            ),
            Passage(
                N_("The seller’s network must be in the shop’s country."),
                ("network_asked_of",),
                asks_network_of("shop"),
            ),
            Passage(
                N_("The creator’s network must be in the shop’s country when confirming."),
                ("network_asked_of",),
                asks_network_of("creator"),
            ),
            instruction(
                N_(
                    "In the seller back office open My account → Link TikTok account, and choose Link official account or"
                    " Marketing account."
                )
            ),
            instruction(
                N_(
                    "Find the account by its handle. Every condition is shown, with what to do where one is not met; if"
                    " all are met, choose Send invitation."
                )
            ),
            instruction(
                P_(
                    "The creator confirms in the app within {invitation_hours} hour; after that the invitation expires.",
                    "The creator confirms in the app within {invitation_hours} hours; after that the invitation expires.",
                    "invitation_hours",
                ),
                "invitation_hours",
            ),
            instruction(
                N_(
                    "Once confirmed, the account is linked at once, unless something still holds it; then it goes on by"
                    " itself, with no new invitation, as soon as that is settled."
                )
            ),
        ),
        ("link.invitation_expired", "link.already_invited", "account.already_linked"),
    ),
    "slots": Topic(
        N_("How many accounts a shop can link"),
        (
            Passage(
                N_(
                    "A shop first admitted as open (普招): official accounts {open_official}, marketing accounts {open_marketing}."
                ),
                ("slots_open",),
            ),
            Passage(
                N_(
                    "A shop first admitted as invited (定邀): official accounts {invited_official}, marketing accounts {invited_marketing}."
                ),
                ("slots_invited",),
            ),
            Passage(
                N_(
                    "An account is linked to one shop at a time, as whatever. After unlinking, other shops may link the"
                    " account, and the shop may link another."
                )
            ),
            Passage(
                N_(
                    "An invitation takes its place from when it is sent until it is declined, withdrawn or expired."
                )
            ),
        ),
        ("shop.slots_full", "shop.role_not_available"),
    ),
    "roles": Topic(
        N_("Official account, marketing account, affiliate creator"),
        (
            Passage(
                N_(
                    "Official account: the shop’s products can be synced to its showcase; products can also be added"
                    " with Add from shop, to showcase, videos and lives."
                )
            ),
            Passage(
                N_("Marketing account: products are added with Add from shop, to showcase, videos and lives.")
            ),
            Passage(
                N_(
                    "A linked account needs no minimum of followers to sell in videos and lives, and the shop’s orders"
                    " through it carry no commission. An affiliate creator, who is not linked, needs {followers} followers"
                    " and sells for commission."
                ),
                ("affiliate_followers_minimum",),
            ),
            Passage(
                N_("An official account may also promote other shops’ products."),
                ("official_may_promote_other_shops",),
                lambda rulebook: rulebook.parameters.official_may_promote_other_shops,
            ),
            Passage(
                N_("An official account may not promote other shops’ products."),
                ("official_may_promote_other_shops",),
                lambda rulebook: not rulebook.parameters.official_may_promote_other_shops,
            ),
            Passage(
                N_("A marketing account may also promote other shops’ products."),
                ("marketing_may_promote_other_shops",),
                lambda rulebook: rulebook.parameters.marketing_may_promote_other_shops,
            ),
            Passage(
                N_("A marketing account may not promote other shops’ products."),
                ("marketing_may_promote_other_shops",),
                lambda rulebook: not rulebook.parameters.marketing_may_promote_other_shops,
            ),
        ),
        ("account.followers_below_minimum", "role.other_shops_not_allowed", "showcase.not_official"),
    ),
    "quotas": Topic(
        N_("How often a shop can link and unlink"),
        (
            Passage(
                P_(
                    "Official account: a shop can unlink {unlinks} time in its whole history.",
                    "Official account: a shop can unlink {unlinks} times in its whole history.",
                    "unlinks",
                ),
                ("official_unlinks_per_shop",),
            ),
            Passage(
                P_(
                    "Marketing account: a shop can link {shop_limit} time in {shop_days} days. A link counts for {shop_days}"
                    " days from when it was established, ended or not; open invitations count too.",
                    "Marketing account: a shop can link {shop_limit} times in {shop_days} days. A link counts for {shop_days}"
                    " days from when it was established, ended or not; open invitations count too.",
                    "shop_limit",
                ),
                ("marketing_links_per_shop",),
                limits_shops,
            ),
            Passage(
                N_("Marketing account: how often a shop may link is not limited."),
                ("marketing_links_per_shop",),
                lambda rulebook: not limits_shops(rulebook),
            ),
            Passage(
                P_(
                    "One account can be linked as a marketing account {account_limit} time in {account_days} days, across"
                    " all shops.",
                    "One account can be linked as a marketing account {account_limit} times in {account_days} days, across"
                    " all shops.",
                    "account_limit",
                ),
                ("marketing_links_per_account",),
                limits_accounts,
            ),
            Passage(
                N_("If it cannot wait, open a ticket and ask support for a waiver."),
                ("waivable_for_shop",),
                lambda rulebook: bool(rulebook.parameters.waivable_for_shop),
            ),
        ),
        ("shop.link_quota_spent", "account.link_quota_spent", "shop.unlink_quota_spent"),
    ),
    **AFTERWARDS,
}
"""Every topic by the end of its address, in the order of the guide."""
