"""Races: 64 clients send requests at the same moment, of which only one can succeed.

A race prepares the world of a round, says what each client sends, and checks the result.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from shoplink.core.instant import format_instant
from tests.trust.client import PLATFORM, Client, Json, Request, Response
from tests.trust.strict_rulebooks import changed_rulebook

CLIENTS = 64

_MANY = {"slots_open": "{ official = 64, marketing = 0 }", "minimum_link_age_hours": "0"}
ROOMY = changed_rulebook("seller-university-2025", "roomy", _MANY)
"""Gives a shop many official links of any age, of which it may unlink three."""

RULEBOOKS = {"US": "seller-university-2025", "ID": ROOMY}
"""The rulebooks that the races need, by market. GB has the default, guide-2024-11."""


def command(kind: str, **fields: Any) -> Json:
    """A line of a stream."""
    return {"command": kind, **fields}


def put_shop(shop_id: str, market: str = "GB", enrolment: str = "open") -> Json:
    """A shop of a market."""
    return command("put_shop", shop_id=shop_id, market=market, enrolment=enrolment)


def put_account(account_id: str, region: str = "GB") -> Json:
    """An adult's account of a region."""
    return command("put_account", account_id=account_id, region=region, birth_date="1990-01-01")


def invitation(account_id: str, role: str, region: str = "GB") -> Json:
    """The body with which a shop invites."""
    return {"account_id": account_id, "role": role, "network_region": region}


class Race:
    """One kind of race. `watched` has the addresses to read while the round runs."""

    market = "GB"
    lost = ""
    """The problem that all but one client get."""

    def __init__(self) -> None:
        """Nothing is prepared."""
        self.name = type(self).__name__.lower()
        self.numbers = range(CLIENTS)
        self.watched: Sequence[str] = ()

    def many(self, what: str) -> list[str]:
        """Ids, one for each client."""
        return [f"{self.name}-{what}-{number}" for number in self.numbers]

    def shared_lines(self) -> Iterable[Json]:
        """The lines that record what all rounds share."""
        raise NotImplementedError

    def prepare(self, client: Client, number: int) -> list[Request]:
        """Prepare the world of a round; returns the request of each client."""
        raise NotImplementedError

    def check(self, client: Client, response: Sequence[Response]) -> None:
        """Check the result of a round: one client succeeds, and all others are refused for the one reason."""
        ended = Counter(one.problem for one in response)
        assert ended == {"": 1, self.lost: CLIENTS - 1}, (self.name, ended)
        self.check_state(client, next(one.body for one in response if not one.problem))

    def check_state(self, client: Client, won: Json) -> None:
        """Check the state after a round; `won` is the body of the successful response."""
        raise NotImplementedError

    def check_shop(self, shop: Json) -> None:
        """Check a read of a watched shop during the round."""

    def invite(self, shop_id: str, account_id: str, role: str) -> Json:
        """A line by which a shop invites."""
        body = invitation(account_id, role, self.market)
        return command("invite", shop_id=shop_id, by={"kind": "shop", "id": shop_id}, **body)

    def ended_links(self, pairs: Iterable[tuple[str, str]], role: str) -> Iterator[Json]:
        """Lines that import links which ended a month ago."""
        at = format_instant(datetime.now(UTC) - timedelta(days=30))
        for shop_id, account_id in pairs:
            period = {"linked_at": at, "unlinked_at": at}
            yield command("import_link", shop_id=shop_id, account_id=account_id, role=role, **period)


def revoke(client: Client, link: Json) -> None:
    """The platform ends a link."""
    path = f"/v1/links/{link['link_id']}/revoke"
    response = client.ask("POST", path, {"note": "the next round"}, actor=PLATFORM)
    assert not response.problem, response


def links_of(client: Client, **of: str) -> list[Json]:
    """The links of a shop or of an account, at most 200."""
    query = "&".join(f"{name}={value}" for name, value in of.items())
    items: list[Json] = client.get(f"/v1/links?limit=200&{query}")["items"]
    return items


