"""What is answered about orders: the bodies, field by field."""

from typing import Annotated

from msgspec import Meta, Struct

from shoplink.core.commission import Basis

Index = Annotated[int, Meta(ge=0)]


class AttributedBody(Struct, frozen=True, gc=False):
    """Whose an order is: by which link, or by none; `commission_minor` is due on it. `index`: its place in `orders`."""

    index: Index
    order_id: str
    basis: Basis
    link_id: str | None
    commission_minor: int


class UnattributedBody(Struct, frozen=True):
    """An order that cannot be judged: the field at fault if it is one, and why, said for the caller."""

    index: Index
    field: str | None
    detail: str


class AttributionsBody(Struct, frozen=True):
    """Every order that was sent, judged or among the rejects, each in the order sent."""

    attributions: list[AttributedBody]
    rejects: list[UnattributedBody]
