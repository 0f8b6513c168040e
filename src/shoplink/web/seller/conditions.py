"""Every condition of an invitation as a row: met, not met, or keeping the link in review.

Nothing is decided here: the rows show the reasons of a decision.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Reason
from shoplink.core.disclosure import HIDDEN, redact_for_stranger
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.reason import ReasonRow, show_reasons

State = Literal["passed", "failed", "holds", "hidden"]
"""`hidden`: not met, but a stranger is not told whether it refuses the invitation or keeps its link in review."""


class Condition(Struct, frozen=True):
    """One condition: its title, its state, and the reason if it is not met."""

    title: str
    state: State
    reason: ReasonRow | None = None


CONDITIONS: tuple[tuple[tuple[str, ...], Callable[[], str]], ...] = (
    (("shop.status_not_normal",), lambda: _("The shop’s status is normal")),
    (
        ("account.status_not_normal", "account.commerce_permission_revoked"),
        lambda: _("The account is in good standing"),
    ),
    (("account.age_unknown", "account.under_age"), lambda: _("The creator is an adult")),
    (("account.region_mismatch",), lambda: _("The account is in the shop’s market")),
    (("account.registration_mismatch",), lambda: _("The account was registered in the shop’s market")),
    (("network.region_mismatch",), lambda: _("Your network is in the shop’s market")),
    (("account.already_linked",), lambda: _("The account is not linked to any shop")),
    (("link.already_invited",), lambda: _("You have no open invitation to this account")),
    (("shop.role_not_available", "shop.slots_full"), lambda: _("The shop has a free slot of this kind")),
    (("shop.link_quota_spent",), lambda: _("The shop’s marketing link quota is not used up")),
    (("account.link_quota_spent",), lambda: _("The account’s marketing link quota is not used up")),
)
"""The reasons that can refuse an invitation or keep its link in review, by the condition that they break, with its title."""


def conditions(
    visit: Visit, reasons: Sequence[Reason], held: Sequence[Reason], *, stranger: bool, role: str
) -> list[Condition]:
    """All conditions of an invitation, with the reasons that refuse it or would keep its link in review.

    `stranger` means that the shop has no live link with the account.
    """
    broken = (*reasons, *held)
    rows = {row.code: row for row in show_reasons(visit, redact_for_stranger(broken) if stranger else broken)}
    states: dict[str, State] = {each.code: "failed" for each in reasons}
    states |= {each.code: "holds" for each in held}
    if stranger:
        states |= dict.fromkeys(HIDDEN & states.keys(), "hidden")
    rows_shown = []
    for codes, title in CONDITIONS:
        if role == "official" and codes[0].endswith("link_quota_spent"):
            continue
        broken_here = [code for code in codes if code in rows]
        if len(broken_here) > 1 and all(states[code] == "hidden" for code in broken_here):
            broken_here = broken_here[:1]  # how many there are is not told either
        rows_shown += [Condition(title(), states[code], rows[code]) for code in broken_here] or [
            Condition(title(), "passed")
        ]
    return rows_shown
