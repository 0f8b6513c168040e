"""Where a step is done at TikTok: the guide's path for this role, in its words (R23, R43)."""

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.facts import Role


class GuideStep(Struct, frozen=True):
    """One instruction, and what is to be typed there ('' if nothing is)."""

    text: str
    typed: str = ""


def _open_accounts(role: Role) -> GuideStep:
    if role == "official":
        return GuideStep(
            _("In the seller back office open My account → Link TikTok account → Official account.")
        )
    return GuideStep(
        _("In the seller back office open My account → Link TikTok account → Marketing account.")
    )


def steps_to_invite(role: Role, handle: str) -> list[GuideStep]:
    """How the seller sends an invitation at TikTok."""
    return [
        _open_accounts(role),
        GuideStep(_("Choose Link, and find the creator by this handle:"), handle),
        GuideStep(_("Choose Send invitation. The creator confirms in the TikTok app.")),
    ]


def steps_to_answer(role: Role, account: str) -> list[GuideStep]:
    """How the seller answers an unlink request at TikTok."""
    return [
        _open_accounts(role),
        GuideStep(_("At {account} choose View details, then Agree or Refuse.").format(account=account)),
    ]


def steps_to_confirm(shop: str) -> list[GuideStep]:
    """How the creator answers an invitation at TikTok."""
    return [
        GuideStep(_("In the TikTok app open the invitation of {shop}, and confirm it.").format(shop=shop))
    ]


def steps_to_ask() -> list[GuideStep]:
    """How the creator asks at TikTok to be unlinked (R43)."""
    return [
        GuideStep(_("In the TikTok app open Profile → showcase → Enter → Your Shop.")),
        GuideStep(_("At the bottom of that page choose View link info, then Send unlink request.")),
    ]
