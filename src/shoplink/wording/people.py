"""The sentences about the reasons of people and where they may act; those about the other reasons are in `sentences`."""

from shoplink.wording.text import N_, Wording

PEOPLE_REASONS: dict[str, Wording] = {
    "member.invitation_not_found": Wording(
        N_("There is no open invitation: it was used, withdrawn, or has expired."),
        N_("Send a new invitation on the members page."),
    ),
    "member.not_found": Wording(
        N_("This person is not a member here."), N_("Nothing needs to be done: there is nobody to remove.")
    ),
    "person.not_found": Wording(N_("No such person is recorded."), N_("Check the id of the person.")),
    "member.already": Wording(N_("This person is already a member."), N_("Nothing needs to be done.")),
    "member.other_address": Wording(
        N_("This invitation is for another address."),
        N_("Sign in with the address it was sent to, or ask for an invitation to yours."),
    ),
    "member.too_many_invited": Wording(
        N_("{limit} invitations are open, which is as many as there may be."),
        N_(
            "Withdraw an invitation on the members page; if nobody does, one can be sent from {possible_at} on."
        ),
    ),
    "member.last": Wording(
        N_("The last member cannot be removed here."),
        N_("Invite somebody else first, or ask the platform to remove this member."),
    ),
    "member.inviter_without_address": Wording(
        N_("You came by a link from the platform, and such people invite nobody."),
        N_("Ask a member who signs in with an address to send the invitation."),
    ),
    "member.last/staff": Wording(
        N_("The last of the platform’s staff cannot be removed here."),
        N_(
            "Invite somebody else first, or remove the person on the machine itself, with `shoplink staff remove`."
        ),
    ),
}
"""What is wrong and what to do, by reason code and variant."""
