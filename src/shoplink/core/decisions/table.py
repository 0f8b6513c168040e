"""The decision about each command of `COMMANDS`.

The decisions about private commands are added in the package: to open a ticket is to decide another command again.
"""

from collections.abc import Callable
from typing import Any

from shoplink.core import commands as c
from shoplink.core.commerce import commands as commerce_commands
from shoplink.core.commerce import decide as commerce
from shoplink.core.decisions.begin import invite
from shoplink.core.decisions.govern import (
    activate_rulebook,
    cancel_activation,
    end_waiver,
    grant_waiver,
)
from shoplink.core.decisions.live import LINK_COMMANDS, decide_live
from shoplink.core.decisions.outcome import Decision
from shoplink.core.decisions.record import (
    change_account,
    change_shop,
    correct_account,
    put_account,
    put_shop,
)
from shoplink.core.mirror.decide import (
    import_link,
    record_acceptance,
    record_end,
    record_invitation,
    record_unlink_request,
)
from shoplink.core.world import World


def decide_listed(world: World, command: c.Command) -> Decision:
    """Decide a command of `COMMANDS`, as `decide` does."""
    return DECIDE[type(command)](world, command)


DECIDE: dict[type[c.Command], Callable[[World, Any], Decision]] = {
    c.PutShop: put_shop,
    c.ChangeShop: change_shop,
    c.PutAccount: put_account,
    c.ChangeAccount: change_account,
    c.CorrectAccount: correct_account,
    c.Invite: invite,
    **dict.fromkeys(LINK_COMMANDS, decide_live),
    c.ImportLink: import_link,
    c.RecordInvitation: record_invitation,
    c.RecordAcceptance: record_acceptance,
    c.RecordUnlinkRequest: record_unlink_request,
    c.RecordEnd: record_end,
    c.GrantWaiver: grant_waiver,
    c.EndWaiver: end_waiver,
    c.ActivateRulebook: activate_rulebook,
    c.CancelActivation: cancel_activation,
    commerce_commands.PutProduct: commerce.put_product,
    commerce_commands.PutContent: commerce.put_content,
    commerce_commands.AddFromShop: commerce.add_from_shop,
    commerce_commands.Promote: commerce.promote,
    commerce_commands.RemoveItem: commerce.remove_item,
}
