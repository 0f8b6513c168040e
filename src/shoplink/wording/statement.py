"""The texts of a printed statement."""

from shoplink.wording.text import N_

TEXTS: dict[str, str] = {
    "title": N_("Commission statement"),
    "settlement_with": N_("Settlement statement"),
    "settlement": N_("Settlement with linked creators"),
    "shop": N_("Shop ID"),
    "month": N_("Month"),
    "basis": N_("Basis"),
    "currency": N_("Currency"),
    "order_lines": N_("Order lines"),
    "amount": N_("Sales"),
    "refund": N_("Refunds"),
    "net": N_("Sales less refunds"),
    "commission": N_("Commission due"),
    "waived": N_("Commission waived by links"),
    "lines_without_rate": N_("Linked lines without a rate"),
    "account": N_("Account"),
    "link": N_("Link"),
    "reference": N_("Reference"),
    "period": N_("Period of the link"),
    "until_now": N_("until now"),
    "total": N_("Total"),
    "official": N_("Official account"),
    "marketing": N_("Marketing account"),
    "affiliate": N_("Affiliate creator"),
    "none": N_("Without a creator"),
    "nobody": N_("No linked creator sold anything this month."),
    "zone": N_("Months are those of the time zone {zone}; amounts are in the major unit of each currency."),
    "soundness": N_(
        "Every sum was checked against the rows that it was made of, and every row against its link and its rate."
    ),
}
"""Each text by its purpose."""
