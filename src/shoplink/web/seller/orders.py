"""A shop's orders: its files, what became of their rows, its statements, and closing a month."""

from shoplink.web.orders.pages import Desk, file_page, list_page, run_page, statement_page
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import SELLER
from shoplink.web.request.visit import PageResponse, Visit
from shoplink.wording.sentences import N_


@page("seller/<str:shop_id>/orders", SELLER, posts=True, menu=Menu(icon="receipt", title=N_("Orders")))
def orders(visit: Visit, shop_id: str) -> PageResponse:
    """The shop's runs; the form sends a file."""
    return list_page(visit, Desk(shop_id))


@page("seller/<str:shop_id>/orders/<str:run_id>", SELLER, posts=True)
def order_run(visit: Visit, shop_id: str, run_id: str) -> PageResponse:
    """A run of the shop."""
    return run_page(visit, Desk(shop_id), run_id)


@page("seller/<str:shop_id>/orders/<str:run_id>/<str:name>", SELLER)
def order_file(_visit: Visit, shop_id: str, run_id: str, name: str) -> PageResponse:
    """A file that a run of the shop made."""
    return file_page(Desk(shop_id), run_id, name)


@page("seller/<str:shop_id>/orders/<str:run_id>/statement/<str:period>", SELLER)
def order_statement(visit: Visit, shop_id: str, run_id: str, period: str) -> PageResponse:
    """The statement of a month of the shop."""
    return statement_page(visit, Desk(shop_id), run_id, period)
