"""The declaration of pages: each names its route, its access and its menu entry, and returns its content."""

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
from django.urls import Resolver404, URLPattern, path, resolve, reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from shoplink.store.read.link import snapshot
from shoplink.web.page.asset import assets_version
from shoplink.web.page.frame import MENUS, Frame, Menu, frame_of
from shoplink.web.request.access import Access, SignInError
from shoplink.web.request.visit import PageContent, PageResponse, Visit

View = Callable[..., PageResponse]

STAMP_COOKIE = "stamp"
"""A cookie that changes whenever the browser sends a form: no cached page is shown again with a used form key."""


BODY_BYTES_MAX = 256 << 10
"""How large a form may be, where the page does not say otherwise."""


class DeclaredPage(NamedTuple):
    """A declared page: its route, name, access, the methods it accepts, its view, and how large its form may be."""

    route: str
    name: str
    access: Access
    methods: tuple[str, ...]
    answer: Callable[..., HttpResponse]
    body_bytes_max: int = BODY_BYTES_MAX


PAGES: dict[str, DeclaredPage] = {}
"""Every page by its name, in the order of declaration."""


def page(  # noqa: PLR0913 (what can be said of a page)
    route: str,
    access: Access,
    *,
    posts: bool = False,
    menu: Menu | None = None,
    name: str = "",
    body_bytes_max: int = BODY_BYTES_MAX,
) -> Callable[[View], View]:
    """Declare a page. The function takes a Visit and the values from the route, and returns a PageResponse.

    `posts`: its form is sent to its own address, and has at most `body_bytes_max` bytes. `menu`: its entry in the menu
    of its place. The page's name is `name`, or `place.function`: `seller.home` for the function `home` in any module of
    `shoplink.web.seller`.
    """
    methods = ("GET", "POST") if posts else ("GET",)

    def declare(view: View) -> View:
        called = name or f"{view.__module__.removeprefix('shoplink.web.').partition('.')[0]}.{view.__name__}"
        answer = _with_access(access, _rendering(view))
        _declare(DeclaredPage(route, called, access, methods, answer, body_bytes_max))
        if menu is not None:
            MENUS.setdefault(called.partition(".")[0], {})[called] = menu
        return view

    return declare


def declare_uncached(route: str, name: str, access: Access, view: Callable[..., HttpResponse]) -> None:
    """Declare a page that makes its own response. It may write on GET, and is never cached."""

    def answer(visit: Visit, **route_values: Any) -> HttpResponse:
        response = view(visit, **route_values)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    _declare(DeclaredPage(route, name, access, ("GET", "POST"), _with_access(access, answer)))


def _declare(one: DeclaredPage) -> None:
    assert one.name not in PAGES, f"{one.name} is declared twice"
    answer = require_http_methods([*one.methods, "HEAD"])(gzip_page(one.answer))
    PAGES[one.name] = one._replace(answer=answer)


def routes() -> list[URLPattern]:
    """The routes of all declared pages."""
    return [path(one.route, one.answer, name=one.name) for one in PAGES.values()]


def body_bytes_max(address: str) -> int:
    """How large a form may be that is sent to an address."""
    try:
        name = resolve(address).view_name
    except Resolver404:
        return BODY_BYTES_MAX
    return PAGES[name].body_bytes_max if name in PAGES else BODY_BYTES_MAX


def _with_access(access: Access, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, for visitors with access; others get 404, or are sent to the sign-in page."""

    @wraps(view)
    def answer(request: HttpRequest, **route_values: str) -> HttpResponse:
        if any("\x00" in str(value) for value in route_values.values()):
            raise Http404  # PostgreSQL rejects NUL characters, and no id contains one
        try:
            actor = access.admit(request, **route_values)
        except SignInError:
            query = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('account_login')}?{query}")
        return view(Visit(request, actor, route_values), **route_values)

    return answer


def _rendering(view: View) -> Callable[..., HttpResponse]:
    @wraps(view)
    def answer(visit: Visit, **route_values: str) -> HttpResponse:
        if visit.request.method == "POST":
            content = view(visit, **route_values)
            response = _render(visit, content) if isinstance(content, PageContent) else content
            secure = visit.request.is_secure()
            response.set_cookie(STAMP_COOKIE, token_urlsafe(8), httponly=True, samesite="Lax", secure=secure)
            return response
        with snapshot():
            content = view(visit, **route_values)
            return _render_or_304(visit, content) if isinstance(content, PageContent) else content

    return answer


def _render_or_304(visit: Visit, content: PageContent) -> HttpResponse:
    """The rendered page, or 304 without rendering if the browser already has it."""
    frame = frame_of(visit)
    if len(get_messages(visit.request)):
        return _render(visit, content, frame)
    etag = _digest(visit, content, frame)
    if content.status == 200 and etag in visit.request.headers.get("If-None-Match", ""):  # noqa: PLR2004 (a success)
        unchanged: HttpResponse = HttpResponseNotModified()
        return _private(unchanged, etag)
    return _private(_render(visit, content, frame), etag)


def _render(visit: Visit, content: PageContent, frame: Frame | None = None) -> HttpResponse:
    context = {"view": content.view, "visit": visit, "frame": frame or frame_of(visit)}
    return _private(render(visit.request, content.template, context, status=content.status))


def _private(response: HttpResponse, etag: str = "") -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie, Accept-Language"
    if etag:
        response.headers["ETag"] = etag
    return response


def _digest(visit: Visit, content: PageContent, frame: Frame) -> str:
    """An ETag of everything that the page depends on: its view model, its frame, and the stamp of used form keys."""
    request = visit.request
    # htmx takes a part out of the page, so the frame around that part does not count.
    in_part = request.headers.get("HX-Request")
    parts: list[Any] = [assets_version(), request.get_full_path(), in_part, content.template]
    get_token(request)  # every page has a form; this keeps its token the same next time
    parts += [request.COOKIES.get(STAMP_COOKIE), request.META["CSRF_COOKIE"], content.view]
    parts.append(frame.language if in_part else frame)
    written = msgspec.json.encode(parts, enc_hook=_as_text)
    return f'"{hashlib.blake2b(written, digest_size=16).hexdigest()}"'


def _as_text(value: object) -> str:
    """A Django form as its HTML; plain `str`, which msgspec can encode and SafeString is not."""
    return str.__str__(str(value))
