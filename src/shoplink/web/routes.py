"""Every page of the consoles. A new module of pages is imported here."""

from shoplink.web import choices, creator, demo, front, people, platform, seller, support
from shoplink.web.page import routes

__all__ = ["choices", "creator", "demo", "front", "people", "platform", "routes", "seller", "support"]
