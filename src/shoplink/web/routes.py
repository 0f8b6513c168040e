"""Every page of the consoles. A new module of pages is imported here."""

from shoplink.web import choices, creator, demo, front, help, people, platform, seller, support  # noqa: A004 (the place is called so)
from shoplink.web.page import routes

__all__ = ["choices", "creator", "demo", "front", "help", "people", "platform", "routes", "seller", "support"]
