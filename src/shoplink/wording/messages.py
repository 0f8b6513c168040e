"""The wording of messages to people, in English; the Chinese is in the catalogue.

A key is `kind/side`, or `kind/side/variant` if the values need another wording. The side says who gets the message: the
people of the shop, or those of the account (`creator`). Kinds are event types and `OWN_KINDS`.
"""

from typing import NamedTuple

from shoplink.wording.text import N_, P_, Text

OWN_KINDS = ("link.expiring", "link.held", "unlink.unanswered", "webhook.paused", "webhook.ended")
"""The kinds of messages without an event of their own: reminders, consequences of an event, and webhooks that stop."""


class MessageWording(NamedTuple):
    """A subject of one line, and a body that says what happened and what the reader can do."""

    subject: Text
    body: Text


MESSAGES: dict[str, MessageWording] = {
    "link.invited/creator": MessageWording(
        N_("{shop} invites {account} as its {role}"),
        N_(
            "The shop {shop} (market: {market}) would like to link your TikTok account {account} as its {role}."
            " Confirm or decline before {expires_at}; after that the invitation expires."
        ),
    ),
    "link.expiring/creator": MessageWording(
        P_(
            "The invitation from {shop} expires within {hours} hour",
            "The invitation from {shop} expires within {hours} hours",
            "hours",
        ),
        N_(
            "You have not answered the invitation to link {account} as {role} yet. Confirm or decline before"
            " {expires_at}; after that it expires."
        ),
    ),
    "link.expiring/creator/elsewhere": MessageWording(
        P_(
            "The invitation from {shop} expires within {hours} hour",
            "The invitation from {shop} expires within {hours} hours",
            "hours",
        ),
        N_(
            "You have not answered the invitation to link {account} as {role} yet. Confirm or decline at TikTok before"
            " {expires_at}; after that it expires."
        ),
    ),
    "link.accepted/shop": MessageWording(
        N_("{account} confirmed and is now linked"),
        N_("{account} confirmed your invitation and is now linked to {shop} as {role}."),
    ),
    "link.accepted/shop/pending": MessageWording(
        N_("{account} confirmed your invitation"),
        N_("{account} confirmed the invitation to link to {shop} as {role}."),
    ),
    "link.held/shop": MessageWording(
        N_("{account} confirmed; the link is held in review"),
        N_(
            "{account} confirmed the invitation to link to {shop} as {role}. The link is not established yet; linking"
            " continues automatically, with no new invitation, once this is settled:"
        ),
    ),
    "link.held/creator": MessageWording(
        N_("You confirmed; the link to {shop} is held in review"),
        N_(
            "Your confirmation for {account} is recorded. The link to {shop} as {role} is not established yet;"
            " linking continues automatically, with no new invitation, once this is settled:"
        ),
    ),
    "link.established/shop": MessageWording(
        N_("{account} is now linked"),
        N_("Nothing holds the link any longer: {account} is now linked to {shop} as {role}."),
    ),
    "link.established/creator": MessageWording(
        N_("{account} is linked to {shop}"),
        N_(
            "{account} is linked to {shop} as {role}. You can sell the shop’s products in your showcase, videos"
            " and lives, with no minimum number of followers."
        ),
    ),
    "link.declined/shop": MessageWording(
        N_("{account} declined"),
        N_("{account} declined to be linked to {shop} as {role}. The place is free again."),
    ),
    "link.expired/shop": MessageWording(
        N_("The invitation to {account} expired"),
        N_(
            "{account} did not confirm in time, so the invitation as {role} of {shop} has expired and the place is"
            " free again. You can send a new invitation."
        ),
    ),
    "link.expired/creator": MessageWording(
        N_("The invitation from {shop} expired"),
        N_(
            "The invitation to link {account} to {shop} as {role} was not confirmed in time. If you still want to"
            " be linked, ask the shop for a new one."
        ),
    ),
    "link.withdrawn/creator": MessageWording(
        N_("{shop} withdrew its invitation"),
        N_("{shop} withdrew its invitation to link {account} as {role}. Nothing needs to be done."),
    ),
    "link.superseded/shop": MessageWording(
        N_("The invitation to {account} ended: the account was linked to another shop"),
        N_(
            "{account} was linked to another shop, so the invitation as {role} of {shop} has ended and the place is"
            " free again."
        ),
    ),
    "link.unlinked/shop": MessageWording(
        N_("{account} was unlinked because its request was not answered"),
        N_(
            "The unlink request of {account} was not answered in time and counts as approved: it is no longer"
            " linked to {shop} as {role}. The place is free again."
        ),
    ),
    "link.unlinked/creator": MessageWording(
        N_("{account} is no longer linked to {shop}"),
        N_(
            "{account} was unlinked from {shop}. The shop’s items leave your showcase, and other shops may link the"
            " account from now on."
        ),
    ),
    "link.revoked/shop": MessageWording(
        N_("The platform revoked the link with {account}"),
        N_("The platform ended the link of {account} to {shop} as {role}."),
    ),
    "link.revoked/creator": MessageWording(
        N_("The platform revoked the link with {shop}"),
        N_("The platform ended the link of {account} to {shop} as {role}."),
    ),
    "unlink.requested/shop": MessageWording(
        N_("{account} asks to be unlinked"),
        N_(
            "{account} asks to be unlinked from {shop}, where it is linked as {role}. Open “View details” to see"
            " what would change, then agree or refuse."
        ),
    ),
    "unlink.requested/shop/deadline": MessageWording(
        N_("{account} asks to be unlinked"),
        N_(
            "{account} asks to be unlinked from {shop}, where it is linked as {role}. Open “View details” to see"
            " what would change, then agree or refuse. A request that is not answered before {answer_by} counts as"
            " approved."
        ),
    ),
    "unlink.unanswered/shop": MessageWording(
        P_(
            "{account} has waited {days} day for an answer to its unlink request",
            "{account} has waited {days} days for an answer to its unlink request",
            "days",
        ),
        N_(
            "{account} asked to be unlinked from {shop} on {requested_at} and is still waiting for an answer. Open “View"
            " details” to see what would change, then agree or refuse."
        ),
    ),
    "unlink.unanswered/shop/deadline": MessageWording(
        P_(
            "{account} has waited {days} day for an answer to its unlink request",
            "{account} has waited {days} days for an answer to its unlink request",
            "days",
        ),
        N_(
            "{account} asked to be unlinked from {shop} on {requested_at} and is still waiting for an answer. Agree or"
            " refuse before {answer_by}; after that the request counts as approved."
        ),
    ),
    "unlink.unanswered/shop/elsewhere": MessageWording(
        P_(
            "{account} has waited {days} day for an answer to its unlink request",
            "{account} has waited {days} days for an answer to its unlink request",
            "days",
        ),
        N_(
            "{account} asked at TikTok to be unlinked from {shop} on {requested_at}, and no answer is recorded. Answer it"
            " at TikTok, then record here what happened."
        ),
    ),
    "unlink.withdrawn/shop": MessageWording(
        N_("{account} withdrew its unlink request"),
        N_("{account} no longer asks to be unlinked from {shop}. The link stays as it is."),
    ),
    "unlink.refused/creator": MessageWording(
        N_("{shop} refused your unlink request"),
        N_("{shop} did not agree to unlink {account}. The link stays as it is; you may send a new request."),
    ),
    "ticket.replied/shop": MessageWording(
        N_("Support answered your ticket"), N_("Support wrote to you in a ticket of {shop}.")
    ),
    "ticket.replied/creator": MessageWording(
        N_("Support answered your ticket"), N_("Support wrote to you in a ticket about {account}.")
    ),
    "ticket.resolved/shop": MessageWording(
        N_("Your ticket is resolved"), N_("Support has resolved a ticket of {shop}.")
    ),
    "ticket.resolved/creator": MessageWording(
        N_("Your ticket is resolved"), N_("Support has resolved a ticket about {account}.")
    ),
    "ticket.reopened/shop": MessageWording(
        N_("Your ticket is open again"), N_("Support has reopened a ticket of {shop}.")
    ),
    "ticket.reopened/creator": MessageWording(
        N_("Your ticket is open again"), N_("Support has reopened a ticket about {account}.")
    ),
    "ticket.closed/shop": MessageWording(
        N_("Your ticket is closed: the cause is gone"),
        N_("The cause of a ticket of {shop} is gone, so the ticket was closed."),
    ),
    "ticket.closed/shop/beyond_support": MessageWording(
        N_("Your ticket is closed: support cannot help here"),
        N_(
            "Support cannot settle what is now in the way, so a ticket of {shop} was closed. The ticket says who can"
            " help."
        ),
    ),
    "ticket.closed/creator": MessageWording(
        N_("Your ticket is closed: the cause is gone"),
        N_("The cause of a ticket about {account} is gone, so the ticket was closed."),
    ),
    "ticket.closed/creator/beyond_support": MessageWording(
        N_("Your ticket is closed: support cannot help here"),
        N_(
            "Support cannot settle what is now in the way, so a ticket about {account} was closed. The ticket says"
            " who can help."
        ),
    ),
    "webhook.paused/shop": MessageWording(
        N_("The webhook to {host} is paused"),
        N_(
            "What happens to the links of {shop} is sent to {host}, which has taken nothing for three days. Nothing more"
            " is sent until the webhook is active again; then everything that was missed follows."
        ),
    ),
    "webhook.ended/shop": MessageWording(
        N_("The webhook to {host} has ended"),
        N_(
            "{host} answered that it takes what happens to the links of {shop} no longer (410), so nothing more is sent to"
            " it."
        ),
    ),
}
"""The wording by kind, side and variant."""

