"""Pages: each declares its address, who may see it and its entry in the menu, and returns what it shows."""

import hashlib
from collections.abc import Callable
from functools import wraps
from secrets import token_urlsafe
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from shoplink.store.read.link import snapshot
from shoplink.web.page.asset import build
from shoplink.web.page.frame import MENUS, Frame, Menu, frame_of
from shoplink.web.request.access import Access, SignInError
from shoplink.web.request.visit import PageContent, PageResponse, Visit

View = Callable[..., PageResponse]

STAMP_COOKIE = "stamp"
"""Changes whenever this browser sends a form, so that no page is shown again with a form's key used up."""


class Page(NamedTuple):
    """A declared page: its route, its name in the routes, who may see it, and the methods it answers."""

    route: str
    name: str
    access: Access
    methods: tuple[str, ...]
    answer: Callable[..., HttpResponse]


PAGES: dict[str, Page] = {}
"""Every page by its name, in the order declared."""


def page(
    route: str, access: Access, *, posts: bool = False, menu: Menu | None = None, name: str = ""
) -> Callable[[View], View]:
    """Declare a page: the function gets a Visit and what the route names, and returns what is shown.

    `posts`: its form is sent to its own address. `menu`: its entry in the menu of its place. It is
    called `place.function` in the routes: `seller.home` for `home` anywhere in `shoplink.web.seller`; or `name`.
    """
    methods = ("GET", "POST") if posts else ("GET",)

    def declare(view: View) -> View:
        called = name or f"{view.__module__.removeprefix('shoplink.web.').partition('.')[0]}.{view.__name__}"
        _declare(Page(route, called, access, methods, _admitted(access, _answering(view))))
        if menu is not None:
            MENUS.setdefault(called.partition(".")[0], {})[called] = menu
        return view

    return declare


def step(route: str, name: str, access: Access, view: Callable[..., HttpResponse]) -> None:
    """Declare a page that makes its own response: it may write when it is looked at, and is kept nowhere."""

    def answer(visit: Visit, **named: Any) -> HttpResponse:
        response = view(visit, **named)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    _declare(Page(route, name, access, ("GET", "POST"), _admitted(access, answer)))


def _declare(one: Page) -> None:
    assert one.name not in PAGES, f"{one.name} is declared twice"
    answer = require_http_methods([*one.methods, "HEAD"])(gzip_page(one.answer))
    PAGES[one.name] = one._replace(answer=answer)


def routes() -> list[URLPattern]:
    """The routes of all pages declared."""
    return [path(one.route, one.answer, name=one.name) for one in PAGES.values()]


def _admitted(access: Access, answering: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What answers whoever may see a page, and shows the way in to whoever has to sign in first."""

    @wraps(answering)
    def answer(request: HttpRequest, **named: str) -> HttpResponse:
        if any("\x00" in str(value) for value in named.values()):
            raise Http404  # nothing is called so, and no database can be asked for it
        try:
            actor = access.admit(request, **named)
        except SignInError:
            way_back = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('account_login')}?{way_back}")
        return answering(Visit(request, actor, named), **named)

    return answer


def _answering(view: View) -> Callable[..., HttpResponse]:
    @wraps(view)
    def answer(visit: Visit, **named: str) -> HttpResponse:
        if visit.request.method == "POST":
            found = view(visit, **named)
            response = _rendered(visit, found) if isinstance(found, PageContent) else found
            secure = visit.request.is_secure()
            response.set_cookie(STAMP_COOKIE, token_urlsafe(8), httponly=True, samesite="Lax", secure=secure)
            return response
        with snapshot():
            found = view(visit, **named)
            return _looked_at(visit, found) if isinstance(found, PageContent) else found

    return answer


def _looked_at(visit: Visit, shown: PageContent) -> HttpResponse:
    """What a page shows, or 304 for whoever has just this already: its template is not rendered again."""
    frame = frame_of(visit)
    if len(get_messages(visit.request)):
        return _rendered(visit, shown, frame)
    etag = _digest(visit, shown, frame)
    if shown.status == 200 and etag in visit.request.headers.get("If-None-Match", ""):  # noqa: PLR2004 (a success)
        unchanged: HttpResponse = HttpResponseNotModified()
        return _private(unchanged, etag)
    return _private(_rendered(visit, shown, frame), etag)


def _rendered(visit: Visit, shown: PageContent, frame: Frame | None = None) -> HttpResponse:
    context = {"view": shown.view, "visit": visit, "frame": frame or frame_of(visit)}
    return _private(render(visit.request, shown.template, context, status=shown.status))


def _private(response: HttpResponse, etag: str = "") -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie, Accept-Language"
    if etag:
        response.headers["ETag"] = etag
    return response


def _digest(visit: Visit, shown: PageContent, frame: Frame) -> str:
    """What changes whenever the page would: its view model, its frame, and the form keys that were used up."""
    request = visit.request
    in_part = request.headers.get(
        "HX-Request"
    )  # a part is taken out of the page, so what stands around it does not count
    parts: list[Any] = [build(), request.get_full_path(), in_part, shown.template]
    get_token(request)  # every page has a form, and its token is not another one the next time
    parts += [request.COOKIES.get(STAMP_COOKIE), request.META["CSRF_COOKIE"], shown.view]
    parts.append(frame.language if in_part else frame)
    written = msgspec.json.encode(parts, enc_hook=_as_text)
    return f'"{hashlib.blake2b(written, digest_size=16).hexdigest()}"'


def _as_text(value: object) -> str:
    """A form as what it shows; and as a plain text, which what templates make is not."""
    return str.__str__(str(value))
