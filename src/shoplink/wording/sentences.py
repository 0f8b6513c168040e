"""The sentences about reasons and warnings: English here, Chinese in the catalogue.

A key is a code, or `code/variant` if the values of a case need another wording.
"""

from shoplink.wording import commerce, people, ticket
from shoplink.wording.text import N_ as N_  # noqa: PLC0414 (sentences are read from here)
from shoplink.wording.text import P_, Wording
from shoplink.wording.text import Plural as Plural  # noqa: PLC0414 (as above)

REASONS: dict[str, Wording] = {
    "shop.not_found": Wording(N_("There is no shop with this id."), N_("Check the shop id.")),
    "account.not_found": Wording(
        N_("There is no TikTok account with this id."), N_("Check the account id with the creator.")
    ),
    "link.not_found": Wording(
        N_("This shop and this account are not linked and never were; there is no invitation either."),
        N_("The shop can send an invitation in My account → Link TikTok account."),
    ),
    "rulebook.not_found": Wording(
        N_("There is no rulebook named “{name}”."), N_("Use the name of a rulebook that is installed.")
    ),
    "waiver.not_found": Wording(
        N_("No waiver from this reason is in force for this shop or account."),
        N_("Nothing needs to be done: there is no waiver to end."),
    ),
    "rulebook.activation_not_found": Wording(
        N_("No start of “{name}” on {effective_from} is ahead (market: {market})."),
        N_(
            "Check the name, the market and the instant; a rulebook that has started can only be followed by another."
        ),
    ),
    "shop.decided_elsewhere": Wording(
        N_("The links of this shop are decided at TikTok, not here."),
        N_(
            "Do this step at TikTok, in the seller centre or the app; then record here what happened, and when."
        ),
    ),
    "shop.decided_here": Wording(
        N_("The links of this shop are decided here; there is nothing to record from elsewhere."),
        N_("Do the step itself: invite, confirm, ask for unlinking or unlink."),
    ),
    "link.invitation_expired": Wording(
        N_("The invitation expired on {expired_at}."),
        N_(
            "The shop sends a new invitation in My account → Link TikTok account; the creator then confirms it"
            " in the app in time."
        ),
    ),
    "link.wrong_state": Wording(
        N_("This cannot be done now: the link is “{link_status}”."),
        N_("Open the link to see what can be done with it."),
    ),
    "shop.market_fixed": Wording(
        N_("The shop’s market ({market}) never changes."),
        N_("To sell in another market, record another shop."),
    ),
    "shop.enrolment_fixed": Wording(
        N_("The shop was admitted as {enrolment}, and this never changes."),
        N_("Send the enrolment that is recorded."),
    ),
    "link.date_out_of_order": Wording(
        N_("A link from {linked_at} to {unlinked_at} is not possible."),
        N_("A link begins before it ends, and neither date is in the future. Correct the dates."),
    ),
    "link.date_out_of_order/current": Wording(
        N_("A link cannot have begun on {linked_at}: that is in the future."), N_("Correct the date.")
    ),
    "link.date_out_of_order/step": Wording(
        N_("This cannot have happened on {happened_at}: the link’s last step before it was on {since}."),
        N_("The steps of a link come one after another. Correct the date."),
    ),
    "link.date_out_of_order/future": Wording(
        N_("This cannot have happened on {happened_at}: that is in the future."), N_("Correct the date.")
    ),
    "account.links_overlap": Wording(
        N_("The account was already linked from {linked_at} to {ended_at}; the periods overlap."),
        N_("An account is linked to one shop at a time. Correct the dates."),
    ),
    "account.links_overlap/current": Wording(
        N_("The account has been linked since {linked_at}; the periods overlap."),
        N_("An account is linked to one shop at a time. Correct the dates."),
    ),
    "waiver.not_allowed": Wording(
        N_("The rulebook allows no waiver from “{code}” for this {subject}."),
        N_("The cause itself must be resolved."),
    ),
    "rulebook.date_in_past": Wording(
        N_("A rulebook cannot come into force on {effective_from}: that is in the past."),
        N_("Choose an instant from now on."),
    ),
    "unlink.already_requested": Wording(
        N_("The creator asked to be unlinked on {requested_at}, and the shop has not answered yet."),
        N_("The shop opens “View details” and agrees or refuses."),
    ),
    "unlink.not_requested": Wording(
        N_("There is no open unlink request."),
        N_(
            "The creator sends one on the phone: showcase button → Enter → Your Shop → View link info → Send"
            " unlink request."
        ),
    ),
    "unlink.needs_creator_request": Wording(
        N_("The shop cannot unlink on its own; the creator has to ask first."),
        N_(
            "The creator sends a request on the phone (showcase button → Enter → Your Shop → View link info →"
            " Send unlink request); the shop then opens “View details” and agrees."
        ),
    ),
    "link.younger_than_minimum": Wording(
        P_("The link is less than {hours} hour old.", "The link is less than {hours} hours old.", "hours"),
        N_("Unlinking is possible from {possible_at}."),
    ),
    "shop.status_not_normal": Wording(
        N_("The shop’s status is abnormal."),
        N_("The seller restores the shop’s status in the seller back office, then tries again."),
    ),
    "account.status_not_normal": Wording(
        N_("The TikTok account’s status is abnormal."),
        N_("The creator restores it in the TikTok app, then tries again. Support cannot do this."),
    ),
    "account.age_unknown": Wording(
        N_("The age of the account’s user is not known."),
        N_("Open a ticket in the help centre; support records the birth date on evidence."),
    ),
    "account.under_age": Wording(
        N_("The account’s user is under {age}."), N_("This is possible from {possible_on}.")
    ),
    "account.under_age/private": Wording(
        N_("The account cannot be linked yet because of its user’s age."),
        N_("Linking is possible once the user is {age}; the creator can see from when."),
    ),
    "account.status_not_normal/private": Wording(
        N_("Something in the account’s own standing is in the way."),
        N_("The creator can see what it is, and what to do about it, in “What may I do”."),
    ),
    "account.commerce_permission_revoked/private": Wording(
        N_("Something in the account’s own standing is in the way."),
        N_("The creator can see what it is, and what to do about it, in “What may I do”."),
    ),
    "account.region_mismatch": Wording(
        N_("The account’s country ({region}) is not the shop’s market ({market})."),
        N_("Open a ticket in the help centre; support can check and correct the account’s country."),
    ),
    "account.region_mismatch/uncorrectable": Wording(
        N_("The account’s country ({region}) is not the shop’s market ({market})."),
        N_("Support cannot correct an account that was registered in this country. Link another account."),
    ),
    "account.registration_mismatch": Wording(
        N_("The account’s country of registration ({registered_in}) is not the shop’s market ({market})."),
        N_(
            "Open a ticket in the help centre; once support has corrected the country, linking continues"
            " automatically, with no new invitation."
        ),
    ),
    "account.registration_mismatch/uncorrectable": Wording(
        N_("The account’s country of registration ({registered_in}) is not the shop’s market ({market})."),
        N_("Support cannot correct accounts registered there. Link another account."),
    ),
    "account.commerce_permission_revoked": Wording(
        N_("The account’s e-commerce permission was revoked after violations."),
        N_(
            "The creator has it restored in the TikTok app; a link that is waiting for it then continues automatically."
        ),
    ),
    "network.region_mismatch": Wording(
        N_("Your network’s country ({network_region}) is not the shop’s market ({market})."),
        N_("Use a network in the shop’s market ({market}), then try again."),
    ),
    "network.region_mismatch/unknown": Wording(
        N_("The country of your network is unknown; the shop’s market is {market}."),
        N_("Use a network in the shop’s market ({market}), then try again."),
    ),
    "account.already_linked": Wording(
        N_("The account is already linked, or being linked, to another shop."),
        N_("The creator ends that link first; then the account can be linked here."),
    ),
    "account.already_linked/own": Wording(
        N_("The account is already linked, or being linked, to this shop."),
        N_("To link it in another role, the creator asks to be unlinked first."),
    ),
    "link.already_invited": Wording(
        N_("The shop has already invited this account as {role}, and it has not confirmed yet."),
        N_(
            "The creator confirms in the app before {possible_at}, or the shop withdraws the invitation and"
            " sends a new one."
        ),
    ),
    "shop.role_not_available": Wording(
        N_("A shop admitted as {enrolment} cannot link a {role}."),
        N_("The shop’s enrolment decides this; nobody can change it."),
    ),
    "shop.slots_full": Wording(
        P_(
            "The shop’s only place for a {role} is taken (open invitations count).",
            "The shop’s {slots} places for a {role} are all taken (open invitations count).",
            "slots",
        ),
        N_(
            "Unlink an account or withdraw an invitation in My account → Link TikTok account; if nobody does,"
            " an expiring invitation frees a place on {possible_at}."
        ),
    ),
    "shop.slots_full/undated": Wording(
        P_(
            "The shop’s only place for a {role} is taken (open invitations count).",
            "The shop’s {slots} places for a {role} are all taken (open invitations count).",
            "slots",
        ),
        N_("Unlink an account in My account → Link TikTok account first."),
    ),
    "shop.link_quota_spent": Wording(
        P_(
            "This shop has linked {used} marketing account in the last {days} days; it can link a new one from"
            " {possible_on} at the earliest.",
            "This shop has linked {used} marketing accounts in the last {days} days; it can link a new one from"
            " {possible_on} at the earliest.",
            "used",
        ),
        N_("If it cannot wait, open a ticket in the help centre and ask for a waiver."),
    ),
    "shop.link_quota_spent/pending": Wording(
        N_(
            "This shop has linked {linked} marketing accounts in the last {days} days and is linking {pending}"
            " more, of {limit} allowed; it can invite a new one from {possible_on} at the earliest."
        ),
        N_("Withdraw an invitation, or open a ticket in the help centre and ask for a waiver."),
    ),
    "shop.link_quota_spent/undated": Wording(
        N_(
            "This shop has linked {linked} marketing accounts in the last {days} days and is linking {pending}"
            " more, of {limit} allowed."
        ),
        N_("In My account → Link TikTok account, withdraw one that is being linked."),
    ),
    "account.link_quota_spent": Wording(
        P_(
            "This account was linked as a marketing account {used} time in the last {days} days; it can be"
            " linked again from {possible_on} at the earliest.",
            "This account was linked as a marketing account {used} times in the last {days} days; it can be"
            " linked again from {possible_on} at the earliest.",
            "used",
        ),
        N_("If it cannot wait, open a ticket in the help centre and ask for a waiver."),
    ),
    "shop.unlink_quota_spent": Wording(
        P_(
            "The shop has unlinked its official account {used} time; it may do so {limit} times in its whole history.",
            "The shop has unlinked its official account {used} times; it may do so {limit} times in its whole history.",
            "used",
        ),
        N_("Open a ticket in the help centre; only a waiver from the platform or support allows one more."),
    ),
    **commerce.COMMERCE_REASONS,
    **people.PEOPLE_REASONS,
    **ticket.TICKET_REASONS,
}
"""What is wrong and what to do, by reason code and variant."""

