"""What happened at a platform that decides about a shop's links, and when: a form that records it (mirror.md section 2).

Nothing is decided here: which steps a form offers follows from the state of the link, and the write path has the last word.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Link
from shoplink.core.commands import COMMANDS
from shoplink.core.facts import Decided, Role
from shoplink.core.instant import format_instant
from shoplink.core.precondition.subjects import link_in_place
from shoplink.core.roles import ISSUERS
from shoplink.web.request.command import NOTHING, CommandResult, send
from shoplink.web.request.instant import read_typed_instant
from shoplink.web.request.visit import Visit


class Step(NamedTuple):
    """Something that may have happened: its words on a form, the command that records it, and what was done then."""

    words: Callable[[], str]
    command: str
    happened_at: str
    done: Callable[[], str]
    fields: Mapping[str, str] = MappingProxyType({})


_ENDED: Callable[[], str] = lambda: _("Recorded: the link ended at TikTok.")  # noqa: E731 (one of many words)

STEPS: dict[str, Step] = {
    "invited": Step(
        lambda: _("The invitation was sent"),
        "record_invitation",
        "invited_at",
        lambda: _("Recorded. The creator confirms at TikTok; the deadline runs, and reminders are sent."),
    ),
    "accepted": Step(
        lambda: _("The creator has confirmed"),
        "record_acceptance",
        "accepted_at",
        lambda: _("Recorded: the creator has confirmed. Record it here once TikTok has linked the account."),
    ),
    "linked": Step(
        lambda: _("It is linked"), "import_link", "linked_at", lambda: _("Recorded: the account is linked.")
    ),
    "requested": Step(
        lambda: _("The creator has asked to be unlinked"),
        "record_unlink_request",
        "requested_at",
        lambda: _("Recorded: the creator has asked to be unlinked. The shop answers at TikTok."),
    ),
    "unlinked": Step(lambda: _("It was unlinked"), "record_end", "ended_at", _ENDED, {"how": "unlinked"}),
    "declined": Step(
        lambda: _("The creator has declined"), "record_end", "ended_at", _ENDED, {"how": "declined"}
    ),
    "withdrawn": Step(
        lambda: _("The shop has withdrawn"), "record_end", "ended_at", _ENDED, {"how": "withdrawn"}
    ),
    "expired": Step(lambda: _("It has expired"), "record_end", "ended_at", _ENDED, {"how": "expired"}),
    "revoked": Step(lambda: _("TikTok has ended it"), "record_end", "ended_at", _ENDED, {"how": "revoked"}),
}
"""The steps by the value that a form sends, in the order of a link's life."""

_ENDS = ("declined", "withdrawn", "expired", "revoked")
_NEXT: dict[str, tuple[str, ...]] = {
    "invited": ("accepted", "linked", *_ENDS),
    "in_review": ("linked", *_ENDS),
    "linked": ("requested", "unlinked", "revoked"),
}
"""By the status of a link, what may have happened to it next; the likeliest first."""


class RecordingForm(Struct, frozen=True):
    """The form: its choices (value, words, whether chosen), and what was typed; `seen` is the token of the link.

    `problem` is about what was typed. `wrong_at`: it is about the instant.
    """

    name: str
    link_id: str
    choices: list[tuple[str, str, bool]]
    at: str
    zone: str
    source: str
    seen: str
    problem: str
    wrong_at: bool


class StepResult(NamedTuple):
    """What came of a form: what the command led to, and the words of success. `wrong_at`: the instant is none."""

    result: CommandResult
    done: str = ""
    wrong_at: bool = False

    @property
    def in_form(self) -> bool:
        """Whether the problem is with what was typed, so that it stands in the form."""
        return bool(self.result.problem) and not self.result.stale


def form_of_link(
    visit: Visit, link: Link, decided: Decided, seen: str, recorded: StepResult | None = None
) -> RecordingForm | None:
    """The form of what may have happened to a link next; None where it is decided here, or has ended.

    `seen` is the token of the link. Only what this side may record is offered.
    """
    if decided == "here":
        return None
    steps = tuple(
        step
        for step in _NEXT.get(link.status, ())
        if (step != "requested" or link.unlink_requested_at is None)
        and visit.by.kind in ISSUERS[COMMANDS[STEPS[step].command]]
    )
    return _form(visit, f"record-{link.link_id}", steps, recorded, link_id=link.link_id, seen=seen)


def form_of_beginning(visit: Visit, step: str, recorded: StepResult | None) -> RecordingForm | None:
    """The form of one of the steps that begin a link."""
    return _form(visit, step, (step,), recorded)


def _form(  # noqa: PLR0913 (what a form may show)
    visit: Visit,
    name: str,
    steps: tuple[str, ...],
    recorded: StepResult | None,
    *,
    link_id: str = "",
    seen: str = "",
) -> RecordingForm | None:
    if not steps:
        return None
    happened = visit.form.get("happened", "")
    mine = happened in steps and visit.form.get("link_id", "") == link_id
    return RecordingForm(
        name=name,
        link_id=link_id,
        choices=[(step, STEPS[step].words(), step == (happened if mine else steps[0])) for step in steps],
        at=visit.form.get("happened_at", "")
        if mine
        else f"{visit.now.astimezone(visit.zone):%Y-%m-%dT%H:%M}",
        zone=str(visit.zone),
        source=visit.form.get("source", "") if mine else "",
        seen=seen,
        problem=recorded.result.problem if recorded and recorded.in_form and mine else "",
        wrong_at=mine and recorded is not None and recorded.wrong_at,
    )


def record_step(visit: Visit, link: Link) -> StepResult:
    """Record what the form of a link says has happened."""
    pair = {"shop_id": link.shop_id, "account_id": link.account_id}
    return _record(visit, pair | {"role": link.role}, link)


def record_beginning(visit: Visit, shop_id: str, account_id: str, role: Role, **more: Any) -> StepResult:
    """Record that a pair without a link was invited at the platform, or linked; `more` goes with the invitation."""
    fields = {"shop_id": shop_id, "account_id": account_id, "role": role}
    return _record(visit, fields | (more if visit.form.get("happened") == "invited" else {}), None)


def _record(visit: Visit, fields: dict[str, Any], link: Link | None) -> StepResult:
    step = STEPS.get(visit.form.get("happened", ""))
    if step is None:
        return StepResult(_problem(_("Choose what happened at TikTok.")))
    at, problem = read_typed_instant(visit.form.get("happened_at", "").strip())
    if at is None:
        return StepResult(_problem(problem or _("Say when it happened.")), wrong_at=True)
    if step.command not in {"record_invitation", "import_link"}:
        fields = {name: value for name, value in fields.items() if name != "role"}
    fields |= {step.happened_at: format_instant(at), **step.fields}
    fields["source"] = visit.form.get("source", "").strip() or None
    result = send(
        visit,
        step.command,
        seen=link_in_place(link) if link else NOTHING,
        link_id=link.link_id if link else None,
        **fields,
    )
    return StepResult(result, step.done())


def _problem(problem: str) -> CommandResult:
    return CommandResult(accepted=False, problem=problem)
