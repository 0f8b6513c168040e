"""Every page of the consoles. A new package of pages is imported here."""

from shoplink.web import creator, front, help, mirror, people, platform, seller, support  # noqa: A004 (the package of help pages)
from shoplink.web.page.declare import routes

__all__ = ["creator", "front", "help", "mirror", "people", "platform", "routes", "seller", "support"]
