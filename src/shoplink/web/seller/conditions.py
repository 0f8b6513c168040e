"""Every condition of an invitation as a row: it holds, it stands in the way, or it will hold the link in review.

Nothing is decided here: the rows tell what the decision found.
"""

from collections.abc import Callable
from typing import Literal

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.discretion import to_a_stranger
from shoplink.web.act import Sent
from shoplink.web.show import ReasonRow, show_reasons
from shoplink.web.visit import Visit
from shoplink.wording import say_warning

State = Literal["passed", "failed", "holds"]


class Condition(Struct, frozen=True):
    """One condition: what must be so, whether it is, and if not what stands in the way."""

    title: str
    state: State
    reason: ReasonRow | None = None
    note: str = ""


CONDITIONS: tuple[tuple[tuple[str, ...], Callable[[], str]], ...] = (
    (("shop.status_not_normal",), lambda: _("The shop’s status is normal")),
    (
        ("account.status_not_normal", "account.commerce_permission_revoked"),
        lambda: _("The account is in good standing"),
    ),
    (("account.age_unknown", "account.under_age"), lambda: _("The creator is of age")),
    (("account.region_mismatch",), lambda: _("The account is in the shop’s market")),
    (("account.registration_mismatch",), lambda: _("The account was registered in the shop’s market")),
    (("network.region_mismatch",), lambda: _("Your network is in the shop’s market")),
    (("account.already_linked",), lambda: _("The account is linked to no shop")),
    (("link.already_invited",), lambda: _("No invitation of yours to this account is open")),
    (("shop.role_not_available", "shop.slots_full"), lambda: _("The shop has a free slot of this kind")),
    (("shop.link_quota_spent",), lambda: _("The shop’s marketing link quota is not used up")),
    (("account.link_quota_spent",), lambda: _("The account’s marketing link quota is not used up")),
)
"""The reasons that can refuse an invitation or hold its link, by the condition they break, and its title."""


def conditions(visit: Visit, judged: Sent, *, stranger: bool, role: str) -> list[Condition]:
    """All conditions of an invitation as it was judged; `stranger`: the shop has no live link with the account."""
    reasons = to_a_stranger(judged.reasons) if stranger else judged.reasons
    rows = {row.code: row for row in show_reasons(visit, reasons)}
    found = []
    for codes, title in CONDITIONS:
        if role == "official" and codes[0].endswith("link_quota_spent"):
            continue
        failed = [rows[code] for code in codes if code in rows]
        held = [code for code in codes if code in judged.warnings]
        if failed:
            found += [Condition(title(), "failed", row) for row in failed]
        elif held:
            note = _("Once the creator has confirmed, the link stays in review until this is resolved.")
            said = (
                say_warning(held[0], visit.language) if not (stranger and held[0].endswith("revoked")) else ""
            )
            found.append(Condition(title(), "holds", note=f"{said} {note}".strip()))
        else:
            found.append(Condition(title(), "passed"))
    return found
