"""Judge a few orders at once by the database, with a fixed number of statements."""

from collections import defaultdict
from collections.abc import Sequence

from shoplink.core import Link
from shoplink.core.commission.attribution import Attribution, Order
from shoplink.core.commission.handles import handle_spans
from shoplink.core.commission.judgement import Known, OrderReject, judge_order
from shoplink.core.values import fold_handle
from shoplink.flows import clock
from shoplink.flows.look import look_at
from shoplink.store.read.handles import recorded, uses_of_handles
from shoplink.store.read.periods import links_of_pairs


def judge_orders(orders: Sequence[Order], *, strangers: bool = False) -> list[Attribution | OrderReject]:
    """The attribution of each order, in order, or why it cannot be judged.

    Reads within the caller's snapshot; overdue events count as having happened. `strangers`: an account or handle that
    nobody knows is an affiliate's.
    """
    now = clock.now()
    shops = {order.shop_id for order in orders}
    accounts = {order.account_id for order in orders if order.account_id is not None}
    handles = {fold_handle(order.handle) for order in orders if order.handle is not None}
    spans = {
        handle: handle_spans(uses) for handle, uses in (uses_of_handles(handles) if handles else {}).items()
    }
    pairs = {(order.shop_id, order.account_id) for order in orders if order.account_id is not None}
    for order in orders:
        if order.handle is not None:
            held = spans.get(fold_handle(order.handle), ())
            pairs |= {(order.shop_id, account_id) for span in held for account_id in span.accounts}
    stored = links_of_pairs(pairs, now)
    due = {each.link.account_id for each in stored if each.is_due}
    state = look_at(accounts=due) if due else None
    of_pair: defaultdict[tuple[str, str], list[Link]] = defaultdict(list)
    for each in stored:
        link = state.up_to_date(each.link) if state is not None and each.is_due else each.link
        of_pair[link.shop_id, link.account_id].append(link)
    known = Known(now, of_pair, *recorded(shops, accounts), spans, strangers)
    return [judge_order(order, known) for order in orders]
