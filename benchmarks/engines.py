"""The rules of `invite` for two general engines, yes or no: Cedar policies, and a ZEN decision model.

Both get every fact and every count precomputed and encoded, which is to their advantage.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import cedarpy
import zen

from benchmarks.flat import FlatAccount, FlatBook, FlatWorld
from shoplink.core import Invite
from shoplink.core.instant import birthday

CONDITIONS = (
    'context.shop_status == "normal"',
    'context.account_status == "normal"',
    "context.birth_date_known",
    "context.at >= context.adult_at",
    "context.region == context.market",
    "(context.network_region == context.market || !context.network_asked)",
    "!context.already_linked",
    "!context.already_invited",
    "context.taken < context.slots",
    "(context.shop_used < context.shop_limit || context.shop_waived)",
    "(context.account_used < context.account_limit || context.account_waived)",
)
"""What must hold for an invitation, in the syntax of Cedar; a count that nothing limits comes as 0 of 1."""

POLICY = f"""permit (principal, action == Action::"invite", resource) when {{ {" && ".join(CONDITIONS)} }};"""
EXPRESSION = (
    " and ".join(CONDITIONS).replace("context.", "").replace("||", "or").replace("!a", "not a")
).replace("!network", "not network")


def facts(world: FlatWorld, command: Invite) -> dict[str, Any]:
    """Everything that the conditions need, counted beforehand."""
    shop, account = world.shops[command.shop_id], world.accounts[command.account_id]
    book, at = world.books[shop.market], command.at
    taken = [link for link in shop.links if link.role == command.role]
    shop_used, shop_limit, account_used, account_limit = 0, 1, 0, 1
    if command.role == "marketing" and book.shop_limit is not None:
        pending = sum(link.status != "linked" for link in taken)
        shop_used = sum(linked > at - book.shop_window for linked in shop.marketing_linked_at) + pending
        shop_limit = book.shop_limit
    if command.role == "marketing" and book.account_limit is not None:
        account_used = sum(linked > at - book.account_window for linked in account.marketing_linked_at)
        account_limit = book.account_limit
    return {
        "at": int(at.timestamp()),
        "market": shop.market,
        "shop_status": shop.status,
        "account_status": account.status,
        "birth_date_known": account.birth_date is not None,
        "adult_at": _adult_at(account, book),
        "region": account.region,
        "network_region": command.network_region or "",
        "network_asked": book.asks_shop_network,
        "already_linked": any(link.status != "invited" for link in account.links),
        "already_invited": any(
            link.status == "invited" and link.shop_id == command.shop_id for link in account.links
        ),
        "taken": len(taken),
        "slots": book.slots[shop.enrolment, command.role],
        "shop_used": shop_used,
        "shop_limit": shop_limit,
        "shop_waived": _waived(shop.waivers, "shop.link_quota_spent", at),
        "account_used": account_used,
        "account_limit": account_limit,
        "account_waived": _waived(account.waivers, "account.link_quota_spent", at),
    }


def _adult_at(account: FlatAccount, book: FlatBook) -> int:
    """The instant of coming of age, in seconds since 1970 UTC; 0 if the birth date is unknown."""
    return int(birthday(account.birth_date, book.age).timestamp()) if account.birth_date else 0


def _waived(waivers: Sequence[tuple[str, datetime | None]], code: str, at: datetime) -> bool:
    return any(waived == code and (until is None or at < until) for waived, until in waivers)


class Cedar:
    """The policy and an empty entity set, parsed once; a request holds its facts as encoded context.

    Of cedarpy's forms this was the fastest: one policy ran faster than one per condition, facts in
    the context as fast as in entities, and structured ids faster than textual ones.
    """

    def __init__(self) -> None:
        """Parse what stays the same."""
        self._policies = cedarpy.PolicySet.from_str(POLICY)
        self._entities = cedarpy.Entities.from_json_str("[]")

    @staticmethod
    def request(command: Invite, known: dict[str, Any]) -> dict[str, Any]:
        """The request for one invitation."""
        return {
            "principal": {"type": "Shop", "id": command.shop_id},
            "action": {"type": "Action", "id": "invite"},
            "resource": {"type": "Account", "id": command.account_id},
            "context": json.dumps(known),
        }

    def allowed(self, requests: list[dict[str, Any]]) -> list[bool]:
        """Yes or no for each request, asked in one batch."""
        results = cedarpy.is_authorized_batch(requests, self._policies, self._entities)
        return [result.allowed for result in results]


class Zen:
    """One expression in a decision model: evaluated by a loading engine, by a decision, and bare.

    A decision made by `create_decision` is compiled at every evaluation (gorules/zen issue 441); an
    engine with a loader keeps it compiled. The bare expression is not a decision model.
    """

    def __init__(self) -> None:
        """Compile what can be compiled beforehand."""
        model = self._model()
        self._engine = zen.ZenEngine({"loader": {"type": "static", "content": {"invite": model}}})
        self._decision = zen.ZenEngine().create_decision(json.dumps(model))
        self._expression = zen.compile_expression(EXPRESSION)

    @staticmethod
    def _model() -> dict[str, Any]:
        """Input, one expression, output."""
        place = {"x": 0, "y": 0}
        content = {"expressions": [{"id": "1", "key": "allowed", "value": EXPRESSION}]}
        return {
            "nodes": [
                {"id": "in", "type": "inputNode", "name": "request", "position": place},
                {
                    "id": "rules",
                    "type": "expressionNode",
                    "name": "rules",
                    "position": place,
                    "content": content,
                },
                {"id": "out", "type": "outputNode", "name": "answer", "position": place},
            ],
            "edges": [
                {"id": "e1", "sourceId": "in", "targetId": "rules", "type": "edge"},
                {"id": "e2", "sourceId": "rules", "targetId": "out", "type": "edge"},
            ],
        }

    def by_engine(self, contexts: list[bytes]) -> list[bool]:
        """Yes or no for each context, from the engine that keeps the model compiled."""
        evaluate = self._engine.evaluate
        return [evaluate("invite", context)["result"]["allowed"] for context in contexts]

    def by_decision(self, contexts: list[bytes]) -> list[bool]:
        """Yes or no for each context, from a decision created once."""
        evaluate = self._decision.evaluate
        return [evaluate(context)["result"]["allowed"] for context in contexts]

    def by_expression(self, contexts: list[dict[str, Any]]) -> list[bool]:
        """Yes or no for each context, from the expression alone."""
        evaluate = self._expression.evaluate
        return [evaluate(context) for context in contexts]