class LastSlot(Race):
    """A shop with one slot invites 64 accounts."""

    lost = "shop.slots_full"
    role = "official"

    def shared_lines(self) -> Iterable[Json]:
        """The accounts, which may have any number of invitations."""
        return map(put_account, self.many("account"))

    def prepare(self, client: Client, number: int) -> list[Request]:
        """A new shop."""
        shop_id = f"{self.name}-shop-{number}"
        client.prepare([*self.shop(shop_id)])
        self.watched = [f"/v1/shops/{shop_id}", f"/v1/links?limit=200&shop_id={shop_id}"]
        return [
            Request(
                "POST", "/v1/links", {"shop_id": shop_id, **invitation(one, self.role)}, f"shop:{shop_id}"
            )
            for one in self.many("account")
        ]

    def shop(self, shop_id: str) -> Iterable[Json]:
        """The shop as it is before the round."""
        yield put_shop(shop_id)

    def check_state(self, client: Client, won: Json) -> None:
        """One invitation stands."""
        live = [link for link in links_of(client, shop_id=won["shop_id"]) if link["status"] == "invited"]
        assert [link["link_id"] for link in live] == [won["link_id"]]


class LastUnitOfTheShop(LastSlot):
    """R25: nine of ten marketing links were established within 180 days, and the shop invites 64 accounts."""

    lost = "shop.link_quota_spent"
    role = "marketing"

    def shared_lines(self) -> Iterable[Json]:
        """The accounts, and those whose links are past."""
        return [*super().shared_lines(), *(put_account(f"{self.name}-past-{number}") for number in range(9))]

    def shop(self, shop_id: str) -> Iterable[Json]:
        """A shop with four slots for marketing, and nine links that have ended."""
        yield put_shop(shop_id, enrolment="invited")
        yield from self.ended_links(
            ((shop_id, f"{self.name}-past-{number}") for number in range(9)), "marketing"
        )

    def check_shop(self, shop: Json) -> None:
        """Every unit beyond the nine is held by an invitation that holds a slot, too."""
        assert shop["link_quota"]["used"] - shop["slots"]["marketing"]["used"] == 9, shop


class OneAccount(Race):
    """64 shops have invited one account, and all invitations are accepted."""

    lost = "link.wrong_state"
    enrolment, role = "open", "official"

    def __init__(self) -> None:
        """Nobody has won yet."""
        super().__init__()
        self.won: Json | None = None

    def shared_lines(self) -> Iterable[Json]:
        """The shops."""
        return [put_shop(one, self.market, self.enrolment) for one in self.many("shop")]

    def prepare(self, client: Client, number: int) -> list[Request]:
        """A new account with 64 invitations; the winner of the round before has its slot back."""
        if self.won is not None:
            revoke(client, self.won)
        account_id = f"{self.name}-account-{number}"
        lines = [
            *self.account(account_id),
            *(self.invite(shop, account_id, self.role) for shop in self.many("shop")),
        ]
        invited = [answer["events"][-1]["link_id"] for answer in client.prepare(lines)[-CLIENTS:]]
        self.watched = [
            f"/v1/accounts/{account_id}",
            f"/v1/links?limit=200&account_id={account_id}",
            *(f"/v1/links/{link_id}" for link_id in invited[:2]),
        ]
        body = {"network_region": self.market}
        actor = f"account:{account_id}"
        return [Request("POST", f"/v1/links/{link_id}/accept", body, actor) for link_id in invited]

    def account(self, account_id: str) -> Iterable[Json]:
        """The account as it is before the round."""
        yield put_account(account_id, self.market)

    def check_state(self, client: Client, won: Json) -> None:
        """One link is linked, and every other invitation superseded."""
        self.won = won
        assert won["status"] == "linked"
        states = Counter(link["status"] for link in links_of(client, account_id=won["account_id"]))
        assert states["linked"] == 1, states
        assert states["superseded"] == CLIENTS - 1, states


class LastUnitOfTheAccount(OneAccount):
    """C3: nine of ten marketing links of the account were established within 180 days; 64 shops have invited it."""

    market, enrolment, role = "US", "invited", "marketing"

    def shared_lines(self) -> Iterable[Json]:
        """The shops, and those whose links are past."""
        ended_links = (put_shop(f"{self.name}-past-{number}", "US", "invited") for number in range(9))
        return [*super().shared_lines(), *ended_links]

    def account(self, account_id: str) -> Iterable[Json]:
        """An account with nine links that have ended."""
        yield from super().account(account_id)
        yield from self.ended_links(
            ((f"{self.name}-past-{number}", account_id) for number in range(9)), "marketing"
        )

    def check_state(self, client: Client, won: Json) -> None:
        """That was the last unit: even when the link has ended, nobody can invite the account again."""
        super().check_state(client, won)
        revoke(client, won)
        self.won = None
        response = client.stream(
            [self.invite(one, won["account_id"], "marketing") for one in self.many("shop")]
        )
        refused = Counter(reason["code"] for answer in response for reason in answer["reasons"])
        assert refused == {"account.link_quota_spent": CLIENTS}


