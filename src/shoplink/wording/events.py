"""The sentence of each event, in English; the Chinese is in the catalogue."""

from shoplink.wording.text import N_

EVENTS: dict[str, str] = {
    "product.recorded": N_("The product “{title}” was recorded."),
    "content.recorded": N_("A video or live was recorded: “{title}”."),
    "showcase.synced": N_("The shop’s products are synced to the account’s showcase."),
    "item.added": N_("The creator added the product {product_id} from the shop."),
    "promotion.added": N_("The creator added the product {product_id} of another shop, for commission."),
    "item.removed": N_("The creator removed the product {product_id}."),
    "shop.recorded": N_("The shop’s details were recorded."),
    "account.recorded": N_("The account’s details were recorded."),
    "account.corrected": N_("Support corrected the account’s details: {note}"),
    "link.invited": N_(
        "The shop invited the account as {role}; the creator confirms in the app before {expires_at}."
    ),
    "link.imported": N_("A link as {role} from {linked_at} on was imported from earlier records."),
    "link.invitation_recorded": N_(
        "It was recorded that the shop invited the account as {role} at TikTok on {invited_at}; the creator confirms"
        " in the app before {expires_at}."
    ),
    "link.acceptance_recorded": N_("It was recorded that the creator confirmed at TikTok on {accepted_at}."),
    "link.end_recorded": N_("It was recorded that the link ended at TikTok on {ended_at}: {how}."),
    "unlink.request_recorded": N_(
        "It was recorded that the creator asked at TikTok to be unlinked on {requested_at}; the shop answers there."
    ),
    "link.accepted": N_("The creator confirmed the invitation."),
    "link.established": N_("The account is linked; the shop’s products can be sold through it."),
    "link.declined": N_("The creator declined."),
    "link.withdrawn": N_("The shop withdrew."),
    "link.expired": N_("The invitation expired: it was not confirmed in time."),
    "link.superseded": N_("The invitation ended: the account was linked elsewhere."),
    "link.unlinked": N_("The account was unlinked."),
    "link.revoked": N_("The platform revoked the link: {note}"),
    "unlink.requested": N_("The creator asked to be unlinked; the shop must answer."),
    "unlink.withdrawn": N_("The creator withdrew the unlink request."),
    "unlink.refused": N_("The shop refused the unlink request."),
    "waiver.granted": N_("A waiver from “{code}” was granted: {note}"),
    "waiver.ended": N_("A waiver from “{code}” was ended: {note}"),
    "rulebook.activated": N_("The rulebook {name} comes into force on {effective_from} (market: {market})."),
    "rulebook.activation_cancelled": N_(
        "The rulebook {name} will not come into force on {effective_from} (market: {market}): {note}"
    ),
    "member.invited": N_("A new member was invited by e-mail."),
    "member.invitation_withdrawn": N_("An e-mail invitation to a new member was withdrawn."),
    "member.joined": N_("A new member joined."),
    "member.removed": N_("A member was removed."),
    "access.blocked": N_("A person’s access was blocked."),
    "access.restored": N_("A person’s access was restored."),
    "second_factor.reset_requested": N_(
        "A reset of a person’s second factor was requested; it takes effect on {takes_effect_at}."
    ),
    "second_factor.reset_stopped": N_("The person stopped the reset of their second factor."),
    "second_factor.reset": N_("A person’s second factor was reset."),
    "api_key.created": N_("The API key {key_id} was created, with the scopes {scopes}."),
    "api_key.revoked": N_("The API key {key_id} was revoked."),
    "ticket.opened": N_("A ticket was opened with support."),
    "ticket.replied": N_("There is a new message in the ticket."),
    "ticket.resolved": N_("Support resolved the ticket."),
    "ticket.closed": N_("The ticket was closed."),
    "ticket.reopened": N_("The ticket was reopened."),
    "ticket.assigned": N_("The ticket was given to somebody else."),
    "ticket.noted": N_("An internal note was added to the ticket."),
}
"""The sentence by event type."""

WRITTEN: dict[str, str] = {
    "message": N_("Message: “{message}”"),
    "note": N_("Note: “{note}”"),
    "reference": N_("Contract number: {reference}."),
    "settlement": N_("Settlement: {settlement}."),
}
"""What one side wrote to the other with an event, by field: it stands behind the sentence, unless that holds it."""

SETTLEMENT_NAMES: dict[str, str] = {
    "own": N_("the shop’s own account, nothing to pay"),
    "offline": N_("by contract, outside the platform"),
}
