"""The help centre's topics on what follows once an account is linked, in the guide's words and order."""

from shoplink.wording.passage import Passage, Topic, approves_by_clock, instruction
from shoplink.wording.text import N_, P_

AFTERWARDS: dict[str, Topic] = {
    "held": Topic(
        N_("Linking takes long"),
        (
            Passage(
                N_(
                    "The account may have been registered in another country than the shop’s. Open a ticket: once support"
                    " has corrected it, linking goes on by itself."
                )
            ),
            Passage(
                N_(
                    "The account’s e-commerce permission may have been revoked after violations. The creator has it"
                    " restored in the TikTok app; linking then goes on by itself."
                )
            ),
            Passage(N_("The page of the link says which of these it is, and whose turn it is.")),
        ),
        ("account.registration_mismatch", "account.commerce_permission_revoked"),
    ),
    "failed": Topic(
        N_("Linking fails"),
        (
            Passage(
                N_(
                    "A refusal names every reason at once, with what to do and who must act. The commonest: the network is in"
                    " another country; the account’s user is under {age}; the status of the shop or the account is"
                    " abnormal; the account is linked already."
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
                N_("The seller finds the request at the shop, opens “View details”, and chooses “Agree”.")
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
                    " commission again. History stays."
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
                    "An abnormal account status is nothing that support can change: the creator restores it in the TikTok app."
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
"""The topics of the second half of the guide, in its order."""