WARNINGS: dict[str, str] = {
    "account.registration_mismatch": N_(
        "The account was registered outside the shop’s market: once confirmed, the link is held in review"
        " until support corrects this on a ticket; for some countries of registration support cannot."
    ),
    "account.commerce_permission_revoked": N_(
        "The account’s e-commerce permission was revoked: once confirmed, the link is held in review until"
        " the creator has it restored."
    ),
    "account.correction_kept": N_(
        "Support has corrected this account since these facts were read: what it corrected stays as it is."
    ),
}
"""By code, what the caller should know though the command was accepted: a reason that will hold the link in review, or
that not every fact was replaced."""

ROLE_NAMES = {"official": N_("official account"), "marketing": N_("marketing account")}
ENROLMENT_NAMES = {"open": N_("open (普招)"), "invited": N_("invited (定邀)")}
SUBJECT_NAMES = {"shop": N_("shop"), "account": N_("account")}
STATUS_NAMES = {
    "invited": N_("invited, waiting for the creator"),
    "in_review": N_("in review"),
    "linked": N_("linked"),
    "expired": N_("expired"),
    "declined": N_("declined"),
    "withdrawn": N_("withdrawn"),
    "superseded": N_("ended by another link"),
    "unlinked": N_("unlinked"),
    "revoked": N_("revoked"),
}
