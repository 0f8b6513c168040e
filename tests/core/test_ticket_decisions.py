"""Decisions about tickets: when one is opened, who may change it, and what ends it by itself."""

from datetime import date, timedelta
from typing import Any

import pytest

from shoplink.core import Accept, Accepted, Actor, Invite, Reason, Refused, Transition
from shoplink.core.commands import PRIVATE_COMMANDS
from shoplink.core.roles import may_issue
from shoplink.core.ticket.assessment import assess
from shoplink.core.ticket.commands import (
    AssignTicket,
    ChangeTicket,
    NoteInTicket,
    OpenTicket,
    ReopenTicket,
    ReplyToTicket,
    ResolveTicket,
    TicketCommand,
    WithdrawTicket,
)
from shoplink.core.ticket.events import (
    TicketAssigned,
    TicketClosed,
    TicketNoted,
    TicketOpened,
    TicketReopened,
    TicketReplied,
    TicketResolved,
)
from shoplink.core.ticket.facts import (
    REOPENABLE,
    Message,
    NewMessage,
    NewNote,
    NewTicket,
    Question,
    Review,
    Ticket,
)
from tests.core.link_scene import DAY, HOUR, NOON, SELLER_UNIVERSITY, Scene, refused_for
from tests.rule import rule

SELLER, CREATOR = Actor("shop", "ding"), Actor("creator", "lin")
MEI = Actor("support", "mei")
WEI, OPS = Actor("support", "wei", "person_wei"), Actor("platform", "ops", "person_ops")


def abroad() -> Scene:
    """`lin` is recorded in France, so `ding` cannot invite it."""
    scene = Scene()
    scene.creator("lin", region="FR")
    return scene


def invitation(account_id: str = "lin") -> Invite:
    return Invite(at=NOON, shop_id="ding", account_id=account_id, role="marketing", network_region="GB")


def opened(scene: Scene, question: Question | None = None, by: Actor = SELLER, **words: str) -> Transition:
    return scene.do(OpenTicket(at=scene.now, by=by, question=question or invitation(), **words))


def changed(scene: Scene, kind: type[ChangeTicket], by: Actor, **fields: Any) -> Transition:
    named = {"shop_id": "ding", "account_id": "lin", "ticket_id": "T1", **fields}
    return scene.do(kind(at=scene.now, by=by, **named))


def reply(scene: Scene, by: Actor, **fields: Any) -> Transition:
    return changed(scene, ReplyToTicket, by, **{"text": "well?", **fields})


def ticket(scene: Scene) -> Ticket:
    return scene.world.desk.tickets["T1"]


def reasons(transition: Transition) -> tuple[Reason, ...]:
    assert isinstance(transition.decision, Refused)
    return transition.decision.reasons


@rule("R39")
def test_a_ticket_carries_the_decision_and_the_facts_and_its_event_no_word_of_it() -> None:
    transition = opened(abroad(), text="She lives in Leeds.", evidence="passport")
    assert isinstance(transition.decision, Accepted)
    new, message = transition.decision.records
    assert isinstance(new, NewTicket)
    assert [reason.code for reason in new.ticket.reasons] == ["account.region_mismatch"]
    assert new.ticket.facts.account is not None
    assert (new.ticket.facts.account.region, new.ticket.fields["role"]) == ("FR", "marketing")
    said = Message(NOON, SELLER, "She lives in Leeds.", "passport")
    assert message == NewMessage(new.ticket.ticket_id, said)
    assert transition.own == (
        TicketOpened(
            at=NOON,
            by=SELLER,
            shop_id="ding",
            account_id="lin",
            ticket_id="T1",
            codes=["account.region_mismatch"],
        ),
    )


def test_deciding_changes_nothing_of_the_question_and_asking_again_is_no_second_ticket() -> None:
    scene = abroad()
    opened(scene)
    again = opened(scene)
    assert (again.decision, again.own) == (Accepted(()), ())
    assert list(scene.world.desk.tickets) == ["T1"]
    assert scene.world.live == {}, "nobody was invited"


@rule("R40")
def test_where_support_cannot_help_the_reasons_in_the_way_come_first_and_the_tickets_last() -> None:
    scene = Scene()
    scene.shop("ding", status="abnormal")
    scene.creator("lin", region="FR", registered_in="US")
    found = reasons(opened(scene))
    assert [reason.code for reason in found] == [
        "shop.status_not_normal",
        "account.region_mismatch",
        "ticket.beyond_support",
    ]
    assert (found[-1].next_actor, found[-1].params) == ("nobody", {})


def test_what_would_be_accepted_needs_no_ticket() -> None:
    assert refused_for(opened(Scene())) == ["ticket.not_needed"]


