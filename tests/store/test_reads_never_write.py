"""Every read works in a read-only database, and sees overdue events as having happened."""

import inspect
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import ModuleType

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from msgspec.structs import replace

from shoplink.core import Link
from shoplink.core.commands import PairCommand
from shoplink.core.commerce.picker import Thresholds
from shoplink.core.commission.attribution import Order
from shoplink.core.facts import Actor
from shoplink.core.instant import format_instant
from shoplink.flows import as_of, dry_run, look, overview, showcase
from shoplink.flows import rulebooks as installed
from shoplink.flows.commission import orders
from shoplink.flows.commission import periods as established
from shoplink.flows.execute import execute, execute_batch
from shoplink.flows.foresight import effects
from shoplink.flows.sandbox import clock as sandbox
from shoplink.flows.ticket import read
from shoplink.flows.webhook.endpoints import make_endpoint
from shoplink.store import due
from shoplink.store.database.sandbox import make_sandbox
from shoplink.store.database.sql import execute as run_sql
from shoplink.store.database.sql import query
from shoplink.store.people import keys
from shoplink.store.read import commerce, foresight, handles, history, mirror, periods, refusal, search, tally
from shoplink.store.read import link as link_reads
from shoplink.store.ticket import queue as ticket_queue
from shoplink.store.ticket import tickets as ticket_rows
from shoplink.store.ticket import words
from shoplink.store.ticket.queue import TicketFilter
from shoplink.store.write import feed
from shoplink.store.write import rulebooks as rulebook_texts
from tests.api.golden import document
from tests.store.commands import (
    command,
    execute_accepted,
    invite,
    put_account,
    put_content,
    put_product,
    put_shop,
)
from tests.tickets.desk import open_about

NOW = datetime.now(UTC)
BEFORE = NOW - timedelta(days=3)
LATER = NOW + timedelta(days=9)
SELLER = Actor(kind="shop", id="seller")

WRITERS = {
    "create_key",
    "revoke_key",
    "store_use",
    "forget",
    "number_events",
    "number_events_here",
    "keep_text",
    "install_rulebook",
    "bring_up_to_date",
    "set_tickets_due",
    "forget_texts",
}
"""The functions of these modules that write on purpose."""


def link_id() -> str:
    found: str = query("SELECT link_id FROM link")[0][0]
    return found


def ticket_id() -> str:
    found: str = query("SELECT ticket_id FROM ticket")[0][0]
    return found


def linked() -> Link:
    found = link_reads.one_link(link_id())
    assert found is not None
    return replace(found, status="linked", linked_at=BEFORE, synced_since=BEFORE)


ORDER = Order("O", "S", NOW, 1, "GBP", "A", 0)

