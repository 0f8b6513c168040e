"""Where the parts are wired together: settings, urls, wsgi."""
