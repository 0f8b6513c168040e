"""Readers during races: every read is consistent in itself and with the reads before it."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.trust.client import Client, Json
from tests.trust.races import Race

READERS = 2
_PAUSE_SECONDS = 0.01

_AFTER = {
    "link.invited": "invited",
    "link.accepted": "in_review",
    "link.established": "linked",
    "link.declined": "declined",
    "link.withdrawn": "withdrawn",
    "link.expired": "expired",
    "link.superseded": "superseded",
    "link.unlinked": "unlinked",
    "link.revoked": "revoked",
}
_TAKEN = {"in_review", "linked"}


class Readers:
    """Read what a race watches, and follow the feed; `reads` counts the consistent reads."""

    def __init__(self, race: Race, clients: Sequence[Client]) -> None:
        """`race` says what to read. Each client is one reader; the first one follows the feed."""
        self.reads = 0
        self._race = race
        self._clients = clients
        self._position = 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read while the block runs; raises the error of the first inconsistent read."""
        over = threading.Event()
        with ThreadPoolExecutor(len(self._clients)) as pool:
            jobs = [pool.submit(self._run, client, over) for client in self._clients]
            try:
                yield
            finally:
                over.set()
        for job in jobs:
            job.result()

    def _run(self, client: Client, over: threading.Event) -> None:
        while not over.is_set():
            if client is self._clients[0]:
                self._follow(client)
            for path in self._race.watched:
                self._read(client, path)
                over.wait(_PAUSE_SECONDS)

    def _read(self, client: Client, path: str) -> None:
        body = client.get(path)
        self.reads += 1
        if path.startswith("/v1/links?"):
            check_links(body["items"], of_account="account_id=" in path)
        elif path.startswith("/v1/links/"):
            check_link(body)
        elif path.startswith("/v1/shops/"):
            check_shop(body)
            self._race.check_shop(body)
        elif body["link"] is not None:
            assert body["link"]["status"] in _TAKEN, body
            link = client.get(f"/v1/links/{body['link']['link_id']}")
            check_link(link)
            assert link["status"] not in {"invited", "superseded"}, (body, link)

    def _follow(self, client: Client) -> None:
        """Read the next events of the feed; each must be in the timeline of its link."""
        page = client.get(f"/v1/events?after={self._position}&limit=1000")
        for item in page["items"]:
            self._position += 1
            assert item["position"] == self._position, item
        about_links = [item for item in page["items"] if "link_id" in item]
        if about_links:
            event = {name: value for name, value in about_links[-1].items() if name != "position"}
            link = client.get(f"/v1/links/{event['link_id']}")
            check_link(link)
            assert event in link["timeline"], (event, link)
        self.reads += 1


def check_links(links: list[Json], *, of_account: bool) -> None:
    """Check links that were read together: no slot is held twice, and a taken account has no other invitation."""
    taken = [link for link in links if link["status"] in _TAKEN]
    if of_account:
        assert len(taken) <= 1, taken
        assert not taken or all(link["status"] != "invited" for link in links), links
    for link in links:
        assert (link["ended_at"] is None) == (link["status"] in {"invited", *_TAKEN}), link


def check_link(link: Json) -> None:
    """Check that a link agrees with its timeline, and that its events are in the order of their instants."""
    made: Json = dict.fromkeys(("status", "accepted_at", "linked_at", "ended_at"))
    before = ""
    for event in link["timeline"]:
        assert sortable(event["at"]) >= before, link["timeline"]
        before = sortable(event["at"])
        if event["type"] == "link.imported":
            ended_at = event.get("unlinked_at")
            made |= {"linked_at": event["linked_at"], "ended_at": ended_at}
            made["status"] = "unlinked" if ended_at else "linked"
        elif event["type"] in _AFTER:
            made["status"] = _AFTER[event["type"]]
            name = {"link.accepted": "accepted_at", "link.established": "linked_at"}.get(event["type"])
            if made["status"] not in {"invited", *_TAKEN}:
                name = "ended_at"
            made |= {name: event["at"]} if name else {}
    assert {name: link[name] for name in made} == made, link


def check_shop(shop: Json) -> None:
    """Check that a shop exceeds no limit."""
    for slots in shop["slots"].values():
        assert slots["used"] <= slots["total"], shop
    for quota in (shop["link_quota"], shop["unlink_quota"]):
        assert quota["limit"] is None or quota["used"] <= quota["limit"], shop


def sortable(instant: str) -> str:
    """An instant with six decimals, so that texts sort as instants do."""
    whole, _, rest = instant.removesuffix("Z").partition(".")
    return f"{whole}.{rest:0<6}"