READS: dict[Callable[..., object], Callable[[], object]] = {
    link_reads.one_link: lambda: link_reads.one_link(link_id()),
    link_reads.status_of_link: lambda: link_reads.status_of_link(link_id()),
    link_reads.timeline: lambda: link_reads.timeline(link_id()),
    link_reads.timelines: lambda: link_reads.timelines([link_id()]),
    link_reads.newest_links_of_account: lambda: link_reads.newest_links_of_account("A", 10, 10**6),
    link_reads.page_of_links: lambda: link_reads.page_of_links(
        NOW, 10, 0, shop_id="S", account_id="A", status="expired"
    ),
    link_reads.page_of_shops: lambda: link_reads.page_of_shops(10, "", "GB"),
    link_reads.page_of_accounts: lambda: link_reads.page_of_accounts(10, "", ""),
    refusal.page_of_refusals: lambda: refusal.page_of_refusals(10, None, shop_id="S", by=SELLER),
    refusal.page_of_waivers: lambda: refusal.page_of_waivers(10, 0, shop_id="S"),
    refusal.activations: refusal.activations,
    feed.read_feed: lambda: feed.read_feed(0, 10),
    feed.newest_position: feed.newest_position,
    feed.events_at: lambda: feed.events_at({1, 2}),
    effects.effects_of_start: lambda: effects.effects_of_start("seller-university-2025", "GB", LATER),
    foresight.markets_of_shops: foresight.markets_of_shops,
    foresight.accounts_with_links: lambda: foresight.accounts_with_links("GB", NOW, 2),
    foresight.affiliates: lambda: foresight.affiliates(
        "GB", foresight.Between([0, 1_000], [date(2008, 1, 1), date(2008, 1, 2)]), "", 10
    ),
    foresight.touched_since: lambda: foresight.touched_since(0, NOW, "GB"),
    foresight.accounts_linked_to: lambda: foresight.accounts_linked_to(["S"]),
    foresight.ending_showcases: lambda: foresight.ending_showcases([link_id()]),
    foresight.idle_waivers: lambda: foresight.idle_waivers("GB", ["shop.link_quota_spent"], NOW, 10),
    due.links_due: lambda: due.links_due(NOW, 10),
    due.next_due_at: lambda: due.next_due_at(NOW, [timedelta(hours=1)], [timedelta(days=1)]),
    sandbox.read_clock: sandbox.read_clock,
    rulebook_texts.texts: rulebook_texts.texts,
    keys.find_key: lambda: keys.find_key("nobody's"),
    keys.every_key: keys.every_key,
    keys.note_use: lambda: keys.note_use("nobody's"),
    installed.installed_rulebooks: installed.installed_rulebooks,
    installed.default_rulebook: installed.default_rulebook,
    look.look_at: lambda: look.look_at(["S"], ["A"]),
    look.look_at_pair: lambda: look.look_at_pair("S", "A"),
    look.reasons_against_a_new_link: lambda: look.reasons_against_a_new_link(
        look.look_at(["S"]).world, "S", "marketing"
    ),
    showcase.view_of_place: lambda: showcase.view_of_place("A", "V", NOW),
    showcase.in_force: lambda: showcase.in_force(look.look_at(["S"], ["A"]), "A", NOW),
    showcase.content_counts: lambda: showcase.content_counts("A"),
    showcase.ending_items: lambda: showcase.ending_items(linked(), NOW),
    commerce.one_product: lambda: commerce.one_product("P"),
    commerce.one_content: lambda: commerce.one_content("V"),
    commerce.changed_at: lambda: commerce.changed_at("content", ["V"]),
    commerce.page_of_products: lambda: commerce.page_of_products(
        9, "", shop_id="S", status="off", titled="_%", potential=(Thresholds(), NOW)
    ),
    commerce.stored_link_in_force: lambda: commerce.stored_link_in_force("A", NOW),
    commerce.page_of_place: lambda: commerce.page_of_place("A", None, linked(), NOW, 9, ""),
    commerce.products_of: lambda: commerce.products_of(["P"]),
    commerce.page_of_contents: lambda: commerce.page_of_contents("A", linked(), NOW, 9, ""),
    commerce.items_ending_with: lambda: commerce.items_ending_with(linked(), NOW),
    commerce.count_spots: lambda: commerce.count_spots(["P"], [link_id()]),
    commerce.page_of_spots: lambda: commerce.page_of_spots("P", [link_id()], 9, 0),
    dry_run.dry_run_command: lambda: dry_run.dry_run_command(invite("S", "A")),
    dry_run.dry_run_commands: lambda: dry_run.dry_run_commands([invite("S", "A")]),
    link_reads.invitations_expiring: lambda: link_reads.invitations_expiring(BEFORE, LATER, 10, "GB"),
    history.facts_of_shop: lambda: history.facts_of_shop("S", NOW),
    history.facts_of_account: lambda: history.facts_of_account("A", NOW),
    history.timelines_of_links_open_at: lambda: history.timelines_of_links_open_at(BEFORE, shop_id="S"),
    history.timelines: lambda: history.timelines([link_id()]),
    history.events_since: lambda: history.events_since(NOW, ["S"], ["A"]),
    history.newest_events_since: lambda: history.newest_events_since(NOW),
    history.recorded_steps: lambda: history.recorded_steps(10, 99),
    history.newest_events: lambda: history.newest_events(10, 99, shop_id="S", account_id="A"),
    as_of.shop_as_of: lambda: as_of.shop_as_of("S", NOW),
    as_of.account_as_of: lambda: as_of.account_as_of("A", NOW),
    as_of.link_as_of: lambda: as_of.link_as_of(link_id(), NOW),
    overview.overview: lambda: overview.overview("GB"),
    search.search_subjects: lambda: search.search_subjects("shop", "S T", 9),
    search.search_all: lambda: search.search_all("S T", tickets=True, people=True),
    tally.as_of: tally.as_of,
    ticket_rows.one_ticket: lambda: ticket_rows.one_ticket(ticket_id()),
    ticket_rows.tickets_of: lambda: ticket_rows.tickets_of([ticket_id()]),
    ticket_rows.tickets_named: lambda: ticket_rows.tickets_named(
        ["ticket_none"], [("S", "B", "invite", "shop")]
    ),
    ticket_rows.page_of_tickets: lambda: ticket_rows.page_of_tickets(NOW, 10, 0, status="closed"),
    ticket_rows.page_where: lambda: ticket_rows.page_where([("side = %s", ("shop",))], 10, 0),
    ticket_queue.page_of_queue: lambda: ticket_queue.page_of_queue(
        NOW, 10, 0, "open", TicketFilter(text="S", reason="account.age_unknown", unassigned=True)
    ),
    ticket_queue.count_in_queue: lambda: ticket_queue.count_in_queue(NOW, TicketFilter(market="GB")),
    words.messages_of: lambda: words.messages_of(ticket_id()),
    words.notes_of: lambda: words.notes_of(ticket_id()),
    words.last_answers: lambda: words.last_answers([ticket_id()]),
    ticket_rows.answered_for_shops: lambda: ticket_rows.answered_for_shops(["S"], 10),
    ticket_rows.due_tickets: lambda: ticket_rows.due_tickets(NOW, 10, 0),
    ticket_rows.open_tickets_about: lambda: ticket_rows.open_tickets_about(["S"], ["A"]),
    read.find_ticket: lambda: read.find_ticket(ticket_id(), Actor("shop", "S")),
    read.current_tickets: lambda: read.current_tickets(ticket_rows.page_of_tickets(NOW, 10, 0)),
    mirror.comparisons: lambda: mirror.comparisons(["S"]),
    periods.links_of_pairs: lambda: periods.links_of_pairs([("S", "A"), ("S\x00", "A")], NOW),
    established.stored_periods: lambda: list(established.stored_periods().rows()),
    orders.judge_orders: lambda: orders.judge_orders(
        [ORDER, replace(ORDER, account_id=None, handle="@a\x00")]
    ),
    handles.uses_of_handles: lambda: handles.uses_of_handles(["a", "a\x00"]),
    handles.uses_of_all_handles: lambda: list(handles.uses_of_all_handles()),
    handles.recorded: lambda: handles.recorded(["S", "S\x00"], ["A", "A\x00"]),
    tally.counts: lambda: tally.counts("event", 0, market="GB", by_day=True),
}
WITHOUT_DATABASE = {
    "may_be",
    "where",
    "run_statement",
    "read_periods",
    "write_periods",
    "write_records",
    "snapshot",
    "look",
    "slot_use",
    "link_quota_use",
    "account_link_quota_use",
    "decide_in",
    "unlink_quota_use",
    "day_of",
    "having_words",
    "forget_found",
    "keys_of",
}
"""What works on values alone, or is a part of the reads above."""


