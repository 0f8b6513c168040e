"""The ASGI application that `shoplink serve` runs.

Its process owns a SQLite file and runs the timer and the delivery.
"""

import gc
import os
from functools import partial

from django.core.wsgi import get_wsgi_application

from shoplink.config.api_middleware import with_api_key_handler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shoplink.config.settings")
_wsgi_application = with_api_key_handler(get_wsgi_application())

from shoplink.config import door, timer  # noqa: E402 (they need Django to be set up)
from shoplink.config.shutdown import hold_signals, stop_at_first_signal  # noqa: E402
from shoplink.store.database.owner import acquire_ownership  # noqa: E402

# Claimed at the start and not at the first write, so that a second process fails immediately.
acquire_ownership(os.environ.get("SHOPLINK_SERVED", "a service"))
hold_signals()
application = door.front(_wsgi_application, threads=int(os.environ["SHOPLINK_THREADS"]))
stop_at_first_signal(before=partial(door.leave, application), busy=application.is_busy)
timer.start(delivering=bool(os.environ.get("SHOPLINK_DELIVERING")))

# Objects that exist now live as long as the process, so the garbage collector need not visit them.
gc.collect()
gc.freeze()
