"""A shop's orders: send an export, see what it was recognised as, have it judged, and read what became of every row."""

from typing import Any, cast

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.flows.look import look_at
from shoplink.flows.order_run import folder
from shoplink.flows.order_run import run as flow
from shoplink.store import order_runs
from shoplink.store.order_runs import OrderRun
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import SELLER
from shoplink.web.request.upload import permitted
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.seller.shop import shop_name
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.order_run import Outcome, RunRow, show_outcome, show_run, show_state, show_step
from shoplink.wording.sentences import N_

_DOWNLOADS = {
    "judged": (folder.JUDGED, N_("Every row that counts")),
    "rejects": (folder.REJECTS, N_("Rejected rows, with reasons")),
    "left-out": (folder.LEFT_OUT, N_("Rows that do not count")),
}


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
    file: str
    at: Instant
    state: Badge
    is_open: bool
    may_begin: bool
    found: dict[str, Any]
    step: str
    percent: int
    outcome: Outcome | None
    problem: str
    downloads: list[Download]


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
    """A run of the shop; the form has it judged, or removes it."""
    run, problem = _run_of(shop_id, run_id), ""
    if visit.submitted and visit.form.get("do") == "remove":
        if flow.remove(run):
            return visit.redirect(
                "seller.orders", message=_("The file and its results are gone."), shop_id=shop_id
            )
        problem = _("It is being calculated; remove it when that is done.")
    elif visit.submitted and visit.form.get("do") == "judge":
        flow.ask(run, {"language": visit.language.tag})
        return visit.redirect("seller.order_run", shop_id=shop_id, run_id=run_id)
    view = OrderRunPage(
        shop_id=shop_id,
        shop=_shop(shop_id),
        file=run.file_name,
        at=show_instant(visit, run.created_at),
        state=show_state(run),
        is_open=run.state in {"waiting", "judging"},
        may_begin=run.state not in {"waiting", "judging"},
        found=run.found,
        step=show_step(run),
        percent=run.progress // 10,
        outcome=show_outcome(visit, run.summary) if run.state == "done" else None,
        problem=problem or run.problem,
        downloads=[
            Download(f"/seller/{shop_id}/orders/{run_id}/{name}", _(text))
            for name, (file, text) in _DOWNLOADS.items()
            if flow.result_file(run, file)
        ],
    )
    return PageContent("seller/order_run.html", view, status=409 if problem else 200)


@page("seller/<str:shop_id>/orders/<str:run_id>/<str:name>", SELLER)
def order_file(_visit: Visit, shop_id: str, run_id: str, name: str) -> PageResponse:
    """A file that a run made."""
    run = _run_of(shop_id, run_id)
    file = flow.result_file(run, _DOWNLOADS[name][0]) if name in _DOWNLOADS else None
    if file is None:
        raise Http404
    stem = run.file_name.rpartition(".")[0] or run.file_name
    response = FileResponse(file.open("rb"), as_attachment=True, filename=f"{stem}.{name}.csv")
    response.headers["Content-Encoding"] = "identity"  # it is sent piece by piece, as it is
    response.headers["Cache-Control"] = "private, no-store"
    return cast("HttpResponse", response)


def _run_of(shop_id: str, run_id: str) -> OrderRun:
    """The run, if it is the shop's. Raises Http404."""
    run = order_runs.one_run(run_id)
    if run is None or run.shop_id != shop_id:
        raise Http404
    return run


def _shop(shop_id: str) -> str:
    return shop_name(look_at(shops=[shop_id]).world, shop_id)
