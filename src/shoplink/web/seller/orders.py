"""A shop's orders: send an export, see what it was recognised as, have it judged, and read what became of every row."""

from typing import cast

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.attribution.mapping import MappingError
from shoplink.flows.look import look_at
from shoplink.flows.order_run import folder
from shoplink.flows.order_run import run as flow
from shoplink.store import order_runs
from shoplink.store.order_runs import OrderRun
from shoplink.store.read.names import markets_of
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import SELLER
from shoplink.web.request.upload import permitted
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.seller.shop import shop_name
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.order_look import PRESETS, LookView, show_found
from shoplink.web.view_model.order_run import (
    Outcome,
    RunRow,
    is_open,
    show_outcome,
    show_problem,
    show_run,
    show_state,
    show_step,
)
from shoplink.web.view_model.order_statement import StatementView, show_statement
from shoplink.wording.sentences import N_

_DOWNLOADS = {
    "judged": (folder.JUDGED, N_("Every row that counts")),
    "rejects": (folder.REJECTS, N_("Rejected rows, with reasons")),
    "left-out": (folder.LEFT_OUT, N_("Rows that do not count")),
    "mapping": (folder.MAPPING, N_("How the columns were read, for the command line")),
}
_OF_STATEMENT = {
    "statement": (f"{folder.STATEMENT}/statement.xlsx", N_("Statement as a workbook")),
    "commission": (f"{folder.STATEMENT}/commission.csv", N_("Commission by month (CSV)")),
    "settlement": (f"{folder.STATEMENT}/settlement.csv", N_("Settlement by creator (CSV)")),
}
_PRINTED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'"
"""The policy of a page to print, which has its style within itself and nothing else."""


class OrdersPage(Struct, frozen=True):
    """The page: where files are sent to, and the newest runs."""

    shop_id: str
    shop: str
    send_to: str
    largest_mb: int
    problem: str
    runs: list[RunRow]


class Download(Struct, frozen=True):
    """A file that a run made."""

    url: str
    text: str


class OrderRunPage(Struct, frozen=True):
    """A run: what it is, how far it is, and what came of it."""

    shop_id: str
    shop: str
    url: str
    file: str
    at: Instant
    state: Badge
    is_open: bool
    may_begin: bool
    found: LookView | None
    step: str
    percent: int
    outcome: Outcome | None
    problem: str
    downloads: list[Download]
    statement: StatementView | None
    statement_files: list[Download]


@page("seller/<str:shop_id>/orders", SELLER, posts=True, menu=Menu(icon="receipt", title=N_("Orders")))
def orders(visit: Visit, shop_id: str) -> PageResponse:
    """The shop's runs; the form sends a file."""
    problem = ""
    if visit.submitted:
        file = visit.request.FILES.get("file")
        if file is not None and file.size:
            run = flow.receive(
                file.name or "", file.chunks(), shop_id=shop_id, person_id=visit.person.person_id
            )
            return visit.redirect("seller.order_run", shop_id=shop_id, run_id=run.run_id)
        problem = _("Choose a file with orders; an empty one cannot be read.")
    view = OrdersPage(
        shop_id=shop_id,
        shop=_shop(shop_id),
        send_to=permitted(visit.request.path),
        largest_mb=settings.UPLOAD_BYTES_MAX >> 20,
        problem=problem,
        runs=[
            show_run(visit, run, f"/seller/{shop_id}/orders/{run.run_id}")
            for run in order_runs.runs_of(shop_id, flow.SHOWN_MAX)
        ],
    )
    return PageContent("seller/orders.html", view, status=422 if problem else 200)


