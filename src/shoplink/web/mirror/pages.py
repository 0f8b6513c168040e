"""Compare a shop with what the platform shows of it: paste or upload the list, see what differs, take it over."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct
from msgspec.structs import replace

from shoplink.core.disclosure import redact_for_stranger
from shoplink.core.mirror.compare import ListedLink
from shoplink.core.values import WrongValueError, read_line
from shoplink.flows.file.source import Reading, UnreadableError
from shoplink.flows.look import look_at
from shoplink.flows.mirror.read import (
    PastedList,
    UnclearListError,
    read_pasted,
    say_input_errors,
)
from shoplink.flows.mirror.take import (
    GivenLists,
    ListProblem,
    Preview,
    Replies,
    UnusableListError,
    lists_again,
    preview,
    take_over_once,
)
from shoplink.flows.precondition import Precondition
from shoplink.store.read.mirror import comparisons as stored_comparisons
from shoplink.table.read import Hints
from shoplink.web.mirror.compared import comparisons
from shoplink.web.mirror.lists import (
    QUESTIONS_MAX,
    DifferenceGroup,
    TypedReplies,
    pair_of,
    read_replies,
    show_groups,
)
from shoplink.web.page.declare import page
from shoplink.web.request.access import SELLER, places_of
from shoplink.web.request.command import form_key, say_rejected
from shoplink.web.request.instant import read_typed_instant
from shoplink.web.request.precondition import SEEN_FIELD, say_changed
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.state import show_decided
from shoplink.wording.mirror.lists import say_list_problem

LINKS_MAX = 2_000
"""So many links a list has on this page; the command line and the API take more."""

_FILE_MAX = 1 << 20
_UNPACKED_MAX = 32 << 20
_NO_REPLIES = TypedReplies({}, {})


class PreviewCard(Struct, frozen=True):
    """What differs, in lists of so many `shops`; `more` questions are not shown yet. `seen` is the token of it all."""

    groups: list[DifferenceGroup]
    more: int
    shops: int
    seen: str


class MirrorPage(Struct, frozen=True):
    """The page: the list as it was typed, what differs, and what the list before left open.

    `wrong`: the field that `problem` is about. `told`: what was left out of the list. `asks_empty`: whether the page asks
    if the list is empty because there is no link.
    """

    shop_id: str
    shop: str
    decided: Badge | None
    compared: str
    stale: bool
    links: str
    as_of: str
    zone: str
    source: str
    problem: str
    wrong: str
    problems: list[str]
    told: list[str]
    asks_empty: bool
    empty: bool
    preview: PreviewCard | None
    open: PreviewCard | None


class _Typed(NamedTuple):
    """The lists that were typed, None if they cannot be read; their text, what is told of them, what is wrong where."""

    given: GivenLists | None
    text: str
    told: Sequence[str] = ()
    problems: Sequence[str] = ()
    wrong: str = ""


class _TakeResult(NamedTuple):
    """What came of taking over: a message of success, or problems in the form. `replies`: what the form says of each row."""

    message: str = ""
    problems: Sequence[str] = ()
    replies: TypedReplies = _NO_REPLIES
    status: int = 200


@page("seller/<str:shop_id>/mirror", SELLER, posts=True, name="seller.mirror", body_bytes_max=3 * _FILE_MAX)
def mirror(visit: Visit, shop_id: str) -> PageResponse:
    """The differences between the list that is sent and the record; then they are taken over, or answered one by one.

    Raises Http404 for a shop that is decided here.
    """
    action = visit.form.get("do", "") if visit.submitted else ""
    typed = _read(visit, shop_id) if action in {"compare", "take"} else None
    again = stored_comparisons([shop_id]).get(shop_id)
    questions = lists_again(again, visit.by) if again is not None else None
    result = _TakeResult()
    if action == "take" and typed is not None and typed.given is not None:
        result = _take(visit, typed.given)
    elif action == "answer" and questions is not None:
        result = _take(visit, questions)
    if result.message:
        return visit.redirect("seller.mirror", message=result.message, shop_id=shop_id)
    return _page(visit, shop_id, typed, questions, result, answers=action == "answer")


class _WrongError(ValueError):
    """What was typed is no list: the problems, and the field that they are about."""

    def __init__(self, wrong: str, *problems: str) -> None:
        super().__init__(wrong)
        self.wrong, self.problems = wrong, problems


def _read(visit: Visit, shop_id: str) -> _Typed:
    """The lists of the form: the file, else the text."""
    text = visit.form.get("links", "")
    try:
        at, source = _as_of(visit), _source(visit)
        pasted = _pasted(visit, text, at, shop_id)
    except _WrongError as error:
        return _Typed(None, text, problems=error.problems, wrong=error.wrong)
    shops = places_of(visit.request).shops
    mine = {shop: rows for shop, rows in pasted.by_shop.items() if shop in shops} or {shop_id: []}
    empty = frozenset([shop_id] if visit.form.get("empty") else ())
    return _Typed(GivenLists(at, mine, visit.by, source, empty), pasted.text, _left_out(pasted, mine))


def _as_of(visit: Visit) -> datetime:
    at, problem = read_typed_instant(visit.form.get("as_of", "").strip())
    if at is None:
        raise _WrongError("as_of", problem or _("Say when TikTok showed this list."))
    return at


def _source(visit: Visit) -> str | None:
    text = visit.form.get("source", "").strip()
    try:
        return read_line(text) if text else None
    except WrongValueError:
        raise _WrongError("source", _("At most 200 characters in one line are allowed.")) from None


def _pasted(visit: Visit, text: str, at: datetime, shop_id: str) -> PastedList:
    """What was uploaded, else what was pasted. Raises _WrongError."""
    file, pasted = visit.request.FILES.get("file"), PastedList({}, text, [])
    told = Hints(encoding="utf-8", delimiter="\t" if "\t" in text else None)
    try:
        if file is not None and file.size:
            if file.size > _FILE_MAX:
                raise _WrongError("links", _("The file is too large: at most 1 MB is allowed."))
            reading = Reading(visit.by, told=Hints(bytes_max=_UNPACKED_MAX))
            pasted = read_pasted(file.name or "", io.BytesIO(file.read()), reading, at, shop_id)
        elif text.strip():
            stream = io.BytesIO(text.encode())
            found = read_pasted(_("Your list"), stream, Reading(visit.by, told=told), at, shop_id)
            pasted = replace(found, text=text)
    except UnreadableError as error:
        raise _WrongError("links", error.said.say(visit.language.tag)) from None
    except UnclearListError as error:
        words, tag = _("Line {line}: {problems}"), visit.language.tag
        lines = (
            words.format(line=one.line, problems=say_input_errors(one.problems, tag)) for one in error.lines
        )
        raise _WrongError("links", *lines) from None
    if sum(map(len, pasted.by_shop.values())) > LINKS_MAX:
        words = _("At most {most} links can be compared here at once; the command line takes more.")
        raise _WrongError("links", words.format(most=LINKS_MAX))
    return pasted


def _left_out(pasted: PastedList, mine: Mapping[str, Sequence[ListedLink]]) -> list[str]:
    """What of a list is not compared: lines of shops that are not the reader's, and columns that say nothing."""
    told = []
    if lines := sum(len(rows) for shop, rows in pasted.by_shop.items() if shop not in mine):
        words = ngettext(
            "{count} line is of a shop that is not yours: it is left out.",
            "{count} lines are of shops that are not yours: they are left out.",
            lines,
        )
        told.append(words.format(count=lines))
    if pasted.ignored:
        told.append(_("Columns that are not used: {columns}.").format(columns=", ".join(pasted.ignored)))
    return told


