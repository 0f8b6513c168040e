"""Files of orders: send an export, see what it was recognised as, have it judged, and read what became of every row."""

from typing import cast

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.attribution.mapping import MappingError
from shoplink.flows.order_run import folder
from shoplink.flows.order_run import run as flow
from shoplink.store import order_runs
from shoplink.store.order_runs import OrderRun
from shoplink.store.read.names import markets_of, names
from shoplink.web.request.upload import permitted
from shoplink.web.request.visit import PageContent, PageResponse, Visit
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


class Desk(Struct, frozen=True):
    """Whose pages these are: a shop's, or the platform's (`shop_id` is ''), which also sees the runs of all shops."""

    shop_id: str = ""

    @property
    def url(self) -> str:
        """The address of the list."""
        return f"/seller/{self.shop_id}/orders" if self.shop_id else "/platform/orders"

    def go_to(self, visit: Visit, run_id: str = "", message: str = "") -> HttpResponse:
        """A redirect to a run, or to the list."""
        place, shop = ("seller", {"shop_id": self.shop_id}) if self.shop_id else ("platform", {})
        if run_id:
            return visit.redirect(f"{place}.order_run", message=message, run_id=run_id, **shop)
        return visit.redirect(f"{place}.orders", message=message, **shop)


class OrdersPage(Struct, frozen=True):
    """The page: where files are sent to, and the newest runs."""

    shop_id: str
    shop: str
    send_to: str
    largest_mb: int
    kept_days: int
    problem: str
    runs: list[RunRow]


class Download(Struct, frozen=True):
    """A file that a run made."""

    url: str
    text: str


class OrderRunPage(Struct, frozen=True):
    """A run: what it is, how far it is, and what came of it. `of_shop` is whose run the platform looks at."""

    shop_id: str
    shop: str
    of_shop: str
    list_url: str
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


def list_page(visit: Visit, desk: Desk) -> PageResponse:
    """The newest runs; the form sends a file."""
    problem = ""
    if visit.submitted:
        file = visit.request.FILES.get("file")
        if file is not None and file.size:
            run = flow.receive(
                file.name or "",
                file.chunks(),
                shop_id=desk.shop_id or None,
                person_id=visit.person.person_id,
            )
            return desk.go_to(visit, run.run_id)
        problem = _("Choose a file with orders; an empty one cannot be read.")
    if desk.shop_id:
        runs = order_runs.runs_of(desk.shop_id, flow.SHOWN_MAX)
    else:
        runs = order_runs.newest_runs(flow.SHOWN_MAX)
    shops, _accounts = names({run.shop_id for run in runs if run.shop_id} | {desk.shop_id}, [])
    view = OrdersPage(
        shop_id=desk.shop_id,
        shop=shops.get(desk.shop_id) or desk.shop_id,
        send_to=permitted(visit.request.path),
        largest_mb=settings.UPLOAD_BYTES_MAX >> 20,
        kept_days=settings.ORDERS_KEPT_DAYS,
        problem=problem,
        runs=[
            show_run(
                visit, run, f"{desk.url}/{run.run_id}", shops.get(run.shop_id or "") or run.shop_id or ""
            )
            for run in runs
        ],
    )
    return PageContent("orders/files.html", view, status=422 if problem else 200)


def run_page(visit: Visit, desk: Desk, run_id: str) -> PageResponse:
    """A run; the form has it looked at, judged or removed, or closes a month as it was seen.

    The platform reads the runs of shops, and does nothing with them. Raises Http404.
    """
    run, problem, status, form = _run_of(desk, run_id), "", 200, visit.form
    is_own = (run.shop_id or "") == desk.shop_id
    if visit.submitted:
        if not is_own:
            raise Http404
        done = _do(visit, desk, run)
        if isinstance(done, str):
            problem, status = done, 409
        else:
            return done
    url = f"{desk.url}/{run_id}"
    shop_id = run.shop_id or ""
    shops, _accounts = names([shop_id], [])
    view = OrderRunPage(
        shop_id=desk.shop_id,
        shop=shops.get(shop_id) or shop_id,
        of_shop="" if is_own else shops.get(shop_id) or shop_id,
        list_url=desk.url,
        url=url,
        file=run.file_name,
        at=show_instant(visit, run.created_at),
        state=show_state(run),
        is_open=is_open(run),
        may_begin=is_own and not is_open(run),
        found=show_found(
            visit, run, next(iter(markets_of([shop_id], [])), ""), form if visit.submitted else {}
        ),
        step=show_step(run),
        percent=run.progress // 10,
        outcome=show_outcome(visit, run.summary) if run.state == "done" else None,
        problem=problem or show_problem(visit, run.problem),
        downloads=_downloads(run, url, _DOWNLOADS),
        statement=show_statement(
            visit, run, url, visit.request.GET.get("close", ""), may_close=is_own and run.shop_id is not None
        ),
        statement_files=_downloads(run, url, _OF_STATEMENT),
    )
    return PageContent("orders/run.html", view, status=status)


def _do(visit: Visit, desk: Desk, run: OrderRun) -> PageResponse | str:
    """Do what the form asks for; returns where to go, or why it is not done."""
    again = desk.go_to(visit, run.run_id)
    match visit.form.get("do"):
        case "remove":
            if flow.remove(run):
                return desk.go_to(visit, message=_("The file and its results are gone."))
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


def file_page(desk: Desk, run_id: str, name: str) -> PageResponse:
    """A file that a run made. Raises Http404."""
    run, files = _run_of(desk, run_id), {**_DOWNLOADS, **_OF_STATEMENT}
    file = flow.result_file(run, files[name][0]) if name in files else None
    if file is None:
        raise Http404
    stem = run.file_name.rpartition(".")[0] or run.file_name
    response = FileResponse(file.open("rb"), as_attachment=True, filename=f"{stem}.{name}{file.suffix}")
    response.headers["Content-Encoding"] = "identity"  # it is sent piece by piece, as it is
    response.headers["Cache-Control"] = "private, no-store"
    return cast("HttpResponse", response)


def statement_page(visit: Visit, desk: Desk, run_id: str, period: str) -> PageResponse:
    """The statement of a month, to read and to print, in the reader's language. Raises Http404."""
    file = flow.statement_page(_run_of(desk, run_id), period, visit.language.tag)
    if file is None:
        raise Http404
    response = HttpResponse(file.read_bytes(), content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _PRINTED
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _run_of(desk: Desk, run_id: str) -> OrderRun:
    """The run, if it is the shop's; any, for the platform. Raises Http404."""
    run = order_runs.one_run(run_id)
    if run is None or (desk.shop_id and run.shop_id != desk.shop_id):
        raise Http404
    return run