class LastUnlink(Race):
    """R24: two of three official links were unlinked, and the shop unlinks 64 more."""

    market = "ID"
    lost = "shop.unlink_quota_spent"

    def __init__(self) -> None:
        """No links yet."""
        super().__init__()
        self.before: list[str] = []

    def shared_lines(self) -> Iterable[Json]:
        """The accounts, and two whose links are past."""
        return [put_account(one, "ID") for one in (*self.many("account"), *self.many("past")[:2])]

    def prepare(self, client: Client, number: int) -> list[Request]:
        """A new shop with 64 links."""
        client.prepare(
            command("revoke", shop_id=self.before[0], account_id=one, note="the next round")
            for one in self.before[1:]
        )
        shop_id = f"{self.name}-shop-{number}"
        pair = {"shop_id": shop_id, "role": "official"}
        at = format_instant(datetime.now(UTC))  # the links of the round before have ended by now
        lines = [
            put_shop(shop_id, "ID"),
            *self.ended_links(((shop_id, one) for one in self.many("past")[:2]), "official"),
            *(command("import_link", **pair, account_id=one, linked_at=at) for one in self.many("account")),
        ]
        linked = [answer["events"][0]["link_id"] for answer in client.prepare(lines)[-CLIENTS:]]
        self.before = [shop_id, *self.many("account")]
        self.watched = [f"/v1/shops/{shop_id}", f"/v1/links?limit=200&shop_id={shop_id}"]
        return [Request("POST", f"/v1/links/{one}/unlink", {}, f"shop:{shop_id}") for one in linked]

    def check_shop(self, shop: Json) -> None:
        """Whatever is unlinked has left its slot."""
        assert shop["unlink_quota"]["used"] + shop["slots"]["official"]["used"] == CLIENTS + 2, shop

    def check_state(self, client: Client, won: Json) -> None:
        """One link less is linked."""
        states = Counter(link["status"] for link in links_of(client, shop_id=won["shop_id"]))
        assert states == {"linked": CLIENTS - 1, "unlinked": 3}
        self.before.remove(won["account_id"])


class OneKey(LastSlot):
    """One request is sent 64 times under one key: it is executed once, and every answer is the same."""

    def prepare(self, client: Client, number: int) -> list[Request]:
        """All send what one of them would."""
        asks = super().prepare(client, number)
        return [ask._replace(body=asks[0].body, key=f"{self.name}-{number}") for ask in asks]

    def check(self, client: Client, response: Sequence[Response]) -> None:
        """Other responses may be that the key is in progress."""
        done = [one.body for one in response if not one.problem]
        assert {one.problem for one in response} <= {"", "idempotency.in_progress"}
        assert done.count(done[0]) == len(done)
        self.check_state(client, done[0])


class OneKeyForAll(LastSlot):
    """64 different requests are sent under one key: one is executed, the others are rejected."""

    role = "marketing"

    def shop(self, shop_id: str) -> Iterable[Json]:
        """A shop with more slots than one, so that only the key stands in the way."""
        yield put_shop(shop_id, enrolment="invited")

    def prepare(self, client: Client, number: int) -> list[Request]:
        """Each invites another account."""
        return [ask._replace(key=f"{self.name}-{number}") for ask in super().prepare(client, number)]

    def check(self, client: Client, response: Sequence[Response]) -> None:
        """A request that arrives during the execution is rejected as in progress."""
        ended = Counter(one.problem for one in response)
        assert ended[""] == 1, ended
        assert ended.keys() <= {"", "idempotency.other_body", "idempotency.in_progress"}, ended
        self.check_state(client, next(one.body for one in response if not one.problem))


RACES: tuple[type[Race], ...] = (
    LastSlot,
    OneAccount,
    LastUnitOfTheShop,
    LastUnitOfTheAccount,
    LastUnlink,
    OneKey,
    OneKeyForAll,
)
