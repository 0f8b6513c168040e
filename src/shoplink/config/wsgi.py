"""The WSGI application; under `shoplink serve` its process owns a SQLite file, and the timer and the deliveries run beside it."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from shoplink.config.api_middleware import with_programs
from shoplink.config.request_stream import with_lines

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shoplink.config.settings")
application = with_lines(with_programs(get_wsgi_application()))

# What is there by now stays for good: the collector need not look through it again and again.
gc.collect()
gc.freeze()

if served := os.environ.get("SHOPLINK_SERVED"):
    from shoplink.config.shutdown import end_at_the_first_signal
    from shoplink.config.timer import start
    from shoplink.store.database.owner import claim

    # Owned from the start and not from the first write: a second process learns at once that it may not write.
    claim(served)
    end_at_the_first_signal()
    start(delivering=bool(os.environ.get("SHOPLINK_DELIVERING")))