def test_what_is_reached_needs_no_ticket() -> None:
    scene = Scene()
    scene.held("ding", "lin")
    assert refused_for(opened(scene)) == ["account.already_linked", "ticket.not_needed"]


def test_a_shop_learns_no_record_of_a_stranger_from_a_refusal_and_the_creator_does() -> None:
    scene = Scene()
    scene.creator("lin", status="abnormal")
    assert reasons(opened(scene)) == (
        Reason("ticket.beyond_support", "nobody", params={"creator_can_see": True}),
    )
    scene = Scene()
    scene.invite("ding", "lin")
    scene.creator("lin", status="abnormal")
    confirmation = Accept(at=NOON, shop_id="ding", account_id="lin", network_region="GB")
    found = opened(scene, confirmation, CREATOR)
    assert refused_for(found) == ["account.status_not_normal", "ticket.beyond_support"]
    assert reasons(found)[-1].params == {}


def test_a_review_is_asked_about_by_each_side_in_a_ticket_of_its_own() -> None:
    scene = Scene()
    scene.held("ding", "lin")
    (link,) = scene.world.live.values()
    review = Review("ding", "lin", link.link_id)
    opened(scene, review)
    opened(scene, review, CREATOR)
    assert [(one.side, one.link_id) for one in scene.world.desk.tickets.values()] == [
        ("shop", link.link_id),
        ("creator", link.link_id),
    ]


@rule("R39")
def test_nobody_helps_with_a_review_whose_link_has_ended() -> None:
    scene = Scene()
    link = scene.held("ding", "lin")
    scene.revoke("ding", "lin")
    standing = assess(scene.world, Review("ding", "lin", link.link_id))
    assert [(reason.code, reason.next_actor) for reason in standing.reasons] == [
        ("link.wrong_state", "nobody")
    ]
    assert (standing.helped, standing.reached, standing.end) == ((), False, "beyond_support")


def test_a_reply_says_who_must_act_next() -> None:
    scene = abroad()
    opened(scene)
    assert isinstance(reply(scene, MEI).own[0], TicketReplied)
    assert ticket(scene).status == "answered"
    assert reply(scene.later(HOUR), SELLER).own[0].by == SELLER
    assert (ticket(scene).status, ticket(scene).updated_at) == ("open", NOON + HOUR)


@pytest.mark.parametrize(
    ("kind", "by", "event", "state"),
    [
        (ResolveTicket, MEI, TicketResolved, ("resolved", None)),
        (WithdrawTicket, SELLER, TicketClosed, ("closed", "withdrawn")),
    ],
)
def test_a_ticket_that_is_resolved_or_withdrawn_has_ended(
    kind: type[ResolveTicket | WithdrawTicket], by: Actor, event: type, state: tuple[str, str | None]
) -> None:
    scene = abroad()
    opened(scene)
    (own,) = changed(scene, kind, by).own
    assert isinstance(own, event)
    assert (ticket(scene).status, ticket(scene).cause) == state
    assert (ticket(scene).ended_at, ticket(scene).due_at) == (NOON, None)
    for late in (
        reply(scene, SELLER),
        changed(scene, ResolveTicket, MEI),
        changed(scene, WithdrawTicket, SELLER),
    ):
        assert refused_for(late) == ["ticket.ended"]


@pytest.mark.parametrize(
    ("by", "fields"),
    [
        (CREATOR, {}),
        (Actor("shop", "wang"), {}),
        (SELLER, {"ticket_id": "T2"}),
        (SELLER, {"account_id": "mei"}),
        (MEI, {"shop_id": "wang"}),
    ],
    ids=["the other side", "another shop", "no such ticket", "another account", "another shop's ticket"],
)
def test_a_ticket_that_its_issuer_may_not_see_is_not_found(by: Actor, fields: dict[str, Any]) -> None:
    scene = abroad()
    opened(scene)
    assert refused_for(reply(scene, by, **fields)) == ["ticket.not_found"]
    assert ticket(scene).status == "open"


def test_only_the_side_that_opened_a_ticket_withdraws_it() -> None:
    scene = abroad()
    opened(scene)
    assert refused_for(changed(scene, WithdrawTicket, MEI)) == ["ticket.not_found"]


def with_staff(scene: Scene) -> Scene:
    """Wei is a member of support, Ops of the platform's staff."""
    scene.world.people.members(("support", ""))["person_wei"] = None
    scene.world.people.members(("platform", ""))["person_ops"] = None
    return scene


