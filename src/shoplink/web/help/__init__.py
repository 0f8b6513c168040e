"""The help centre: the guide and every reason, with the numbers of the rulebook in the reader's market."""

from shoplink.web.help import centre

__all__ = ["centre"]
