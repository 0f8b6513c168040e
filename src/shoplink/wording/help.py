"""The topics of the help centre: the guide, in its words and order, with the numbers of the rulebook in force.

No number is written here: passages name parameters, and a passage that does not apply under a rulebook is left out.
"""

from shoplink.wording.passage import (
    Passage,
    Topic,
    approves_by_clock,
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
                    "The account’s status must be normal, its user must be at least {age} years old, and its"
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
                    "Once confirmed, the account is linked at once, unless something holds the link in review. Linking then"
                    " continues automatically, with no new invitation, as soon as that is settled."
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
                    "An account is linked to one shop at a time, in any role. After unlinking, other shops may link the"
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
                    "A linked account needs no minimum number of followers to sell in videos and lives, and the shop’s orders"
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
    "held": Topic(
        N_("Linking takes a long time"),
        (
            Passage(
                N_(
                    "The account may have been registered in another country than the shop’s. Open a ticket: once support"
                    " has corrected it, linking continues automatically."
                )
            ),
            Passage(
                N_(
                    "The account’s e-commerce permission may have been revoked after violations. The creator has it"
                    " restored in the TikTok app; linking then continues automatically."
                )
            ),
            Passage(N_("The page of the link says which of these applies, and who must act next.")),
        ),
        ("account.registration_mismatch", "account.commerce_permission_revoked"),
    ),
    "failed": Topic(
        N_("Linking fails"),
        (
            Passage(
                N_(
                    "A refusal names every reason at once, with what to do and who must act. The most common: the network is in"
                    " another country; the account’s user is under {age}; the status of the shop or the account is"
                    " abnormal; the account is already linked."
                ),
                ("minimum_age_years",),
            ),
        ),
        (
            "network.region_mismatch",
            "account.under_age",
            "shop.status_not_normal",
            "account.status_not_normal",
            "account.already_linked",
        ),
    ),
    "unlinking": Topic(
        N_("Unlink an account"),
        (
            Passage(
                P_(
                    "A link can be unlinked {minimum_hours} hour after it was established.",
                    "A link can be unlinked {minimum_hours} hours after it was established.",
                    "minimum_hours",
                ),
                ("minimum_link_age_hours",),
            ),
            instruction(
                N_("The creator signs in on a phone, with network and account in the shop’s country.")
            ),
            instruction(N_("Choose the showcase button, then “Enter” in the menu, then “Your Shop”.")),
            instruction(N_("At the bottom of that page choose “View link info”.")),
            instruction(N_("At the bottom of “Link info” choose “Send unlink request”.")),
            instruction(
                N_("The seller finds the request in the shop, opens “View details”, and chooses “Agree”.")
            ),
            instruction(N_("The place is free at once: the shop can link another account.")),
            Passage(
                N_("A request that the shop leaves unanswered stays open."),
                ("unlink_answer_days",),
                lambda rulebook: not approves_by_clock(rulebook),
            ),
            Passage(
                P_(
                    "A request that the shop leaves unanswered counts as approved after {answer_days} day.",
                    "A request that the shop leaves unanswered counts as approved after {answer_days} days.",
                    "answer_days",
                ),
                ("unlink_answer_days",),
                approves_by_clock,
            ),
            Passage(
                N_("The shop cannot unlink on its own: the creator has to ask first."),
                ("shop_may_unlink_alone",),
                lambda rulebook: not rulebook.parameters.shop_may_unlink_alone,
            ),
            Passage(
                N_("The shop may also unlink on its own, without a request."),
                ("shop_may_unlink_alone",),
                lambda rulebook: rulebook.parameters.shop_may_unlink_alone,
            ),
            Passage(
                N_(
                    "After unlinking the shop’s items leave the account’s showcase, and new orders through it carry"
                    " commission again. The history stays."
                )
            ),
        ),
        ("link.younger_than_minimum", "unlink.needs_creator_request", "shop.unlink_quota_spent"),
    ),
    "support": Topic(
        N_("Who can help"),
        (
            Passage(
                N_(
                    "Where support can help, the refusal offers a ticket that is already written. Support finds the cause"
                    " and can correct an account’s country, country of registration and birth date, on evidence."
                )
            ),
            Passage(
                N_("Support cannot change the country of accounts registered in: {countries}."),
                ("uncorrectable_regions",),
                lambda rulebook: bool(rulebook.parameters.uncorrectable_regions),
            ),
            Passage(
                N_(
                    "Support cannot change an abnormal account status: the creator restores it in the TikTok app."
                )
            ),
            Passage(
                N_(
                    "Where support cannot help, no ticket can be opened; the refusal says who can act instead."
                )
            ),
        ),
        ("account.status_not_normal", "account.region_mismatch", "account.registration_mismatch"),
    ),
}
"""The topics by the last part of their address, in the order of the guide."""