def test_a_ticket_is_given_to_a_member_of_its_team_or_to_nobody_and_the_other_side_sees_no_change() -> None:
    scene = with_staff(abroad())
    opened(scene)
    (own,) = changed(scene.later(HOUR), AssignTicket, MEI, assignee="person_wei").own
    assert own == TicketAssigned(
        at=NOON + HOUR,
        by=MEI,
        shop_id="ding",
        account_id="lin",
        ticket_id="T1",
        team="support",
        assignee="person_wei",
    )
    assert (ticket(scene).team, ticket(scene).assignee) == ("support", "person_wei")
    assert (ticket(scene).status, ticket(scene).updated_at) == ("open", NOON)
    assert changed(scene, AssignTicket, WEI, assignee="person_wei").own == (), "it has it already"
    (handed,) = changed(scene, AssignTicket, WEI, team="platform").own
    assert isinstance(handed, TicketAssigned)
    assert (ticket(scene).team, ticket(scene).assignee) == ("platform", None)
    assert changed(scene, AssignTicket, OPS, team="platform", assignee="person_ops").own


@pytest.mark.parametrize(
    ("by", "team", "assignee", "allowed"),
    [
        (MEI, "support", "mei", True),
        (MEI, "support", "person_wei", True),
        (MEI, "support", "person_ops", False),
        (MEI, "support", "person_nobody", False),
        (MEI, "platform", "person_ops", True),
        (MEI, "platform", "mei", False),
        (WEI, "platform", "person_wei", False),
        (WEI, "platform", None, True),
    ],
)
def test_who_does_not_belong_to_a_team_gets_none_of_its_tickets(
    by: Actor, team: str, assignee: str | None, *, allowed: bool
) -> None:
    scene = with_staff(abroad())
    opened(scene)
    given = changed(scene, AssignTicket, by, team=team, assignee=assignee)
    if allowed:
        assert (ticket(scene).team, ticket(scene).assignee) == (team, assignee)
    else:
        assert refused_for(given) == ["ticket.assignee_not_in_team"]
        assert ticket(scene).assignee is None


def test_a_note_is_a_record_beside_an_event_without_words_and_may_follow_the_end() -> None:
    scene = with_staff(abroad())
    opened(scene)
    noted = changed(scene, NoteInTicket, WEI, text="She called.")
    assert isinstance(noted.decision, Accepted)
    assert noted.decision.records == (NewNote("T1", Message(NOON, WEI, "She called.", None)),)
    assert [type(event) for event in noted.own] == [TicketNoted]
    before = ticket(scene)
    handed = changed(scene, AssignTicket, WEI, team="platform", text="Please look.")
    assert isinstance(handed.decision, Accepted)
    assert [type(event) for event in handed.own] == [TicketAssigned, TicketNoted]
    assert isinstance(handed.decision.records[0], NewNote)
    changed(scene, ResolveTicket, MEI)
    assert [type(event) for event in changed(scene, NoteInTicket, WEI, text="Hm").own] == [TicketNoted]
    assert refused_for(changed(scene, AssignTicket, WEI)) == ["ticket.ended"]
    assert before.answered_at is None
    assert refused_for(changed(scene, NoteInTicket, WEI, text="Hm", ticket_id="T2")) == ["ticket.not_found"]


def test_the_first_answer_of_staff_is_kept() -> None:
    scene = abroad()
    opened(scene)
    reply(scene.later(HOUR), SELLER)
    assert ticket(scene).answered_at is None
    reply(scene.later(HOUR), MEI)
    reply(scene.later(HOUR), MEI)
    assert ticket(scene).answered_at == NOON + 2 * HOUR
    scene = abroad()
    opened(scene)
    changed(scene.later(HOUR), ResolveTicket, MEI)
    assert ticket(scene).answered_at == NOON + HOUR


@pytest.mark.parametrize("by", [SELLER, MEI, OPS])
def test_either_side_reopens_a_ticket_within_fourteen_days(by: Actor) -> None:
    scene = abroad()
    opened(scene)
    changed(scene, ResolveTicket, MEI)
    last = NOON + REOPENABLE - timedelta(microseconds=1)
    reopened = changed(scene.at(last), ReopenTicket, by, text="It is still so.")
    assert isinstance(reopened.decision, Accepted)
    assert [type(event) for event in reopened.own] == [TicketReopened]
    assert isinstance(reopened.decision.records[0], NewMessage)
    now = ticket(scene)
    assert (now.status, now.cause, now.ended_at, now.updated_at) == ("open", None, None, last)
    assert now.due_at is None or now.due_at > last, "it was judged"
    assert changed(scene, ReopenTicket, by).own == (), "it is open"


def test_a_ticket_is_not_reopened_after_fourteen_days() -> None:
    scene = abroad()
    opened(scene)
    changed(scene, WithdrawTicket, SELLER)
    (late,) = reasons(changed(scene.at(NOON + REOPENABLE), ReopenTicket, SELLER))
    assert (late.code, late.params) == ("ticket.reopen_period_over", {"ended_at": NOON, "days": 14})


