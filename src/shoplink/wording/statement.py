"""The texts of a statement, printed and as a workbook, and what is said about closing."""

from shoplink.wording.text import N_

TEXTS: dict[str, str] = {
    "title": N_("Commission statement"),
    "settlement_with": N_("Settlement statement"),
    "settlement": N_("Settlement with creators"),
    "shop": N_("Shop ID"),
    "statement_period": N_("Period"),
    "adjusts": N_("Adjusts"),
    "adjusted": N_("{basis}, adjustment of {period}"),
    "adjustments": N_("Adjustments of closed periods"),
    "order": N_("Order ID"),
    "sku": N_("SKU ID"),
    "reason": N_("Reason"),
    "difference": N_("Difference"),
    "new": N_("New order"),
    "gone": N_("No longer in the results"),
    "refund_changed": N_("Refund"),
    "link_changed": N_("Link changed"),
    "changed": N_("Corrected"),
    "others": N_("{count} more"),
    "summary": N_("Summary"),
    "lines": N_("Lines"),
    "creators": N_("Creators"),
    "changes": N_("Adjustments"),
    "as_closed": N_("{what} as closed"),
    "as_now": N_("{what} now"),
    "base": N_("Commission base"),
    "settlement_kind": N_("Agreed settlement"),
    "linked_at": N_("Linked at"),
    "ended_at": N_("Ended at"),
    "orders": N_("Orders"),
    "reconcile_verdict": N_("Finding"),
    "reconcile_order_id": N_("Order ID"),
    "reconcile_sku_id": N_("SKU ID"),
    "reconcile_currency": N_("Currency"),
    "reconcile_orders": N_("Orders"),
    "reconcile_our_lines": N_("Lines in the statement"),
    "reconcile_their_lines": N_("Lines at the platform"),
    "reconcile_our_base": N_("Sold by the statement"),
    "reconcile_their_base": N_("Sold by the platform"),
    "reconcile_base_difference": N_("Difference of sales"),
    "reconcile_our_commission": N_("Commission by the statement"),
    "reconcile_their_commission": N_("Commission by the platform"),
    "reconcile_commission_difference": N_("Difference of commission"),
    "verdict_agrees": N_("Agrees"),
    "verdict_differs": N_("Differs"),
    "verdict_ours_only": N_("Only in the statement"),
    "verdict_theirs_only": N_("Only at the platform"),
    "too_many": N_("{count} rows are too many for a workbook: see {file}"),
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
    "nobody": N_("No creator sold anything in this period."),
    "zone": N_(
        "Periods begin and end in the time zone {zone}; amounts are in the major unit of each currency."
    ),
    "soundness": N_(
        "Every row was judged again by the links and its rate, and every sum was checked against its rows."
    ),
}
"""Each text by its purpose."""

REASONS = {
    "new": "new",
    "gone": "gone",
    "link": "link_changed",
    "refund": "refund_changed",
    "changed": "changed",
}
"""The texts of the reasons of adjustments."""


CLOSING: dict[str, str] = {
    "closed_already": N_(
        "{period} was closed at {closed_at}. A closed period is neither closed again nor opened: what has changed since is "
        "in the next period, as adjustments."
    ),
    "not_next": N_("{period} cannot be closed now: periods are closed in order, and the next one is {next}."),
    "open_before": N_(
        "{period} cannot be closed: {before} is before it, has rows and is open. Close {before} first."
    ),
    "days_end": N_("The list of days ends with {period}, which is closed. Add the days of the next period."),
    "other_division": N_(
        "The closed periods were made with {name} {closed}; found {found}. It stays the same for all periods of a record."
    ),
    "record_changed": N_(
        "The record of {period} is not as it was closed: a file was changed or is missing. Restore it from a copy."
    ),
    "record_lost": N_("{folder} holds closed periods but no closings.json. Restore it from a copy."),
    "record_unreadable": N_("{file} cannot be read as the record of closed periods. Restore it from a copy."),
}
"""Why a period cannot be closed, or a record not used, by kind of `ClosingError`."""

_RECORD = N_("The record of the closed months is not as it was when they were closed. Tell the platform.")

RUN_PROBLEMS: dict[str, str] = {
    **CLOSING,
    **dict.fromkeys(("record_changed", "record_lost", "record_unreadable"), _RECORD),
    "given_up": N_(
        "It was begun several times and did not end. Remove the file and send it again, or a smaller part of it."
    ),
    "file_gone": N_("The file is no longer here. Remove it and send it again."),
    "changed": N_("Something has changed since you looked; look at it again before you close the month."),
    "not_parquet": N_(
        "The file is no Parquet file, or it is damaged. Export it again, or send it as CSV or Excel."
    ),
    "column_missing": N_(
        "The file has no column “{column}”. Choose which column is which, or send the export as it was downloaded."
    ),
    "column_twice": N_(
        "The file has the column “{column}” twice. Rename or remove one of them, and send it again."
    ),
    "column_reserved": N_(
        "The file has a column “{column}”, a name that is ours. Rename it, and send the file again."
    ),
    "column_kind": N_(
        "The column “{column}” holds something else than its field. Choose another column for it."
    ),
    "broken_lines": N_(
        "Many lines have more or fewer cells than the header, the first of them line {line}. Export the file again; do not save it"
        " in between."
    ),
    "unknown_sides": N_(
        "No shop, or no creator, of the file is known here. Check which columns are shop and creator, and calculate again."
    ),
    "overlapping_links": N_(
        "The records of links of the account {account} contradict each other. Tell the platform."
    ),
    "unread": N_("{rows} rows can no longer be read as they were calculated. Calculate again."),
    "stale": N_("The links of {rows} rows have changed since they were calculated. Calculate again."),
    "before_first": N_(
        "The file has orders of {period}, but the first month that you closed is {first}. Send a file without earlier months."
    ),
    "shop_zone": N_(
        "The market of the shop {shop} has several time zones. Choose the time zone, and calculate again."
    ),
    "busy": N_("The same is being calculated already. Wait for its end, and try again."),
    "memory": N_("The file needs more memory than there is. Send it in smaller parts, or tell the platform."),
    "storage": N_("The server cannot read or write files now. Try again later, or tell the platform."),
}
"""Why a run of orders has failed, or has no statement, on a page, by kind of `ToldError`."""

RUN_PROBLEM = N_(
    "It could not be calculated. Check which column is which, and calculate again; if it stays so, tell the platform."
)
"""The sentence of all other kinds: what the command said is in the log, and may be the words of a library."""
