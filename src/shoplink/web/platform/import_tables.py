"""Import tables of shops, accounts, links, products and contents: every line's verdict first, then the import.

Nothing is kept between the two: the page carries the files in its form. They are imported only while every line still has
the verdict that was shown; the facts that a line replaces may have changed meanwhile, as with `shoplink apply`.
"""

import hashlib
import io
import tempfile
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePath

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.flows.file.apply import (
    LineResult,
    apply_files,
    dry_run_files,
    in_dependency_order,
    say_rejection,
)
from shoplink.flows.file.rejects import RejectFile
from shoplink.flows.file.source import Reading, Source, UnreadableError, inspect
from shoplink.flows.file.tables import KIND_NAMES, TABLES
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.precondition import SEEN_FIELD
from shoplink.web.request.upload import permitted
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.wording.names import isolated
from shoplink.wording.sentences import N_

BYTES_MAX = 1 << 20
FILES_MAX = 5
_SHOWN_MAX = 100


class CarriedFile(Struct, frozen=True):
    """A file that the form carries: its name, and its content in base64."""

    name: str
    content: str


class FileRow(Struct, frozen=True):
    """A file: what it is a table of, and how many of its lines are imported and not imported."""

    digest: str
    name: str
    kind: str
    accepted: int
    rejected: int


class RejectedLine(Struct, frozen=True):
    """A line that is not imported, and why."""

    file: str
    line: int
    why: str


class ImportPage(Struct, frozen=True):
    """The form; what became, or would become, of the lines of its files; and the kinds of tables with their columns.

    `rejected` are the first of the lines that are not imported, `more` the number of the others.
    """

    send_to: str
    skipped: str
    problem: str
    done: bool
    files: list[FileRow]
    carried: list[CarriedFile]
    rejected: list[RejectedLine]
    more: int
    importable: int
    seen: str
    kinds: list[tuple[str, list[tuple[str, bool]]]]


class _Counted(Struct):
    """What became, or would become, of lines, by the digests of their files; `digest` is that of every verdict."""

    accepted: Counter[str]
    rejected: Counter[str]
    first: list[RejectedLine]
    digest: str


@page(
    "platform/import",
    PLATFORM,
    posts=True,
    menu=Menu(icon="upload", title=N_("Import")),
)
def import_tables(visit: Visit) -> PageResponse:
    """Check files of shops, accounts, links, products or contents line by line; then import the lines that pass."""
    carried, problem = _files(visit) if visit.submitted else ([], "")
    skipped = visit.form.get("skipped", "").strip()
    reading = Reading(
        by=visit.by, skipped=frozenset(each.strip() for each in skipped.split(",") if each.strip())
    )
    sources: list[Source] = []
    if not problem:
        sources, problem = _sources(visit, carried, reading)
    action = visit.form.get("do", "")
    if sources and action == "rejects":
        return _rejects(visit, sources, reading)
    counted = _count(visit, dry_run_files(sources, reading)) if sources else None
    done = False
    if counted is not None and action == "import":
        if visit.form.get(SEEN_FIELD) == counted.digest:
            counted, done = _count(visit, apply_files(sources, reading)), True
        else:
            problem = _(
                "Nothing was imported: what would become of these lines has changed since you checked them. Check them again."
            )
    view = ImportPage(
        send_to=permitted(visit.request.path),
        skipped=skipped,
        problem=problem,
        done=done,
        files=_file_rows(visit, sources, counted) if counted else [],
        carried=[] if done else carried,
        rejected=counted.first if counted else [],
        more=max(counted.rejected.total() - _SHOWN_MAX, 0) if counted else 0,
        importable=counted.accepted.total() if counted else 0,
        seen=counted.digest if counted else "",
        kinds=_kinds(visit),
    )
    return PageContent(
        "platform/import.html", view, status=409 if problem and counted else 422 if problem else 200
    )