def test_a_ticket_is_reopened_only_while_support_can_help_and_no_other_is_open_about_the_same() -> None:
    scene = abroad()
    opened(scene)
    changed(scene, ResolveTicket, MEI)
    opened(scene)
    assert refused_for(changed(scene, ReopenTicket, SELLER)) == ["ticket.already_open"]
    scene.creator("lin", region="FR", registered_in="US")
    assert refused_for(changed(scene, ReopenTicket, MEI)) == [
        "account.region_mismatch",
        "ticket.beyond_support",
    ]
    scene.creator("lin", region="GB")
    assert refused_for(changed(scene, ReopenTicket, SELLER)) == ["ticket.not_needed"]
    assert refused_for(changed(scene, ReopenTicket, CREATOR)) == ["ticket.not_found"]


def test_a_reopened_ticket_ends_by_itself_like_any_other() -> None:
    scene = abroad()
    opened(scene)
    changed(scene, ResolveTicket, MEI)
    changed(scene, ReopenTicket, SELLER)
    scene.creator("lin")
    assert (ticket(scene).status, ticket(scene).cause) == ("closed", "cleared")


@rule("R42")
def test_a_ticket_whose_reasons_are_gone_has_ended_before_a_command_about_it_is_decided() -> None:
    scene = abroad()
    opened(scene)
    closed = scene.creator("lin").own[-1]
    assert isinstance(closed, TicketClosed)
    assert (closed.cause, closed.at) == ("cleared", NOON)
    late = reply(scene.later(HOUR), SELLER)
    assert refused_for(late) == ["ticket.ended"]
    assert not late.due
    scene.creator("lin", region="FR")
    (again,) = opened(scene).own
    assert isinstance(again, TicketOpened)
    assert again.ticket_id == "T2"


def test_the_clock_may_end_a_ticket_at_the_instant_that_it_names() -> None:
    scene = Scene()
    scene.creator("lin", birth_date=date(2006, 11, 12))
    opened(scene)
    due_at = ticket(scene).due_at
    assert due_at is not None
    assert refused_for(reply(scene.at(due_at), SELLER)) == ["ticket.ended"]


def test_a_ticket_ends_at_the_birthday_that_became_known_after_it_was_opened() -> None:
    scene = abroad()
    opened(scene)
    birthday = scene.now + 12 * HOUR
    scene.creator("lin", birth_date=date(2006, 11, 12))
    assert ticket(scene).status == "open"
    due_at = ticket(scene).due_at
    assert due_at is not None
    assert NOON < due_at <= birthday + 24 * HOUR
    scene.at(due_at).time_passes()
    assert (ticket(scene).status, ticket(scene).cause) == ("closed", "cleared")


@rule("R25")
def test_a_ticket_about_a_spent_quota_ends_with_the_rulebook_that_has_no_such_quota() -> None:
    scene = Scene()
    for day, one in enumerate(scene.creators(10)):
        began = NOON - (100 - day) * DAY
        scene.import_link("ding", one, began, began + HOUR, "marketing")
    opened(scene)
    assert [reason.code for reason in ticket(scene).reasons] == ["shop.link_quota_spent"]
    scene.activate(SELLER_UNIVERSITY, scene.now)
    assert (ticket(scene).status, ticket(scene).cause) == ("closed", "cleared")


@pytest.mark.parametrize(
    "kind", [kind for kind in PRIVATE_COMMANDS.values() if issubclass(kind, TicketCommand)]
)
def test_a_shop_and_a_creator_issue_commands_about_tickets_for_themselves_alone(
    kind: type[TicketCommand],
) -> None:
    named: dict[str, Any] = (
        {"question": invitation()}
        if kind is OpenTicket
        else {"shop_id": "ding", "account_id": "lin", "ticket_id": "T1", "text": "hm"}
    )
    allowed = {
        actor.kind + actor.id
        for actor in (
            SELLER,
            Actor("shop", "wang"),
            CREATOR,
            Actor("creator", "mei"),
            MEI,
            Actor("clock", ""),
        )
        if may_issue(actor, kind(at=NOON, by=actor, **named))
    }
    own = {"shopding", "creatorlin"}
    assert (
        allowed
        == {
            OpenTicket: own,
            ReplyToTicket: own | {"supportmei"},
            ResolveTicket: {"supportmei"},
            WithdrawTicket: own,
            ReopenTicket: own | {"supportmei"},
            AssignTicket: {"supportmei"},
            NoteInTicket: {"supportmei"},
        }[kind]
    )