KIND_NAMES: dict[str, str] = {
    "link.invited": N_("A shop sends an invitation"),
    "link.expiring": N_("An invitation is about to expire"),
    "link.accepted": N_("A creator confirms"),
    "link.held": N_("A confirmed link is held in review"),
    "link.established": N_("A link is established"),
    "link.declined": N_("A creator declines"),
    "link.expired": N_("An invitation has expired"),
    "link.withdrawn": N_("A shop withdraws its invitation"),
    "link.superseded": N_("An invitation ends because the account was linked elsewhere"),
    "link.unlinked": N_("A link has ended by unlinking"),
    "link.revoked": N_("The platform revokes a link"),
    "unlink.requested": N_("A creator asks to be unlinked"),
    "unlink.unanswered": N_("An unlink request is still waiting for an answer"),
    "unlink.withdrawn": N_("A creator withdraws an unlink request"),
    "unlink.refused": N_("A shop refuses an unlink request"),
    "ticket.replied": N_("Support answers a ticket"),
    "ticket.resolved": N_("Support resolves a ticket"),
    "ticket.reopened": N_("Support reopens a ticket"),
    "ticket.closed": N_("A ticket is closed"),
    "webhook.paused": N_("A webhook is paused because nothing arrives"),
    "webhook.ended": N_("A webhook has ended"),
}
"""The name of each kind on the page where people choose their e-mails, in the order shown."""

SEE_IN_SHOPLINK = N_("See it in shoplink")
WHY_SENT = N_("You get this because you act for {place}. Choose what comes by e-mail:")

CALENDAR = N_("shoplink: deadlines")

DEADLINES: dict[str, str] = {
    "invitation/shop": N_("The invitation from {shop} to {account} ({role}) expires"),
    "invitation/creator": N_("The invitation from {shop} to {account} ({role}) expires: confirm or decline"),
    "unlink_request/shop": N_("Deadline to answer the unlink request of {account} to {shop}"),
    "unlink_request/creator": N_("The unlink request of {account} to {shop} counts as approved"),
}
"""The title of a calendar entry by kind of deadline and side."""
