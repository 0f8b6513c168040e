"""The WSGI application. Under `shoplink serve`, its process owns a SQLite file and runs the timer and the delivery."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from shoplink.config.api_middleware import with_api_key_handler
from shoplink.config.request_stream import with_buffered_input

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shoplink.config.settings")
application = with_buffered_input(with_api_key_handler(get_wsgi_application()))

# Objects that exist now live as long as the process, so the garbage collector need not visit them.
gc.collect()
gc.freeze()

if served := os.environ.get("SHOPLINK_SERVED"):
    from shoplink.config.shutdown import stop_at_first_signal
    from shoplink.config.timer import start
    from shoplink.store.database.owner import acquire_ownership

    # Claimed at the start and not at the first write, so that a second process fails immediately.
    acquire_ownership(served)
    stop_at_first_signal()
    start(delivering=bool(os.environ.get("SHOPLINK_DELIVERING")))
