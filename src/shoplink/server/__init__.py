"""The front door: an ASGI application that reads requests on an event loop and runs a WSGI application in threads.

A thread is taken when a request has arrived as a whole, so that a slow or malicious client never holds one. The package
knows neither the API nor the pages; `config/asgi.py` tells it which addresses are probes or streams and how a request
is refused.
"""
