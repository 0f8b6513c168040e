"""The engine, in the module where Django expects it."""

import os
import select
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

_LIMITS = (
    "SELECT set_config('lock_timeout', %s, false), set_config('statement_timeout', %s, false),"
    " set_config('idle_in_transaction_session_timeout', %s, false)"
)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection with limits on time, which counts as usable as long as the server has not closed it."""

    def init_connection_state(self) -> None:
        """Set the limits by a statement: poolers refuse parameters that they do not know when a connection starts.

        They hold for every statement, and COMMIT is none: PostgreSQL ends the time of a statement before it commits.
        """
        super().init_connection_state()
        serves = bool(os.environ.get("SHOPLINK_SERVED"))
        seconds = (
            settings.LOCK_TIMEOUT_SECONDS,
            settings.STATEMENT_TIMEOUT_SECONDS if serves else 0,
            settings.IDLE_IN_TRANSACTION_SECONDS,
        )
        with self.cursor() as cursor:
            cursor.execute(_LIMITS, [f"{each}s" for each in seconds])

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