def public_functions(module: ModuleType) -> dict[str, Callable[..., object]]:
    return {
        name: function
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }


def test_every_read_is_run_here() -> None:
    flows = (orders, established, installed, look, overview, as_of, showcase, read, dry_run, effects)
    stores = (
        commerce,
        due,
        feed,
        foresight,
        history,
        keys,
        mirror,
        periods,
        link_reads,
        refusal,
        rulebook_texts,
        search,
        tally,
        ticket_queue,
        ticket_rows,
        words,
    )
    for module in (*flows, *stores):
        for name, function in public_functions(module).items():
            assert function in READS or name in WRITERS | WITHOUT_DATABASE, f"{module.__name__}.{name}"


@pytest.fixture
def overdue(database: str) -> str:  # noqa: ARG001 (the database is in use)
    """A read-only sandbox with an invitation that expired a day ago, and other data to read; the secret of a key."""
    assert make_sandbox(BEFORE)
    commands = (
        put_shop("S"),
        put_account("A"),
        invite("S", "A"),
        put_product("P", "S"),
        put_content("V", "A"),
        command("grant_waiver", code="shop.link_quota_spent", note="x", until=None, shop_id="S"),
        command(
            "activate_rulebook",
            name="seller-university-2025",
            market="GB",
            effective_from=format_instant(LATER),
        ),
    )
    execute_accepted(*commands, now=lambda: BEFORE)
    execute_batch([invite("S", "A", by={"kind": "shop", "id": "seller"})], now=lambda: BEFORE)
    execute_accepted(put_account("B", region="FR"), now=lambda: BEFORE)
    about = invite("S", "B")
    assert isinstance(about, PairCommand)
    assert open_about(about, Actor("shop", "S"), BEFORE)["outcome"] == "accepted"
    feed.number_events()
    make_endpoint(None, "https://shop.example/hooks", (), "")
    _, secret = keys.create_key("a program", {"read", "support", "platform"}, BEFORE)
    run_sql(
        "SET default_transaction_read_only = on"
        if connection.vendor == "postgresql"
        else "PRAGMA query_only = ON"
    )
    return secret