@page("seller/<str:shop_id>/orders/<str:run_id>", SELLER, posts=True)
def order_run(visit: Visit, shop_id: str, run_id: str) -> PageResponse:
    """A run of the shop; the form has it looked at, judged or removed, or closes a month as it was seen."""
    run, problem, status, form = _run_of(shop_id, run_id), "", 200, visit.form
    if visit.submitted:
        done = _do(visit, shop_id, run)
        if isinstance(done, str):
            problem, status = done, 409
        else:
            return done
    url = f"/seller/{shop_id}/orders/{run_id}"
    (market,) = markets_of([shop_id], [])
    view = OrderRunPage(
        shop_id=shop_id,
        shop=_shop(shop_id),
        url=url,
        file=run.file_name,
        at=show_instant(visit, run.created_at),
        state=show_state(run),
        is_open=is_open(run),
        may_begin=not is_open(run),
        found=show_found(visit, run, market, form if visit.submitted else {}),
        step=show_step(run),
        percent=run.progress // 10,
        outcome=show_outcome(visit, run.summary) if run.state == "done" else None,
        problem=problem or show_problem(run.problem),
        downloads=_downloads(run, url, _DOWNLOADS),
        statement=show_statement(visit, run, url, visit.request.GET.get("close", "")),
        statement_files=_downloads(run, url, _OF_STATEMENT),
    )
    return PageContent("seller/order_run.html", view, status=status)


def _do(visit: Visit, shop_id: str, run: OrderRun) -> PageResponse | str:
    """Do what the form asks for; returns where to go, or why it is not done."""
    again = visit.redirect("seller.order_run", shop_id=shop_id, run_id=run.run_id)
    match visit.form.get("do"):
        case "remove":
            if flow.remove(run):
                message = _("The file and its results are gone.")
                return visit.redirect("seller.orders", message=message, shop_id=shop_id)
            return _("It is being calculated; remove it when that is done.")
        case "look":
            preset = visit.form.get("preset", "")
            flow.look_again(run, preset if preset in PRESETS else "")
        case "judge":
            try:
                flow.ask(run, visit.language.tag, visit.form)
            except MappingError:
                return _(
                    "Choose the columns of order number, time and amount, and the column of the creator’s account ID or"
                    " of the handle, not of both."
                )
        case "close":
            if not flow.close(run, visit.form.get("period", ""), visit.form.get("seen", "")):
                return _(
                    "Something has changed since you looked; look at it again before you close the month."
                )
    return again


def _downloads(run: OrderRun, url: str, files: dict[str, tuple[str, str]]) -> list[Download]:
    return [
        Download(f"{url}/{name}", _(text))
        for name, (file, text) in files.items()
        if flow.result_file(run, file)
    ]


@page("seller/<str:shop_id>/orders/<str:run_id>/<str:name>", SELLER)
def order_file(_visit: Visit, shop_id: str, run_id: str, name: str) -> PageResponse:
    """A file that a run made."""
    run, files = _run_of(shop_id, run_id), {**_DOWNLOADS, **_OF_STATEMENT}
    file = flow.result_file(run, files[name][0]) if name in files else None
    if file is None:
        raise Http404
    stem = run.file_name.rpartition(".")[0] or run.file_name
    response = FileResponse(file.open("rb"), as_attachment=True, filename=f"{stem}.{name}{file.suffix}")
    response.headers["Content-Encoding"] = "identity"  # it is sent piece by piece, as it is
    response.headers["Cache-Control"] = "private, no-store"
    return cast("HttpResponse", response)


@page("seller/<str:shop_id>/orders/<str:run_id>/statement/<str:period>", SELLER)
def order_statement(visit: Visit, shop_id: str, run_id: str, period: str) -> PageResponse:
    """The statement of a month, to read and to print, in the reader's language."""
    file = flow.statement_page(_run_of(shop_id, run_id), period, visit.language.tag)
    if file is None:
        raise Http404
    response = HttpResponse(file.read_bytes(), content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _PRINTED
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _run_of(shop_id: str, run_id: str) -> OrderRun:
    """The run, if it is the shop's. Raises Http404."""
    run = order_runs.one_run(run_id)
    if run is None or run.shop_id != shop_id:
        raise Http404
    return run


def _shop(shop_id: str) -> str:
    return shop_name(look_at(shops=[shop_id]).world, shop_id)