def _take(visit: Visit, given: GivenLists) -> _TakeResult:
    """Take the lists over as the form says, once however often it is sent."""
    replies = read_replies(visit)
    if replies.problems:
        return _TakeResult(
            problems=[_("Some answers cannot be taken; nothing was recorded.")], replies=replies, status=422
        )
    key = f"person:{visit.person.person_id}", f"{form_key(visit)}/mirror"
    seen = visit.form.get(SEEN_FIELD, "")
    try:
        answer = take_over_once(given, Replies(replies.replies), key, seen)
    except UnusableListError as error:
        about = {
            (one.shop_id or "", one.account_id or ""): _say(visit, one)
            for one in error.problems
            if one.code == "not_asked"
        }
        problems = [_say(visit, one) for one in error.problems]
        return _TakeResult(problems=problems, replies=TypedReplies(replies.replies, about), status=422)
    if answer["outcome"] == "stale":
        return _TakeResult(problems=[_say_stale(visit, given, seen)], replies=replies, status=409)
    if answer["outcome"] == "rejected":
        return _TakeResult(problems=[say_rejected(answer["error"])], replies=replies, status=409)
    recorded, left = (sum(shop[name] for shop in answer["shops"]) for name in ("recorded", "left"))
    words = ngettext("{count} step was recorded.", "{count} steps were recorded.", recorded)
    if not recorded:
        words = _("Nothing had to be recorded.")
    message = words.format(count=recorded)
    if left:
        open_words = ngettext("{count} question is open.", "{count} questions are open.", left)
        message = f"{message} {open_words.format(count=left)}"
    return _TakeResult(message)


