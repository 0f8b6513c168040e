"""What a key may learn of an account from a decision: what the console of the shop that it acts for shows."""

from collections.abc import Iterable

from django.http import HttpRequest

from shoplink.api.http.request import key_of
from shoplink.core import Command, Reason
from shoplink.core.commands import PairCommand
from shoplink.core.disclosure import CONFIDENTIAL, Disclosure, disclose
from shoplink.flows.look import look_at_pair


def disclose_to_key(request: HttpRequest, command: Command, reasons: Iterable[Reason]) -> Disclosure:
    """The reasons of a decision that a request's key may learn (domain.md section 5).

    A key that may read every account is told all of them. One that only acts for a shop learns of an account what the
    shop's console shows, which needs a look at the pair's link if one of the reasons is confidential.
    """
    reasons, by = tuple(reasons), command.by
    assert by is not None, "a command over the API says by whom"
    if "read" in key_of(request).scopes or not any(reason.code in CONFIDENTIAL for reason in reasons):
        return Disclosure(reasons, creator_can_see=False)
    assert isinstance(command, PairCommand), (
        "only a command on a shop and an account is refused for the account's record"
    )
    pair = command.shop_id, command.account_id
    return disclose(by, look_at_pair(*pair).world.link(*pair), reasons)
