"""The WSGI application; with SHOPLINK_TIMER=1 the timer runs beside it in the same process."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shoplink.config.settings")
application = get_wsgi_application()

if os.environ.get("SHOPLINK_TIMER") == "1":
    from shoplink.config.timer import start

    start()