def _say_stale(visit: Visit, given: GivenLists, seen: str) -> str:
    try:
        subjects = preview(given).subjects
    except UnusableListError as error:
        return _say(visit, error.problems[0])
    return say_changed(visit, Precondition(subjects, (seen,)))


def _say(visit: Visit, one: ListProblem) -> str:
    return say_list_problem(
        one.code,
        visit.language,
        shop_id=one.shop_id,
        compared=one.compared,
        account_id=one.account_id,
        asked=one.asked,
        zone=visit.zone,
    )


def _page(  # noqa: PLR0913 (what the page is made of)
    visit: Visit,
    shop_id: str,
    typed: _Typed | None,
    questions: GivenLists | None,
    result: _TakeResult,
    *,
    answers: bool,
) -> PageContent:
    world = look_at(shops=[shop_id]).world
    shop = world.shops.get(shop_id)
    if shop is None or shop.facts.decided == "here":
        raise Http404
    problems, wrong, card, asks_empty = [*result.problems], "", None, False
    if typed is not None:
        problems, wrong = [*problems, *typed.problems], typed.wrong
        if typed.given is not None:
            try:
                card = _card(visit, preview(typed.given), result.replies)
            except UnusableListError as error:
                asks_empty = any(one.code == "empty" for one in error.problems)
                problems = [_say(visit, one) for one in error.problems]
                wrong = "as_of" if error.problems[0].code in {"in_future", "older"} else "links"
    compared = comparisons(visit, world)[shop_id]
    view = MirrorPage(
        shop_id=shop_id,
        shop=shop.facts.name or shop_id,
        decided=show_decided(shop.facts.decided),
        compared=compared.text,
        stale=compared.stale,
        links=typed.text if typed else visit.form.get("links", ""),
        as_of=visit.form.get("as_of") or f"{visit.now.astimezone(visit.zone):%Y-%m-%dT%H:%M}",
        zone=str(visit.zone),
        source=visit.form.get("source", ""),
        problem=problems[0] if len(problems) == 1 else "",
        wrong=wrong,
        problems=problems if len(problems) > 1 else [],
        told=[*typed.told] if typed else [],
        asks_empty=asks_empty or bool(visit.form.get("empty")),
        empty=bool(visit.form.get("empty")),
        preview=card,
        open=_open(visit, questions, result.replies if answers else _NO_REPLIES) if card is None else None,
    )
    return PageContent(
        "mirror/compare.html", view, status=result.status if result.problems else 422 if problems else 200
    )


def _open(visit: Visit, questions: GivenLists | None, replies: TypedReplies) -> PreviewCard | None:
    """The questions that the list before left open, as far as they still are."""
    if questions is None or not questions.again:
        return None
    try:
        card = _card(visit, preview(questions), replies)
    except UnusableListError:
        return None  # the shop has changed so that nothing can be compared
    return card if card.groups else None


def _card(visit: Visit, seen: Preview, replies: TypedReplies) -> PreviewCard:
    reasons = {
        pair_of(one.difference): one.reasons if one.difference.link_id else redact_for_stranger(one.reasons)
        for one in seen.outcome.left
        if one.reasons
    }
    questions = [one for one in seen.differences if one.can_be_recorded and not one.is_certain]
    later = questions[QUESTIONS_MAX:]
    shown = [one for one in seen.differences if one not in later] if later else seen.differences
    return PreviewCard(
        groups=show_groups(visit, shown, reasons, replies),
        more=len(later),
        shops=len(seen.outcome.shops),
        seen=seen.token,
    )
