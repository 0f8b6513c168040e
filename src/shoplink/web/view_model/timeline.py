"""Events of links as a timeline, in the reader's language."""

from collections.abc import Iterable

from msgspec import Struct

from shoplink.core import Event
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.badge import Tone
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.state import names_behind, show_by
from shoplink.wording import say_event


class EventStyle(Struct, frozen=True):
    """The colour and the icon of a kind of event."""

    tone: Tone
    icon: str


class TimelineRow(Struct, frozen=True):
    """An event: when it happened, what happened, and who acted, by name where the reader is told."""

    type: str
    at: Instant
    text: str
    by: str
    style: EventStyle


_STYLES: dict[str, EventStyle] = {
    "link.invited": EventStyle("azure", icon="mail-forward"),
    "link.accepted": EventStyle("azure", icon="check"),
    "link.established": EventStyle("green", icon="link"),
    "link.imported": EventStyle("green", icon="database-import"),
    "link.invitation_recorded": EventStyle("azure", icon="mail-forward"),
    "link.acceptance_recorded": EventStyle("azure", icon="check"),
    "link.end_recorded": EventStyle("secondary", icon="unlink"),
    "unlink.request_recorded": EventStyle("orange", icon="link-off"),
    "link.unlinked": EventStyle("secondary", icon="unlink"),
    "link.revoked": EventStyle("red", icon="ban"),
    "unlink.requested": EventStyle("orange", icon="link-off"),
    "unlink.refused": EventStyle("secondary", icon="x"),
    "waiver.granted": EventStyle("purple", icon="certificate"),
    "account.corrected": EventStyle("purple", icon="pencil"),
}
_DEFAULT_STYLE = EventStyle("secondary", icon="point")


def show_timeline(visit: Visit, events: Iterable[Event]) -> list[TimelineRow]:
    """The events as rows, in the order given."""
    shown = [*events]
    name_of = names_behind(visit, (event.by for event in shown))
    return [_row(visit, event, name_of(event.by)) for event in shown]


def _row(visit: Visit, event: Event, name: str) -> TimelineRow:
    kind = event.__struct_config__.tag
    style = _STYLES.get(str(kind), _DEFAULT_STYLE)
    text = say_event(event, visit.language, visit.zone)
    return TimelineRow(str(kind), show_instant(visit, event.at), text, show_by(event.by, name), style)
