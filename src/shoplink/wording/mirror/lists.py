"""What is said about the differences between a platform's list of links and what is recorded (mirror.md section 3)."""

from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from shoplink.core.mirror.compare import Bounds, Difference
from shoplink.wording.language import Language
from shoplink.wording.say import fill_in
from shoplink.wording.sentences import ROLE_NAMES, STATUS_NAMES
from shoplink.wording.text import N_

LISTED_NAMES = {
    **{state: STATUS_NAMES[state] for state in ("invited", "in_review", "linked")},
    "unlink_requested": N_("linked, the creator asks to unlink"),
}
"""The states in which a list shows a link."""

_FOUND = {
    "unknown": N_("{who} is in the list, and is not recorded."),
    "new": N_("New in the list: {theirs}."),
    "step": N_("Went on: {ours}; in the list {theirs}."),
    "again": N_("{ours}; in the list it began anew: {theirs}."),
    "gone": N_("No longer in the list: {ours}."),
    "role": N_("The role differs: {ours}; in the list {theirs}."),
    "since": N_("The date differs: {ours}; in the list {theirs}."),
    "back": N_("The list is behind the record: {ours}; in the list {theirs}."),
}
_TO_DO = {
    "unknown": N_("Record the account, then compare the list again."),
    "again": N_("When did the earlier link end? {between}"),
    "gone": N_("When did it end? {between}"),
    "how": N_("When did it end, and how? {between}"),
    "new": N_("Since when? {between}"),
    "step": N_("Since when? {between}"),
    "contradiction": N_(
        "No recording puts this right: clear it up with the platform, or import the link anew."
    ),
}
_STANDS = N_("{role_name}, {state_name}, since {since}")
_STANDS_UNDATED = N_("{role_name}, {state_name}")
_BETWEEN = N_("Between {earlier} and {later}.")
_UNTIL = N_("Not after {later}.")
CERTAIN = N_("Needs no question.")


class DifferenceText(NamedTuple):
    """The sentences of a difference: what differs, and what is asked or to be done."""

    found: str
    to_do: str


def say_difference(difference: Difference, language: Language, zone: tzinfo = UTC) -> DifferenceText:
    """Word a difference; instants are in the reader's time zone."""
    row = difference.theirs
    theirs = _stands(row.role, row.state, row.since, language, zone) if row else ""
    ours = _stands(difference.role, difference.ours, difference.since, language, zone)
    who = (row.handle if row and row.handle else None) or difference.account_id or ""
    found = fill_in(_FOUND[difference.kind], {"ours": ours, "theirs": theirs, "who": who}, language, zone)
    return DifferenceText(found, _to_do(difference, language, zone))


def _to_do(difference: Difference, language: Language, zone: tzinfo) -> str:
    if difference.is_certain:
        return language.text(CERTAIN)
    asked = len(difference.ways) > 1
    code = "how" if asked else difference.kind if difference.kind in _TO_DO else "contradiction"
    between = _between(difference.asked, language, zone) if difference.asked else ""
    return fill_in(_TO_DO[code], {"between": between}, language, zone).strip()


def _between(asked: Bounds, language: Language, zone: tzinfo) -> str:
    text = _BETWEEN if asked.earlier else _UNTIL
    return fill_in(text, {"earlier": asked.earlier, "later": asked.later}, language, zone)


def _stands(role: str | None, state: str | None, since: object, language: Language, zone: tzinfo) -> str:
    if role is None or state is None:
        return ""
    names = {"role_name": language.text(ROLE_NAMES[role]), "state_name": language.text(LISTED_NAMES[state])}
    return fill_in(_STANDS if since else _STANDS_UNDATED, {**names, "since": since}, language, zone)


PROBLEMS = {
    "in_future": N_("as of: this instant has not come yet."),
    "older": N_("Shop {shop_id}: compared last with a list of {compared}; this list is older."),
    "unknown_shop": N_("Shop {shop_id} is not recorded: record it first."),
    "decided_here": N_("Shop {shop_id}: its links are decided here, so there is nothing to mirror."),
    "empty": N_("Shop {shop_id}: the list is empty. If it has no current link, say that this is right."),
    "twice": N_("Shop {shop_id}: account {account_id} is in the list twice."),
    "later": N_(
        "Shop {shop_id}: account {account_id}: its date is later than the list, which is of {compared}."
    ),
    "not_asked": N_("Shop {shop_id}: account {account_id}: nothing is asked that this answers."),
    "outside": N_("Shop {shop_id}: account {account_id}: the instant must be between {earlier} and {later}."),
    "too_late": N_("Shop {shop_id}: account {account_id}: the instant must not be after {later}."),
}
"""Why lists cannot be compared or answers not taken, by code."""


def say_list_problem(  # noqa: PLR0913 (what a problem can be about)
    code: str,
    language: Language,
    *,
    shop_id: str | None = None,
    compared: datetime | None = None,
    account_id: str | None = None,
    asked: Bounds | None = None,
    zone: tzinfo = UTC,
) -> str:
    """Word why lists cannot be compared, or a reply not be taken."""
    values: dict[str, object] = {"shop_id": shop_id, "compared": compared, "account_id": account_id}
    if asked is not None:
        values |= {"earlier": asked.earlier, "later": asked.later}
    return fill_in(problem_of_list(code, asked), values, language, zone)


def problem_of_list(code: str, asked: Bounds | None) -> str:
    """The sentence of a problem; `asked` are the bounds of an instant that it is about."""
    if code == "not_asked" and asked is not None:
        code = "outside" if asked.earlier else "too_late"
    return PROBLEMS[code]
