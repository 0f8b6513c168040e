"""A deliberately naive implementation of commerce.md section 1: flat lists of events, scanned for every query.

It judges commands about products, content and items. For shops, accounts and links it reads their events, which the
other oracle judges.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

Command = dict[str, Any]
Event = dict[str, Any]
Reason = dict[str, Any]

FOLLOWERS_MINIMUM = 1_000  # R4
UNCORRECTABLE = ("US",)  # R40
ENDS = ("link.unlinked", "link.revoked", "link.declined", "link.withdrawn", "link.expired", "link.superseded")
COMMANDS = ("put_product", "put_content", "sync_showcase", "add_from_shop", "promote", "remove_item")


def instant(text: str) -> datetime:
    """Read an instant."""
    return datetime.fromisoformat(text).astimezone(UTC)


def reason(code: str, next_actor: str, possible_at: str | None = None, **params: Any) -> Reason:
    """A reason as it is written."""
    return {"code": code, "next_actor": next_actor, "possible_at": possible_at, "params": params}


class Naive:
    """All events, in order."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.events: list[Event] = []

    def answer(self, command: Command) -> dict[str, Any]:
        """Judge a command of commerce and record its events."""
        at = command["at"]
        events, reasons, products = getattr(self, f"_{command['command']}")(command)
        for event in events:
            event["at"] = at
        self.events += events
        found = {"outcome": "refused" if reasons else "accepted", "events": events, "reasons": reasons}
        return {**found, "products": products} if products else found

    # The state at an instant, always computed from all events until then.

    def newest(self, kind: str, at: str, **ids: str) -> Event | None:
        """The newest event of a kind about these ids up to an instant."""
        found = [
            event
            for event in self.events
            if event["type"] == kind
            and instant(event["at"]) <= instant(at)
            and all(event[name] == value for name, value in ids.items())
        ]
        return found[-1] if found else None

    def link(self, link_id: str, at: str) -> dict[str, Any]:
        """A link as of an instant: whether it was linked, its role, and since when it was synced."""
        linked, role, synced, shop_id = False, "", None, ""
        for event in self.events:
            if event.get("link_id") != link_id:
                continue
            # An import records a period that lies before it.
            if event["type"] == "link.imported":
                until = event.get("unlinked_at")
                linked = instant(event["linked_at"]) <= instant(at) and (
                    until is None or instant(at) < instant(until)
                )
            if event["type"] in ("link.imported", "link.invited"):
                role, shop_id = event["role"], event["shop_id"]
            if instant(event["at"]) > instant(at):
                continue
            if event["type"] == "link.established":
                linked = True
            if event["type"] in ENDS:
                linked = False
            if event["type"] == "showcase.synced":
                synced = event["at"]
        return {"link_id": link_id, "linked": linked, "role": role, "synced": synced, "shop_id": shop_id}

    def linked(self, account_id: str, at: str) -> dict[str, Any] | None:
        """The link by which an account was linked at an instant."""
        ids = [
            event["link_id"]
            for event in self.events
            if event["type"] in ("link.invited", "link.imported") and event["account_id"] == account_id
        ]
        standing = [self.link(link_id, at) for link_id in ids]
        return next((link for link in standing if link["linked"]), None)

    def on_sale(self, product_id: str, at: str) -> Event | None:
        """The product, if it was on sale at an instant."""
        product = self.newest("product.recorded", at, product_id=product_id)
        return product if product is not None and product["status"] == "on_sale" else None

    def items(self, account_id: str, content_id: str | None, at: str) -> list[Event]:
        """The items that were in a place at an instant, added under no link or under one that was linked then."""
        there: list[Event] = []
        for event in self.events:
            if event.get("account_id") != account_id or instant(event["at"]) > instant(at):
                continue
            if event["type"] in ("item.added", "promotion.added", "item.removed"):
                if event.get("content_id") != content_id:
                    continue
                if event["type"] == "item.removed":
                    there = [
                        one
                        for one in there
                        if (one["product_id"], one.get("came_under"))
                        != (event["product_id"], event.get("came_under"))
                    ]
                else:
                    there.append(event)
        return [
            one
            for one in there
            if one.get("came_under") is None or self.link(one["came_under"], at)["linked"]
        ]

    def showcase(self, account_id: str, at: str) -> list[str]:
        """The ids of the products that an account's showcase showed at an instant."""
        found = {one["product_id"] for one in self.items(account_id, None, at)}
        link = self.linked(account_id, at)
        if link is not None and link["synced"] is not None:
            found |= {
                event["product_id"]
                for event in self.events
                if event["type"] == "product.recorded" and event["shop_id"] == link["shop_id"]
            }
        return sorted(product_id for product_id in found if self.on_sale(product_id, at))

    def content(self, account_id: str, content_id: str, at: str) -> list[str]:
        """The ids of the products that a video or live showed at an instant."""
        found = {one["product_id"] for one in self.items(account_id, content_id, at)}
        return sorted(product_id for product_id in found if self.on_sale(product_id, at))

    # The commands.

    def _put_product(self, command: Command) -> tuple[list[Event], list[Reason], list[Any]]:
        at = command["at"]
        if self.newest("shop.recorded", at, shop_id=command["shop_id"]) is None:
            return [], [reason("shop.not_found", "nobody")], []
        names = ("product_id", "shop_id", "title", "price_minor", "currency", "listed_at")
        event = {"type": "product.recorded", **{name: command[name] for name in names}}
        event |= {"status": command.get("status") or "on_sale"}
        if command.get("commission_rate_bp"):
            event["commission_rate_bp"] = command["commission_rate_bp"]
        known = self.newest("product.recorded", at, product_id=command["product_id"])
        if known is not None and known["shop_id"] != command["shop_id"]:
            ids = {"product_id": command["product_id"], "shop_id": known["shop_id"]}
            return [], [reason("product.shop_fixed", "nobody", **ids)], []
        same = known is not None and {**known, "at": None} == {**event, "at": None}
        return ([] if same else [event]), [], []

    def _put_content(self, command: Command) -> tuple[list[Event], list[Reason], list[Any]]:
        at = command["at"]
        if self.newest("account.recorded", at, account_id=command["account_id"]) is None:
            return [], [reason("account.not_found", "nobody")], []
        event = {"type": "content.recorded", **{n: command[n] for n in ("content_id", "account_id", "kind")}}
        if command.get("title"):
            event["title"] = command["title"]
        known = self.newest("content.recorded", at, content_id=command["content_id"])
        if known is not None and any(known[n] != command[n] for n in ("account_id", "kind")):
            return [], [reason("content.fixed", "nobody", content_id=command["content_id"])], []
        same = known is not None and {**known, "at": None} == {**event, "at": None}
        return ([] if same else [event]), [], []

    def _sync_showcase(self, command: Command) -> tuple[list[Event], list[Reason], list[Any]]:
        gate, link = self._gate(command)
        if gate is not None or link is None:
            return [], [gate or reason("link.not_found", "nobody")], []
        reasons = self._standing(command)
        if link["role"] != "official":
            reasons.append(reason("showcase.not_official", "nobody"))
        if reasons or link["synced"] is not None:
            return [], reasons, []
        ids = {name: command[name] for name in ("shop_id", "account_id")}
        return [{"type": "showcase.synced", "link_id": link["link_id"], **ids}], [], []

    def _add_from_shop(self, command: Command) -> tuple[list[Event], list[Reason], list[Any]]:
        gate, link = self._gate(command, command.get("content_id"))
        if gate is not None or link is None:
            return [], [gate or reason("link.not_found", "nobody")], []
        standing = self._standing(command)
        outcomes, events = list[dict[str, Any]](), list[Event]()
        for product_id in command["product_ids"]:
            reasons = self._product_reasons(command, product_id, standing, [e["product_id"] for e in events])
            outcome = "refused" if reasons else "added"
            outcomes.append({"product_id": product_id, "outcome": outcome, "reasons": reasons})
            if not reasons:
                events.append(
                    {"type": "item.added", **_place(command, product_id), "came_under": link["link_id"]}
                )
        if events:
            return events, [], outcomes
        return [], _together([one for outcome in outcomes for one in outcome["reasons"]]), outcomes

    def _product_reasons(
        self, command: Command, product_id: str, standing: list[Reason], named: list[str]
    ) -> list[Reason]:
        product = self.newest("product.recorded", command["at"], product_id=product_id)
        if product is None or product["shop_id"] != command["shop_id"]:
            return [reason("product.not_found", "nobody", product_id=product_id)]
        if product_id in named:
            return [reason("item.already_there", "nobody", product_id=product_id)]
        return [*standing, *self._here(command, product_id)]

    def _promote(self, command: Command) -> tuple[list[Event], list[Reason], list[Any]]:
        at, product_id = command["at"], command["product_id"]
        missing = [
            reason(f"{side}.not_found", "nobody")
            for side in ("shop", "account")
            if self.newest(f"{side}.recorded", at, **{f"{side}_id": command[f"{side}_id"]}) is None
        ]
        if missing:
            return [], missing, []
        product = self.newest("product.recorded", at, product_id=product_id)
        if product is None or product["shop_id"] != command["shop_id"]:
            missing.append(reason("product.not_found", "nobody", product_id=product_id))
        if not self._has_content(command["account_id"], command.get("content_id"), at):
            missing.append(reason("content.not_found", "nobody"))
        if missing or product is None:
            return [], missing, []
        reasons = [*self._standing(command), *self._affiliate(command), *self._here(command, product_id)]
        if reasons:
            return [], reasons, []
        rate = product.get("commission_rate_bp", 0)
        return (
            [{"type": "promotion.added", **_place(command, product_id), "commission_rate_bp": rate}],
            [],
            [],
        )

    def _affiliate(self, command: Command) -> list[Reason]:
        account, reasons = self._account(command), []
        if account.get("commerce_permission", "granted") == "revoked":
            reasons.append(reason("account.commerce_permission_revoked", "creator"))
        link = self.linked(command["account_id"], command["at"])
        if link is None:
            if account["followers"] < FOLLOWERS_MINIMUM:
                numbers = {"minimum": FOLLOWERS_MINIMUM, "followers": account["followers"]}
                reasons.append(reason("account.followers_below_minimum", "creator", **numbers))
        elif link["shop_id"] == command["shop_id"]:
            reasons.append(reason("product.of_linked_shop", "creator"))
        elif link["role"] == "official":
            reasons.append(reason("role.other_shops_not_allowed", "nobody", role="official"))
        return reasons

    def _remove_item(self, command: Command) -> tuple[list[Event], list[Reason], list[Any]]:
        at, product_id, account_id = command["at"], command["product_id"], command["account_id"]
        if self.newest("account.recorded", at, account_id=account_id) is None:
            return [], [reason("account.not_found", "nobody")], []
        content_id = command.get("content_id")
        if not self._has_content(account_id, content_id, at):
            return [], [reason("content.not_found", "nobody")], []
        if content_id is None and self._synced(account_id, product_id, at):
            return [], [reason("item.synced", "shop", product_id=product_id)], []
        found = [one for one in self.items(account_id, content_id, at) if one["product_id"] == product_id]
        if not found:
            return [], [reason("item.not_there", "nobody", product_id=product_id)], []
        event = {"type": "item.removed", **_place(command, product_id), "shop_id": found[-1]["shop_id"]}
        if found[-1].get("came_under") is not None:
            event["came_under"] = found[-1]["came_under"]
        return [event], [], []

    # The checks of the commands.

    def _gate(
        self, command: Command, content_id: str | None = None
    ) -> tuple[Reason | None, dict[str, Any] | None]:
        at = command["at"]
        ids = [
            event["link_id"]
            for event in self.events
            if event["type"] in ("link.invited", "link.imported")
            and (event["shop_id"], event["account_id"]) == (command["shop_id"], command["account_id"])
        ]
        if not ids:
            return reason("link.not_found", "nobody"), None
        if not self._has_content(command["account_id"], content_id, at):
            return reason("content.not_found", "nobody"), None
        live = [link_id for link_id in ids if self._status(link_id) in ("invited", "in_review", "linked")]
        link_id = (live or ids)[-1]
        if self._status(link_id) != "linked":
            return reason("link.wrong_state", "nobody", link_status=self._status(link_id)), None
        return None, self.link(link_id, at)

    def _status(self, link_id: str) -> str:
        status = ""
        for event in self.events:
            if event.get("link_id") == link_id:
                kind = event["type"]
                if kind == "link.imported":
                    status = "unlinked" if event.get("unlinked_at") else "linked"
                elif kind in ("link.accepted", "link.established"):
                    status = {"link.accepted": "in_review", "link.established": "linked"}[kind]
                elif kind.startswith("link."):
                    status = kind.removeprefix("link.")
        return status

    def _account(self, command: Command) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        for event in self.events:
            if event["type"] == "account.recorded" and event["account_id"] == command["account_id"]:
                facts = event
        return facts

    def _standing(self, command: Command) -> list[Reason]:
        at = instant(command["at"])
        shop = self.newest("shop.recorded", command["at"], shop_id=command["shop_id"])
        assert shop is not None
        account, reasons = self._account(command), []
        if shop["status"] != "normal":
            reasons.append(reason("shop.status_not_normal", "shop"))
        if account["status"] != "normal":
            reasons.append(reason("account.status_not_normal", "creator"))
        if account.get("birth_date") is None:
            reasons.append(reason("account.age_unknown", "support"))
        else:
            born = date.fromisoformat(account["birth_date"])
            adult = f"{born.year + 18}-{born.month:02}-{born.day:02}T00:00:00Z"
            if at < instant(adult):
                reasons.append(reason("account.under_age", "clock", adult, age=18))
        if account["region"] != shop["market"]:
            actor = "nobody" if account["registered_in"] in UNCORRECTABLE else "support"
            ids = {"market": shop["market"], "region": account["region"]}
            reasons.append(reason("account.region_mismatch", actor, **ids))
        return reasons

    def _here(self, command: Command, product_id: str) -> list[Reason]:
        at, content_id = command["at"], command.get("content_id")
        reasons = []
        if self.on_sale(product_id, at) is None:
            reasons.append(reason("product.off_sale", "shop", product_id=product_id))
        there = [one["product_id"] for one in self.items(command["account_id"], content_id, at)]
        synced = content_id is None and self._synced(command["account_id"], product_id, at)
        if product_id in there or synced:
            reasons.append(reason("item.already_there", "nobody", product_id=product_id))
        return reasons

    def _synced(self, account_id: str, product_id: str, at: str) -> bool:
        link, product = self.linked(account_id, at), self.on_sale(product_id, at)
        if link is None or product is None or link["synced"] is None:
            return False
        return bool(link["shop_id"] == product["shop_id"])

    def _has_content(self, account_id: str, content_id: str | None, at: str) -> bool:
        if content_id is None:
            return True
        return self.newest("content.recorded", at, content_id=content_id, account_id=account_id) is not None


def _place(command: Command, product_id: str) -> Event:
    place: Event = {name: command[name] for name in ("shop_id", "account_id") if name in command}
    place["product_id"] = product_id
    if command.get("content_id") is not None:
        place["content_id"] = command["content_id"]
    return place


ORDER = (
    "shop.status_not_normal",
    "account.status_not_normal",
    "account.age_unknown",
    "account.under_age",
    "account.region_mismatch",
    "product.not_found",
    "product.off_sale",
    "item.already_there",
)


def _together(reasons: list[Reason]) -> list[Reason]:
    """Each reason once, in the catalogue's order; of one code in the order of the products."""
    once: list[Reason] = []
    for one in reasons:
        if one not in once or one["code"] in ORDER[5:]:
            once.append(one)
    return sorted(once, key=lambda one: ORDER.index(one["code"]))
