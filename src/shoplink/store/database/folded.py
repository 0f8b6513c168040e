"""The column by which accounts are found by their handles."""

from shoplink.core.values import fold_handle

_LENGTH_MAX = 200


def folded_column(handle: str) -> str:
    """What `account.handle_folded` holds for a handle, and is searched for: the folded form, cut to the column."""
    return fold_handle(handle)[:_LENGTH_MAX]
