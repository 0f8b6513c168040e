"""Orders for the platform: the runs of all shops to read, and files of its own, which are judged for all shops."""

from shoplink.web.orders.pages import Desk, file_page, list_page, run_page, statement_page
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.visit import PageResponse, Visit
from shoplink.wording.sentences import N_


@page("platform/orders", PLATFORM, posts=True, menu=Menu(icon="receipt", title=N_("Orders")))
def orders(visit: Visit) -> PageResponse:
    """The runs of the platform and of all shops; the form sends a file."""
    return list_page(visit, Desk())


@page("platform/orders/<str:run_id>", PLATFORM, posts=True)
def order_run(visit: Visit, run_id: str) -> PageResponse:
    """A run."""
    return run_page(visit, Desk(), run_id)


@page("platform/orders/<str:run_id>/<str:name>", PLATFORM)
def order_file(_visit: Visit, run_id: str, name: str) -> PageResponse:
    """A file that a run made."""
    return file_page(Desk(), run_id, name)


@page("platform/orders/<str:run_id>/statement/<str:period>", PLATFORM)
def order_statement(visit: Visit, run_id: str, period: str) -> PageResponse:
    """The statement of a month of a shop's run."""
    return statement_page(visit, Desk(), run_id, period)
