"""Properties that hold for every stream of commands (domain.md section 9); property 5 is in test_remedies.py."""

from collections import Counter
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from shoplink.core import Event, Refused, advance, review, step
from shoplink.core.facts import LIVE, Link, Role
from shoplink.core.instant import shift
from tests.core.command_story import PROPERTIES, STORIES, Story, StoryStep, new_world, rulebooks, run_story
from tests.core.event_history import EventHistory, replay_log, snapshot
from tests.rule import rule


def events_of(executed: StoryStep) -> list[Event]:
    """The events of one command: those that time made due, then those of the command itself."""
    return [*executed.step.due, *executed.step.own]


def run_and_fold(story: Story) -> tuple[EventHistory, list[StoryStep]]:
    """Run a whole story, and fold its events into a history of links."""
    history, world = EventHistory(), new_world(story.rulebook)
    executed = list(run_story(story, world))
    for one in executed:
        history.apply(events_of(one))
    return history, executed


@rule("R8")
@PROPERTIES
@given(STORIES)
def test_an_account_is_linked_to_at_most_one_shop_at_any_instant(story: Story) -> None:
    history, _ = run_and_fold(story)
    for account_id in {link.account_id for link in history.links.values()}:
        assert history.linked_at_once(account_id) <= 1, account_id


@rule("R8", "R9")
@PROPERTIES
@given(STORIES)
def test_an_account_is_taken_once_and_then_has_no_invitation_and_a_pair_is_live_once(
    story: Story,
) -> None:
    history = EventHistory()
    for executed in run_story(story, new_world(story.rulebook)):
        history.apply(events_of(executed))
        live = [link for link in history.links.values() if link.status in LIVE]
        taken = Counter(link.account_id for link in live if link.status != "invited")
        assert not taken or max(taken.values()) == 1, executed
        open_invitations = {link.account_id for link in live if link.status == "invited"}
        assert not open_invitations & taken.keys(), executed
        pairs = Counter((link.shop_id, link.account_id) for link in live)
        assert not pairs or max(pairs.values()) == 1, executed


@rule("R5", "R6", "R7")
@PROPERTIES
@given(STORIES)
def test_slots_are_exceeded_only_by_a_rulebook_that_shrank_them_later(story: Story) -> None:
    """When a link begins, the live links of its role, itself included, fit the rulebook in force."""
    world, history = new_world(story.rulebook), EventHistory()
    before: Counter[tuple[str, Role]] = Counter()
    for executed in run_story(story, world):
        history.apply(events_of(executed))
        now = Counter((one.shop_id, one.role) for one in history.links.values() if one.status in LIVE)
        for shop_id, role in now - before:
            shop = world.shops[shop_id].facts
            name = history.rulebook_name(shop.market, executed.command.at, story.rulebook)
            slots = rulebooks()[name].slots(shop.enrolment, role)
            assert now[shop_id, role] <= slots, executed
        before = now


@PROPERTIES
@given(STORIES)
def test_replaying_the_log_from_empty_gives_exactly_the_same_state(story: Story) -> None:
    world = new_world(story.rulebook)
    log = [event for executed in run_story(story, world) for event in events_of(executed)]
    again = replay_log(log, new_world(story.rulebook))
    assert advance(again, world.now) == [], "whatever was due is in the log"
    assert snapshot(again) == snapshot(world)
    end = datetime.max.replace(tzinfo=world.now.tzinfo)
    assert advance(again, end) == advance(world, end)
    assert snapshot(again) == snapshot(world)


@PROPERTIES
@given(STORIES)
def test_the_log_of_a_story_is_in_order_and_every_link_in_it_is_as_the_world_has_it(story: Story) -> None:
    world, history = new_world(story.rulebook), EventHistory()
    instants = []
    for executed in run_story(story, world):
        instants += [event.at for event in events_of(executed)]
        assert instants == sorted(instants), executed
        assert all(at <= executed.command.at for at in instants[-1:]), executed
        history.apply(events_of(executed))
    live = {link_id: link for link_id, link in history.links.items() if link.status in LIVE}
    assert live == world.live
    ended = [link for link in history.links.values() if link.status not in LIVE]
    assert all(link.ended_at and not link.unlink_requested_at for link in ended)
    assert not any(link.ended_at for link in live.values())
    for account_id, account in world.accounts.items():
        own = [link for link in history.links.values() if link.account_id == account_id]
        assert account.newest == {link.shop_id: link for link in own}
        assert sorted(account.established, key=number) == [link for link in own if link.linked_at]


def number(link: Link) -> int:
    """The order in which a link was recorded."""
    return int(link.link_id.removeprefix("L"))


@PROPERTIES
@given(STORIES)
def test_a_refused_command_changes_nothing_but_what_time_had_already_made_due(story: Story) -> None:
    """The second world gets only the instants of the refused commands."""
    world, without = new_world(story.rulebook), new_world(story.rulebook)
    for executed in run_story(story, world):
        if isinstance(executed.step.decision, Refused):
            assert executed.step.decision.reasons
            assert executed.step.own == ()
            assert advance(without, executed.command.at) == executed.step.due
            assert snapshot(without) == snapshot(world), executed
        else:
            assert step(without, executed.command) == executed.step
    assert snapshot(without) == snapshot(world)


@PROPERTIES
@given(STORIES, st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_no_outcome_depends_on_when_the_timer_ran(story: Story, shares: list[float]) -> None:
    """In the second world a timer runs at some instants between any two commands."""
    world, ticking = new_world(story.rulebook), new_world(story.rulebook)
    for number, executed in enumerate(run_story(story, world)):
        due, last = [], ticking.now
        if number:
            gap = executed.command.at - last
            for share in sorted(shares[number % len(shares) :]):
                due += advance(ticking, last + share * gap)
        answer = step(ticking, executed.command)
        assert [*due, *answer.due] == executed.step.due
        assert (answer.decision, answer.own) == (executed.step.decision, executed.step.own)
    assert snapshot(ticking) == snapshot(world)


@rule("R23", "R31", "R42", "R46")
@PROPERTIES
@given(STORIES)
def test_after_every_command_nothing_is_left_that_time_should_have_done(story: Story) -> None:
    world = new_world(story.rulebook)
    for executed in run_story(story, world):
        for link in world.live.values():
            shop, account = world.shops[link.shop_id], world.accounts[link.account_id]
            rulebook = world.rulebook(shop.facts.market)
            if link.status == "invited":
                assert link.expires_at is not None, executed
                assert link.expires_at > world.now, executed
            elif link.status == "in_review":
                assert review(world.now, rulebook, shop, account, link), executed
            elif link.unlink_requested_at and rulebook.unlink_answer_ttl:
                assert shift(link.unlink_requested_at, rulebook.unlink_answer_ttl) > world.now, executed
