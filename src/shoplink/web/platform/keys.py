"""API keys: created, shown once, revoked permanently."""

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.parse import is_id
from shoplink.core.values import WrongValueError, read_line
from shoplink.flows.people.keys import create_key, revoke_key
from shoplink.store.people.keys import SCOPES, every_key
from shoplink.store.people.membership import names_of
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.people.confirm import ask_who_it_is
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.wording.problems import say_wrong
from shoplink.wording.sentences import N_


class KeyRow(Struct, frozen=True):
    """A key as it is stored, without its secret."""

    key_id: str
    name: str
    scopes: str
    created_by: str
    created_at: Instant
    used_at: Instant | None
    revoked_at: Instant | None


class KeysPage(Struct, frozen=True):
    """Every key; `secret` belongs to the key just created and cannot be shown again."""

    rows: list[KeyRow]
    scopes: list[tuple[str, bool]]
    name: str
    secret: str
    problem: str


@page("platform/keys", PLATFORM, posts=True, menu=Menu(icon="key", title=N_("API keys")))
def keys(visit: Visit) -> PageResponse:
    """The keys; the forms create one or revoke one."""
    secret, problem = "", ""
    chosen = {scope for scope in visit.form.getlist("scope") if scope in SCOPES}
    name = visit.form.get("name", "")
    if visit.submitted and (asked := ask_who_it_is(visit)):
        return asked
    if visit.submitted and visit.form.get("do") == "revoke":
        key_id = visit.form.get("key_id", "")
        if is_id(key_id) and revoke_key(visit.by, key_id):
            return visit.redirect("platform.keys", message=_("The key is revoked."))
        problem = _("Nothing was done: this key is revoked already.")
    elif visit.submitted and not (name.strip() and chosen):
        problem = _("A key needs a name and at least one scope.")
    elif visit.submitted:
        try:
            _key_id, secret = create_key(visit.by, read_line(name), chosen)
        except WrongValueError as error:
            problem = say_wrong(error, visit.language)
    all_keys = every_key()
    makers = names_of(key.created_by for key in all_keys)
    rows = [
        KeyRow(
            key_id=key.key_id,
            name=key.name,
            scopes=", ".join(key.scopes),
            created_by=makers.get(key.created_by, key.created_by),
            created_at=show_instant(visit, key.created_at),
            used_at=show_instant(visit, key.last_used_at) if key.last_used_at else None,
            revoked_at=show_instant(visit, key.revoked_at) if key.revoked_at else None,
        )
        for key in reversed(all_keys)
    ]
    view = KeysPage(
        rows, [(scope, scope in chosen) for scope in SCOPES], "" if secret else name, secret, problem
    )
    return PageContent("platform/keys.html", view, status=422 if problem else 200)
