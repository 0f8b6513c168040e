"""The paragraph of the help centre about each reason: what it means, with the rulebook's numbers, and what to do."""

from shoplink.wording.passage import Topic, limits_accounts, limits_shops, reason_topic
from shoplink.wording.text import N_, P_

_CHECK_ID = N_("Check the id, and try again.")
_NO_LIMIT = N_("In this market there is no such limit.")
_NOTHING_TO_DO = N_("Nothing needs to be done.")

REASONS_HELP: dict[str, Topic] = {
    "shop.not_found": reason_topic(
        N_("The shop is not recorded"), N_("No shop with this id is recorded."), _CHECK_ID
    ),
    "account.not_found": reason_topic(
        N_("The account is not recorded"),
        N_("No TikTok account with this id or handle is recorded."),
        N_("Ask the creator for the exact handle. If it is right, open a ticket."),
    ),
    "link.not_found": reason_topic(
        N_("There is no link"),
        N_("This shop and this account are not linked and never were, and there is no invitation."),
        N_("The shop sends an invitation in My account → Link TikTok account."),
    ),
    "rulebook.not_found": reason_topic(
        N_("The rulebook is not installed"),
        N_("No rulebook of this name is installed."),
        N_("The platform’s staff choose one that is installed."),
    ),
    "waiver.not_found": reason_topic(
        N_("There is no waiver"),
        N_("No waiver from this reason is in force for this shop or account."),
        _NOTHING_TO_DO,
    ),
    "rulebook.activation_not_found": reason_topic(
        N_("No such start is ahead"),
        N_(
            "No start of this rulebook at this instant is ahead in this market: it was cancelled, or it has started."
        ),
        N_("The platform’s staff look up what is ahead on the page of rulebooks."),
    ),
    "shop.decided_elsewhere": reason_topic(
        N_("TikTok decides about this shop’s links"),
        N_(
            "The links of this shop stand at TikTok, which decides about them. Here they are kept, counted and foreseen."
        ),
        N_(
            "Do the step at TikTok; then record it here: invited, confirmed, linked, unlinked, with the instant of each."
        ),
    ),
    "shop.decided_here": reason_topic(
        N_("This shop’s links are decided here"),
        N_("What happened elsewhere is recorded only for shops whose links stand at another platform."),
        N_("Do the step itself on the link’s page."),
    ),
    "link.invitation_expired": reason_topic(
        N_("The invitation has expired"),
        P_(
            "An invitation has to be confirmed within {invitation_hours} hour.",
            "An invitation has to be confirmed within {invitation_hours} hours.",
            "invitation_hours",
        ),
        N_("The shop sends a new invitation; the creator confirms it in the app in time."),
        "invitation_hours",
    ),
    "link.wrong_state": reason_topic(
        N_("Not possible in this state"),
        N_("The link has changed in the meantime: for example, it was declined or withdrawn."),
        N_("Open the link: its page says where it stands and what can be done."),
    ),
    "shop.market_fixed": reason_topic(
        N_("The market is fixed"),
        N_("The market of a shop never changes."),
        N_("To sell in another market, another shop is recorded."),
    ),
    "shop.enrolment_fixed": reason_topic(
        N_("The enrolment is fixed"),
        N_("How a shop was first admitted, as open (普招) or invited (定邀), never changes."),
        N_("Use the enrolment that is recorded."),
    ),
    "link.date_out_of_order": reason_topic(
        N_("The dates are out of order"),
        N_("A link begins before it ends, and neither date is in the future."),
        N_("Correct the dates in the records to be imported."),
    ),
    "account.links_overlap": reason_topic(
        N_("The periods overlap"),
        N_("An account is linked to one shop at a time, in the past too."),
        N_("Correct the dates in the records to be imported, or open a ticket."),
    ),
    "waiver.not_allowed": reason_topic(
        N_("No waiver is possible"),
        N_(
            "The rulebook lists the reasons that support may waive for a shop or an account; this is not one of them."
        ),
        N_("The cause itself must be resolved."),
        "waivable_for_shop",
        "waivable_for_account",
    ),
    "rulebook.date_in_past": reason_topic(
        N_("The start is in the past"),
        N_("A rulebook comes into force now or later, never in the past."),
        N_("The platform’s staff choose an instant from now on."),
    ),
    "unlink.already_requested": reason_topic(
        N_("An unlink request is already open"),
        N_("The creator has asked to be unlinked, and the shop has not answered yet."),
        N_("The shop opens “View details” and agrees or refuses."),
    ),
    "unlink.not_requested": reason_topic(
        N_("No unlink request is open"),
        N_("There is no request to answer or withdraw."),
        N_(
            "The creator sends one on the phone: showcase button → Enter → Your Shop → View link info → Send unlink request."
        ),
    ),
    "unlink.needs_creator_request": reason_topic(
        N_("The creator has to ask first"),
        N_("In this market a shop cannot unlink on its own."),
        N_(
            "The creator sends an unlink request on the phone; the shop then opens “View details” and agrees."
        ),
        "shop_may_unlink_alone",
        when=lambda rulebook: not rulebook.parameters.shop_may_unlink_alone,
        otherwise=N_("In this market a shop may unlink on its own, so this does not happen."),
    ),
    "link.younger_than_minimum": reason_topic(
        N_("The link is too recent"),
        P_(
            "A link can be unlinked {minimum_hours} hour after it was established.",
            "A link can be unlinked {minimum_hours} hours after it was established.",
            "minimum_hours",
        ),
        N_("Wait until the instant that the refusal names."),
        "minimum_link_age_hours",
    ),
    "shop.status_not_normal": reason_topic(
        N_("The shop’s status is abnormal"),
        N_("A shop links accounts only while its own status is normal."),
        N_("The seller restores the status in the seller back office."),
    ),
    "account.status_not_normal": reason_topic(
        N_("The account’s status is abnormal"),
        N_("An account is linked only while its status is normal."),
        N_("The creator restores it in the TikTok app. Support cannot do this."),
    ),
    "account.age_unknown": reason_topic(
        N_("The age is unknown"),
        N_("The user of an account must be at least {age} years old, and no birth date is recorded."),
        N_("Open a ticket: support records the birth date on evidence."),
        "minimum_age_years",
    ),
    "account.under_age": reason_topic(
        N_("The account’s user is too young"),
        N_("The user of an account must be at least {age} years old."),
        N_("Linking is possible from the birthday on. If the recorded birth date is wrong, open a ticket."),
        "minimum_age_years",
    ),
    "account.region_mismatch": reason_topic(
        N_("The account is in another country"),
        N_("The account’s country must be the shop’s."),
        N_(
            "Open a ticket: support checks and corrects the country, unless the account was registered where it cannot."
        ),
        "uncorrectable_regions",
    ),
    "account.registration_mismatch": reason_topic(
        N_("The account was registered in another country"),
        N_(
            "A confirmed link is held in review while the account’s country of registration is not the shop’s."
        ),
        N_(
            "Open a ticket: once support has corrected it, linking continues automatically, unless the account was registered"
            " where support cannot correct it."
        ),
        "uncorrectable_regions",
    ),
    "account.commerce_permission_revoked": reason_topic(
        N_("The e-commerce permission was revoked"),
        N_(
            "After violations an account may lose its e-commerce permission; a confirmed link is then held in review."
        ),
        N_("The creator has it restored in the TikTok app; linking then continues automatically."),
    ),
    "network.region_mismatch": reason_topic(
        N_("The network is in another country"),
        N_("The person who links or unlinks must be on a network in the shop’s country."),
        N_("Use a network in the shop’s country, without VPN or proxy, then try again."),
        "network_asked_of",
        when=lambda rulebook: bool(rulebook.parameters.network_asked_of),
        otherwise=N_("In this market the network is not checked."),
    ),
    "account.already_linked": reason_topic(
        N_("The account is already linked"),
        N_("An account is linked, or being linked, to one shop at a time."),
        N_("The creator asks to be unlinked there first; then the account can be linked here."),
    ),
    "link.already_invited": reason_topic(
        N_("The account is already invited"),
        N_("The shop’s own invitation is still open."),
        N_("The creator confirms it, or the shop withdraws it and sends another."),
    ),
    "shop.role_not_available": reason_topic(
        N_("This shop has no such role"),
        N_(
            "A shop admitted as open (普招): official accounts {open_official}, marketing accounts {open_marketing}."
        ),
        N_("How a shop was first admitted decides this, and nobody can change it."),
        "slots_open",
    ),
    "shop.slots_full": reason_topic(
        N_("All places are taken"),
        N_("Each link that is established, in review or invited takes one of the shop’s places."),
        N_("Unlink an account, withdraw an invitation, or wait until one expires."),
        "slots_open",
        "slots_invited",
    ),
    "shop.link_quota_spent": reason_topic(
        N_("The shop’s links in the period are used up"),
        P_(
            "A shop can link marketing accounts {shop_limit} time in {shop_days} days.",
            "A shop can link marketing accounts {shop_limit} times in {shop_days} days.",
            "shop_limit",
        ),
        N_("Wait until a link leaves the period, or open a ticket and ask for a waiver."),
        "marketing_links_per_shop",
        when=limits_shops,
        otherwise=_NO_LIMIT,
    ),
    "account.link_quota_spent": reason_topic(
        N_("The account’s links in the period are used up"),
        P_(
            "An account can be linked as a marketing account {account_limit} time in {account_days} days.",
            "An account can be linked as a marketing account {account_limit} times in {account_days} days.",
            "account_limit",
        ),
        N_("Wait until a link leaves the period, or open a ticket and ask for a waiver."),
        "marketing_links_per_account",
        when=limits_accounts,
        otherwise=_NO_LIMIT,
    ),
    "shop.unlink_quota_spent": reason_topic(
        N_("The shop’s official unlinks are used up"),
        P_(
            "A shop can unlink its official account {unlinks} time in its whole history.",
            "A shop can unlink its official account {unlinks} times in its whole history.",
            "unlinks",
        ),
        N_("Open a ticket: only a waiver allows one more."),
        "official_unlinks_per_shop",
    ),
    "product.not_found": reason_topic(
        N_("The product is not recorded"), N_("No product with this id is recorded."), _CHECK_ID
    ),
    "content.not_found": reason_topic(
        N_("The video or live is not recorded"),
        N_("The account has no video or live with this id."),
        _CHECK_ID,
    ),
    "product.shop_fixed": reason_topic(
        N_("The product belongs to another shop"),
        N_("The shop of a product never changes."),
        N_("Use the shop that is recorded, or another product id."),
    ),
    "content.fixed": reason_topic(
        N_("The id belongs to another video or live"),
        N_("The account and the kind of a video or live never change."),
        N_("Use the id of this video or live."),
    ),
    "showcase.not_official": reason_topic(
        N_("Only an official account is synced"),
        N_("Only the showcase of the official account can be synced with the shop’s products."),
        N_("A marketing account adds products itself, with Add from shop."),
    ),
    "account.followers_below_minimum": reason_topic(
        N_("Too few followers"),
        N_("Without a link an account needs {followers} followers to sell in videos and lives."),
        N_("Link the account to a shop: it then needs no minimum number of followers."),
        "affiliate_followers_minimum",
    ),
    "role.other_shops_not_allowed": reason_topic(
        N_("Other shops’ products are not allowed"),
        N_("What a linked account may promote besides its own shop depends on its role."),
        N_("Promote the products of the shop that the account is linked to."),
        "official_may_promote_other_shops",
        "marketing_may_promote_other_shops",
    ),
    "product.of_linked_shop": reason_topic(
        N_("The product belongs to the linked shop"),
        N_("Products of the shop that the account is linked to are not promoted for commission."),
        N_("Add it with Add from shop: that way it is free of commission."),
    ),
    "product.off_sale": reason_topic(
        N_("The product is not on sale"),
        N_("Only a product that is on sale can be added."),
        N_("The shop puts it on sale again in the seller back office."),
    ),
    "item.not_there": reason_topic(
        N_("The item is not there"), N_("There is no such item to remove."), _NOTHING_TO_DO
    ),
    "item.synced": reason_topic(
        N_("The item is synced"),
        N_("It is in the showcase because the shop’s products are synced to it."),
        N_("The shop takes the product off sale; it then leaves the showcase by itself."),
    ),
    "item.already_there": reason_topic(
        N_("The item is already there"), N_("The product was added before."), _NOTHING_TO_DO
    ),
    "member.invitation_not_found": reason_topic(
        N_("The e-mail invitation is not open"),
        N_("An invitation to act here works once, for seven days, and can be withdrawn."),
        N_("A member sends a new invitation on the members page."),
    ),
    "member.not_found": reason_topic(
        N_("The person is not a member"), N_("Nobody with this id acts here."), _NOTHING_TO_DO
    ),
    "person.not_found": reason_topic(
        N_("The person is not recorded"), N_("No person with this id is recorded."), _CHECK_ID
    ),
    "member.already": reason_topic(
        N_("The person is already a member"),
        N_("The person with this address acts here already."),
        _NOTHING_TO_DO,
    ),
    "member.other_address": reason_topic(
        N_("The invitation is for another address"),
        N_("Only the person with the address that was invited can use an invitation."),
        N_("Sign in with the address it was sent to, or ask for an invitation to yours."),
    ),
    "member.too_many_invited": reason_topic(
        N_("Too many open invitations"),
        N_("The number of e-mail invitations to one shop or account that are open at a time is limited."),
        N_("Withdraw an invitation on the members page, or wait until one expires."),
    ),
    "member.last": reason_topic(
        N_("The last member"),
        N_("A shop or an account keeps at least one member, and so do the platform’s staff."),
        N_("Invite somebody else first, or ask the platform to remove this member."),
    ),
    "member.inviter_without_address": reason_topic(
        N_("Who came by a link invites nobody"),
        N_(
            "A person who was signed in by a link from the platform acts on its word, for some hours. Members are invited by"
            " people who sign in with an address of their own."
        ),
        N_("Ask a member who signs in with an address to send the invitation."),
    ),
    "ticket.not_found": reason_topic(
        N_("The ticket is not recorded"),
        N_("No ticket with this id is recorded, or it is the ticket of another side."),
        _CHECK_ID,
    ),
    "ticket.ended": reason_topic(
        N_("The ticket has ended"),
        N_(
            "A ticket ends when support resolves it, when it is withdrawn, when its reasons are gone, or when support"
            " can help with none of those that are left."
        ),
        N_("If it comes up again, open a new ticket from there."),
    ),
    "ticket.not_needed": reason_topic(
        N_("No ticket is needed"),
        N_("A ticket is about something that is refused now. This would be accepted, or it is already done."),
        N_("Try again what you wanted to do, if it has not been done yet."),
    ),
    "ticket.beyond_support": reason_topic(
        N_("Support cannot help with this"),
        N_("A ticket can only be opened about reasons that support can help with."),
        N_("Each of the reasons says who can act instead."),
    ),
    "ticket.reopen_period_over": reason_topic(
        N_("The ticket ended too long ago"),
        N_("For two weeks after its end, either side can reopen a ticket in which something is left to do."),
        N_("If it comes up again, open a new ticket from there."),
    ),
    "ticket.already_open": reason_topic(
        N_("Another ticket is open"),
        N_("There is one open ticket of a side about the same thing, so an earlier one stays ended."),
        N_("Write in the ticket that is open."),
    ),
    "ticket.assignee_not_in_team": reason_topic(
        N_("Somebody outside the team"),
        N_(
            "A ticket is given to a member of support, or of the platform’s staff once it was handed over to them."
        ),
        N_("Choose a member of that team."),
    ),
}
"""The paragraph by reason code."""
