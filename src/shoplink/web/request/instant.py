"""An instant that somebody typed into a form or an address."""

from datetime import UTC, datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _


def read_typed_instant(text: str) -> tuple[datetime | None, str]:
    """The instant in UTC, read in the reader's time zone if the text names none; None for an empty text.

    And a problem with it, '' if there is none.
    """
    if not text:
        return None, ""
    try:
        at = parse_datetime(text)
        if at is not None:
            return (at if at.tzinfo else timezone.make_aware(at)).astimezone(UTC), ""
    except (ValueError, OverflowError):
        pass  # no such day, or none that can be told in UTC
    return None, _("This is not a date and time.")
