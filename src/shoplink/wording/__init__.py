"""The sentences of the product, in Chinese and English: reasons with their remedies, warnings, events."""

from shoplink.wording.language import Language, Tag, language
from shoplink.wording.say import Said, say_event, say_reason, say_warning

__all__ = ["Language", "Said", "Tag", "language", "say_event", "say_reason", "say_warning"]
