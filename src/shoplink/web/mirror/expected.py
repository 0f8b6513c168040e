"""What the rulebook leads one to expect of a link that another platform decides about (mirror.md section 2)."""

from django.utils.translation import gettext as _

from shoplink.core import Link, Reason, World
from shoplink.core.instant import shift
from shoplink.web.request.visit import Visit


def say_expected(visit: Visit, world: World, link: Link, held: tuple[Reason, ...]) -> str:
    """One sentence about what should happen next at the platform, or should have happened; '' if nothing is awaited.

    `held` are the reasons that would hold the link in review here.
    """
    if link.status == "invited":
        return _("The creator confirms at TikTok. Record it here once it has happened.")
    if link.status == "in_review" and held:
        return _("By the rulebook it stays in review at TikTok until this is settled.")
    if link.status == "in_review":
        return _("By the rulebook nothing holds it: TikTok should have linked the account. Has it?")
    if link.unlink_requested_at is None:
        return ""
    ttl = world.rulebook(world.shops[link.shop_id].facts.market).unlink_answer_ttl
    if ttl is None:
        return _("By the rulebook the request stays open at TikTok until the shop answers it there.")
    answer_by = visit.language.instant(shift(link.unlink_requested_at, ttl), visit.zone)
    return _(
        "By the rulebook TikTok counts the request as approved on {answer_by} if the shop does not answer before."
    ).format(answer_by=answer_by)
