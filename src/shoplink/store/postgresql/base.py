"""The engine, in the module where Django expects it."""

import select
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that counts as usable as long as the server has not closed it."""

    def is_usable(self) -> bool:
        """Whether statements can be sent. Django checks this before the first statement of each request.

        A server that stops closes its connections, which the client can see without sending anything. Only if there is
        something to read does it send a statement.
        """
        raw: Any = self.connection
        if raw is None or raw.closed:
            return False
        poll = select.poll()
        poll.register(raw.fileno(), select.POLLIN | select.POLLPRI)
        return not poll.poll(0) or bool(super().is_usable())
