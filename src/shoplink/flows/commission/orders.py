"""Judge a few orders at once by the links in the database, with a fixed number of statements."""

from collections import defaultdict
from collections.abc import Sequence

from shoplink.core import Link
from shoplink.core.commission.attribution import Attribution, Order, attribute_order
from shoplink.flows import clock
from shoplink.flows.look import look_at
from shoplink.store.read.periods import links_of_pairs


def judge_orders(orders: Sequence[Order]) -> list[Attribution | None]:
    """The attribution of each order, in order; None if no link was in force and the order names no rate.

    Reads within the caller's snapshot; overdue events count as having happened.
    """
    pairs = {(order.shop_id, order.account_id) for order in orders if order.account_id is not None}
    stored = links_of_pairs(pairs, clock.now())
    due = {each.link.account_id for each in stored if each.is_due}
    state = look_at(accounts=due) if due else None
    of_pair: defaultdict[tuple[str, str | None], list[Link]] = defaultdict(list)
    for each in stored:
        link = state.up_to_date(each.link) if state is not None and each.is_due else each.link
        of_pair[link.shop_id, link.account_id].append(link)
    return [attribute_order(order, of_pair.get((order.shop_id, order.account_id), ())) for order in orders]
