"""A running service, and a caller of its API: the platform's program as a stranger would write it."""

import http.client
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from django.db import connections

from shoplink.flows import clock
from shoplink.store.database.owner import release_ownership
from shoplink.store.database.sandbox import make_sandbox
from shoplink.store.people import keys
from tests.databases import fresh, use
from tests.server import content_type, serving

Json = dict[str, Any]
_numbers = count()


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: Any


class Caller:
    """One API key at one service. Header names are those of the API; `actor` is `Shoplink-Actor`."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self.secret = secret

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        actor: str | None = None,
        key: str | None = None,
        **headers: str | None,
    ) -> Answer:
        """Send one request; a body that is no text is sent as JSON. A header that is None is left out."""
        sent: dict[str, str | None] = {} if body is None else {"Content-Type": content_type(path)}
        sent |= {"Authorization": f"Bearer {self.secret}", "Shoplink-Actor": actor, "Idempotency-Key": key}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        given = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        try:
            connection.request(
                method, path, given, {name: text for name, text in sent.items() if text is not None}
            )
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        found = {name.lower(): value for name, value in response.getheaders()}
        kind = found.get("content-type", "")
        return Answer(
            response.status, found, json.loads(text) if text and "json" in kind and "nd" not in kind else text
        )

    def get(self, path: str, *, language: str = "en", **query: Any) -> Answer:
        """Look at something."""
        text = urlencode({name: value for name, value in query.items() if value is not None})
        return self("GET", f"{path}?{text}" if text else path, Accept_Language=language)

    def stream(
        self, lines: list[Json | str], actor: str = "platform:importer", key: str | None = None
    ) -> list[Json]:
        """Send lines to /v1/commands; their answers."""
        text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        answer = self("POST", "/v1/commands", text.encode(), actor=actor, key=key)
        assert answer.status == 200, answer
        return [json.loads(line) for line in answer.body.splitlines()]

    def shop(self, **facts: Any) -> str:
        """A new shop; its id."""
        shop_id = f"shop-{next(_numbers)}"
        answer = self(
            "PUT",
            f"/v1/shops/{shop_id}",
            {"market": "GB", "enrolment": "invited", **facts},
            actor="platform:p",
        )
        assert answer.status == 200, answer
        return shop_id

    def account(self, **facts: Any) -> str:
        """A new account of an adult in GB; its id."""
        account_id = f"account-{next(_numbers)}"
        facts = {"region": "GB", "birth_date": "1990-01-01", **facts}
        answer = self("PUT", f"/v1/accounts/{account_id}", facts, actor="platform:p")
        assert answer.status == 200, answer
        return account_id

    def invite(self, shop_id: str, account_id: str, role: str = "marketing", **more: Any) -> Answer:
        """The shop invites the account."""
        body = {"shop_id": shop_id, "account_id": account_id, "role": role, "network_region": "GB", **more}
        return self("POST", "/v1/links", body, actor=f"shop:{shop_id}")

    def on(self, link: Json, path: str, body: Json | None = None, *, by: str, **more: Any) -> Answer:
        """A command on a link, by its `shop`, its `account` or the platform."""
        actor = {"shop": f"shop:{link['shop_id']}", "account": f"account:{link['account_id']}"}.get(
            by, "platform:p"
        )
        return self("POST", f"/v1/links/{link['link_id']}/{path}", body or {}, actor=actor, **more)

    def linked(
        self, shop_id: str, account_id: str, role: str = "marketing", since: str = "2024-01-01"
    ) -> Json:
        """A link established long ago."""
        self.stream(
            [
                {
                    "command": "import_link",
                    "shop_id": shop_id,
                    "account_id": account_id,
                    "role": role,
                    "linked_at": f"{since}T00:00:00Z",
                }
            ]
        )
        found: Json = self.get("/v1/links", shop_id=shop_id, account_id=account_id).body["items"][-1]
        return found


class Service(NamedTuple):
    """A running service with a key of every scope."""

    url: str
    database: str
    caller: Caller
    key_id: str
    secrets: dict[str, str]

    def caller_with(self, name: str) -> Caller:
        """A caller with the key of this name."""
        return Caller(self.url, self.secrets[name])


@contextmanager
def running(
    kind: str, home: Path, options: Sequence[str] = (), *, sandbox: bool = False, **environment: str
) -> Iterator[Service]:
    """A service on a fresh database of a kind, with keys `all`, `impersonal`, `read`, `shop` and `revoked`."""
    database = fresh(kind)
    use(database)
    assert not sandbox or make_sandbox(clock.real_now())
    now = clock.now()
    key_id, every = keys.create_key("all", set(keys.SCOPES), now)
    secrets = {"all": every}
    scopes_of = {"read": {"read"}, "shop": {"shop"}, "impersonal": {*keys.SCOPES} - {"personal"}}
    for name, scopes in scopes_of.items():
        secrets[name] = keys.create_key(name, scopes, now)[1]
    revoked, secrets["revoked"] = keys.create_key("revoked", {"read"}, now)
    keys.revoke_key(revoked, now)
    release_ownership()
    connections["default"].close()
    with serving(database, home, options, **environment) as url:
        yield Service(url, database, Caller(url, every), key_id, secrets)
