"""The sentences about the reasons of tickets."""

from shoplink.wording.text import N_, Wording

TICKET_REASONS: dict[str, Wording] = {
    "ticket.not_found": Wording(
        N_("There is no ticket with this id that you may see."), N_("Check the ticket id.")
    ),
    "ticket.ended": Wording(
        N_("The ticket has ended."),
        N_("Nothing can be added to it any more; if it comes up again, open a new ticket."),
    ),
    "ticket.not_needed": Wording(
        N_("Nothing prevents this now, or it is already done."),
        N_("No ticket is needed. Try again if it is not done yet."),
    ),
    "ticket.beyond_support": Wording(
        N_("Support cannot help with this."),
        N_("Each of the other reasons says who can."),
    ),
    "ticket.beyond_support/hidden": Wording(
        N_("Support cannot help with this."),
        N_("Something else about the account is in the way; the creator can see what."),
    ),
    "ticket.reopen_period_over": Wording(
        N_("The ticket ended on {ended_at}; it could be reopened for {days} days."),
        N_("If it comes up again, open a new ticket."),
    ),
    "ticket.already_open": Wording(
        N_("Another ticket about the same is open."), N_("Write in the ticket that is open.")
    ),
    "ticket.assignee_not_in_team": Wording(
        N_("This person does not belong to the staff who are to have the ticket."),
        N_("Choose somebody else."),
    ),
}
"""What is wrong and what to do, by reason code and variant."""
