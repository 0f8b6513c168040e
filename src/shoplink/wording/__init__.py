"""The sentences of the product in Chinese and English: reasons with their remedies, warnings, events, help."""

from shoplink.wording.language import Language, Tag, language_for
from shoplink.wording.say import ReasonText, say_event, say_reason, say_warning

__all__ = ["Language", "ReasonText", "Tag", "language_for", "say_event", "say_reason", "say_warning"]
