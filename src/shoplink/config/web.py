"""The settings of the consoles: languages, templates, statics, and what keeps pages safe."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from shoplink.config.catalogue import LOCALE, compile_catalogues

APPS = ["django.contrib.staticfiles", "django_htmx", "shoplink.web"]

BEFORE = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shoplink.web.reader.Reader",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

_LOCAL = {"localhost", "127.0.0.1", "[::1]"}
_WEB = Path(__file__).resolve().parents[1] / "web"


def is_hashed(_path: str, url: str) -> bool:
    """Whether a static file has its digest in its name, so that it never changes under it."""
    return url.startswith("/static/built/")


def web_settings(allowed_hosts: list[str]) -> dict[str, Any]:
    """Django's settings of the consoles.

    Cookies are Secure wherever the service is reached by another name than this machine's own, as SHOPLINK_ALLOWED_HOSTS
    says; whoever tries it there without TLS sets SHOPLINK_INSECURE_COOKIES=1.
    """
    compile_catalogues()
    secure = not set(allowed_hosts) <= _LOCAL and os.environ.get("SHOPLINK_INSECURE_COOKIES") != "1"
    return {
        "LANGUAGE_CODE": "en",
        "LANGUAGES": [("zh-hans", "简体中文"), ("en", "English")],
        "LOCALE_PATHS": [LOCALE],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [_WEB / "templates"],
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.template.context_processors.csrf",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ],
                    "builtins": ["django.templatetags.i18n", "shoplink.web.templatetags.shell"],
                },
            }
        ],
        "STATIC_URL": "/static/",
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_IMMUTABLE_FILE_TEST": is_hashed,
        "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
        "SESSION_COOKIE_NAME": "session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SECURE": secure,
        "CSRF_FAILURE_VIEW": "shoplink.web.errors.forged",
        "X_FRAME_OPTIONS": "DENY",
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if secure else None,
        "CONTENT_SECURITY_POLICY": {
            "DIRECTIVES": {
                "default-src": [NONE],
                "script-src": [SELF],
                "style-src": [SELF],
                "img-src": [SELF, "data:"],
                "font-src": [SELF],
                "connect-src": [SELF],
                "manifest-src": [SELF],
                "form-action": [SELF],
                "frame-ancestors": [NONE],
                "base-uri": [NONE],
            }
        },
    }
