"""A short state with its colour and its icon."""

from typing import Literal

from django.utils.translation import gettext as _
from msgspec import Struct
from msgspec.structs import replace

Tone = Literal["green", "azure", "yellow", "orange", "red", "secondary", "purple"]


class Badge(Struct, frozen=True):
    """A short state: its words, its colour, its icon."""

    text: str
    tone: Tone
    icon: str


def translated(badge: Badge) -> Badge:
    """A badge that was declared with `N_`, in the active language."""
    return replace(badge, text=_(badge.text))