@pytest.mark.usefixtures("overdue")
@pytest.mark.parametrize("name", [function.__qualname__ for function in READS])
def test_a_read_works_where_nothing_can_be_written(name: str) -> None:
    reading = next(call for function, call in READS.items() if function.__qualname__ == name)
    before = query("SELECT * FROM link")
    reading()
    assert query("SELECT * FROM link") == before


def test_every_get_of_the_api_is_answered_where_nothing_can_be_written(overdue: str) -> None:
    paths = document()["paths"]
    named = {
        "shop_id": "S",
        "account_id": "A",
        "link_id": link_id(),
        "ticket_id": ticket_id(),
        "name": "guide-2024-11",
    }
    client = Client(
        headers={"authorization": f"Bearer {overdue}", "host": "localhost", "shoplink-actor": "support:mei"}
    )
    named |= {"product_id": "P", "content_id": "V"}
    named |= {"endpoint_id": query("SELECT endpoint_id FROM webhook_endpoint")[0][0]}
    gets = [path for path, operations in paths.items() if "get" in operations]
    assert len(gets) >= 12
    for path in gets:
        asked = {
            "/v1/permissions": {"shop_id": "S", "account_id": "A"},
            "/v1/contents": {"account_id": "A"},
            "/v1/members": {"shop_id": "S"},
            "/v1/rulebooks/{name}/effects": {"market": "GB"},
        }
        by = {"shoplink-actor": "platform:p"} if path.startswith("/v1/webhook-endpoints") else {}
        answer = client.get(path.format_map(named), asked.get(path, {}), headers=by)
        assert answer.status_code == 200, (path, answer.content)
    assert client.get(f"/v1/links/{named['link_id']}").json()["status"] == "expired"
    assert [link["status"] for link in client.get("/v1/links").json()["items"]] == ["expired"]
    assert client.get("/v1/links", {"status": "invited"}).json()["items"] == []


@pytest.mark.usefixtures("overdue")
def test_nothing_can_be_written_there() -> None:
    with pytest.raises(DatabaseError):
        run_sql("UPDATE link SET status = 'expired', slot = NULL, ended_at = 1")
    with pytest.raises(DatabaseError):
        execute(put_shop("T"))


@pytest.mark.usefixtures("overdue")
def test_a_read_sees_what_is_overdue_as_done() -> None:
    assert link_reads.status_of_link(link_id()) == "invited"
    stored = link_reads.one_link(link_id())
    assert stored is not None
    seen = look.look_at_pair("S", "A")
    link = seen.world.link("S", "A")
    assert link is not None
    assert (link.status, link.ended_at) == ("expired", BEFORE + timedelta(hours=48))
    assert seen.up_to_date(stored) == link
    assert seen.world.shops["S"].live == {}
    assert look.slot_use(seen.world.shops["S"], seen.world.rulebook("GB"), "marketing").used == 0


@pytest.mark.usefixtures("overdue")
def test_a_list_sees_what_is_overdue_as_done() -> None:
    pages = {status: link_reads.page_of_links(NOW, 10, 0, status=status) for status in ("invited", "expired")}
    assert {status: len(page) for status, page in pages.items()} == {"invited": 0, "expired": 1}
    earlier = link_reads.page_of_links(BEFORE, 10, 0, status="invited")
    assert [link.status for _, link in earlier] == ["invited"]


@pytest.mark.usefixtures("overdue")
def test_a_check_is_decided_on_what_is_overdue_as_done() -> None:
    decision = dry_run.dry_run_command(invite("S", "A"))
    assert type(decision).__name__ == "Accepted"
    assert query("SELECT count(*) FROM refusal") == [(1,)]