def _sources(visit: Visit, carried: list[CarriedFile], reading: Reading) -> tuple[list[Source], str]:
    """The tables in the order of import, and why one of them cannot be read, '' if all can."""
    found = []
    for one in carried:
        try:
            source = inspect(one.name, io.BytesIO(b64decode(one.content)), reading)
        except UnreadableError as error:
            return [], error.said.say(visit.language.tag)
        if source.file is None:
            # A command file says itself who does what; only the operator of the service may run it.
            return [], _(
                "{file}: this is no table. Command files are imported with `shoplink apply`."
            ).format(file=isolated(one.name))
        found.append(source)
    return in_dependency_order(found), ""


def _files(visit: Visit) -> tuple[list[CarriedFile], str]:
    """The files that were chosen, or those that the form carries; and a problem with them, '' if there is none."""
    chosen = visit.request.FILES.getlist("file")
    if chosen:
        if sum(file.size or 0 for file in chosen) > BYTES_MAX:
            return [], _(
                "The files are too large: at most 1 MB together. Larger ones are imported with `shoplink apply`, or in parts."
            )
        carried = [CarriedFile(file.name or "", b64encode(file.read()).decode()) for file in chosen]
    else:
        names, contents = visit.form.getlist("name"), visit.form.getlist("content")
        carried = [CarriedFile(*each) for each in zip(names, contents, strict=False)]
        try:
            size = sum(len(b64decode(one.content, validate=True)) for one in carried)
        except ValueError:
            return [], _("Choose the files again: they did not arrive whole.")
        if size > BYTES_MAX:
            return [], _("Choose the files again: they did not arrive whole.")
    if not carried:
        return [], _("Choose a file: CSV or Excel.")
    if len(carried) > FILES_MAX:
        return [], _("At most {most} files can be imported at once.").format(most=FILES_MAX)
    return carried, ""


def _count(visit: Visit, results: Iterable[LineResult]) -> _Counted:
    """Count what became of lines; all of them, and the first that are not imported."""
    accepted, rejected, first, digest = Counter[str](), Counter[str](), list[RejectedLine](), hashlib.sha256()
    for result in results:
        file, answer = result.source.digest, result.answer
        codes = [reason["code"] for reason in answer["reasons"]]
        digest.update(repr((file, answer["line"], answer["outcome"], codes)).encode())
        if answer["outcome"] == "accepted":
            accepted[file] += 1
            continue
        rejected[file] += 1
        if len(first) < _SHOWN_MAX:
            first.append(
                RejectedLine(result.source.name, answer["line"], say_rejection(result, visit.language))
            )
    return _Counted(accepted, rejected, first, digest.hexdigest())


def _file_rows(visit: Visit, sources: list[Source], counted: _Counted) -> list[FileRow]:
    return [
        FileRow(
            source.digest,
            source.name,
            KIND_NAMES[source.table.kind].say(visit.language.tag) if source.table else "",
            counted.accepted[source.digest],
            counted.rejected[source.digest],
        )
        for source in sources
    ]


def _rejects(visit: Visit, sources: list[Source], reading: Reading) -> PageResponse:
    """The lines of the file in question that would not be imported, each with its reason, as a file to correct."""
    source = next((one for one in sources if one.digest == visit.form.get("of")), sources[0])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rejects"
        with RejectFile(path, visit.language) as out:
            for result in dry_run_files(sources, reading):
                if result.source is source and result.answer["outcome"] != "accepted":
                    out.write(result)
        content = path.read_bytes() if out.count else b""
    response = HttpResponse(content, content_type="text/csv")
    called = f"{PurePath(source.name).stem}.rejected.csv"
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=called)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _kinds(visit: Visit) -> list[tuple[str, list[tuple[str, bool]]]]:
    """The tables that can be imported, each with its columns, and whether it must have them."""
    tag = visit.language.tag
    return [
        (
            KIND_NAMES[table.kind].say(tag),
            [(column.header.say(tag), column.required) for column in table.columns],
        )
        for table in TABLES
    ]
