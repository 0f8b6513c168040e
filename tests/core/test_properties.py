"""What must always hold (domain.md section 9), whatever is asked and whenever; 5 is in test_remedies.py."""

from collections import Counter
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from shoplink.core import Event, Refused, advance, review, step
from shoplink.core.facts import LIVE, Link, Role
from shoplink.core.instant import shift
from tests.core.history import Past, laid_open, replayed
from tests.core.story import PROPERTIES, STORIES, Story, Told, new_world, rulebooks, tell
from tests.rule import rule


def events_of(told: Told) -> list[Event]:
    """What a command's line of the log holds: what time had made due, then what the command did."""
    return [*told.step.due, *told.step.own]


def pasts(story: Story) -> tuple[Past, list[Told]]:
    """Tell a whole story; the links that its events alone tell of."""
    past, world = Past(), new_world(story.rulebook)
    told = list(tell(story, world))
    for one in told:
        past.tell(events_of(one))
    return past, told


@rule("R8")
@settings(PROPERTIES, max_examples=300)
@given(STORIES)
def test_an_account_is_linked_to_at_most_one_shop_at_any_instant(story: Story) -> None:
    past, _ = pasts(story)
    for account_id in {link.account_id for link in past.links.values()}:
        assert past.linked_at_once(account_id) <= 1, account_id


@rule("R8", "R9")
@settings(PROPERTIES, max_examples=300)
@given(STORIES)
def test_an_account_is_taken_once_and_a_pair_is_live_once_after_every_command(story: Story) -> None:
    past = Past()
    for told in tell(story, new_world(story.rulebook)):
        past.tell(events_of(told))
        live = [link for link in past.links.values() if link.status in LIVE]
        taken = Counter(link.account_id for link in live if link.status != "invited")
        assert not taken or max(taken.values()) == 1, told
        pairs = Counter((link.shop_id, link.account_id) for link in live)
        assert not pairs or max(pairs.values()) == 1, told


@rule("R5", "R6", "R7")
@settings(PROPERTIES, max_examples=300)
@given(STORIES)
def test_slots_are_exceeded_only_by_a_rulebook_that_shrank_them_later(story: Story) -> None:
    """What is live of a role when a link begins fits the rulebook in force then, that link included."""
    world, past = new_world(story.rulebook), Past()
    before: Counter[tuple[str, Role]] = Counter()
    for told in tell(story, world):
        past.tell(events_of(told))
        now = Counter((one.shop_id, one.role) for one in past.links.values() if one.status in LIVE)
        for shop_id, role in now - before:
            shop = world.shops[shop_id].facts
            name = past.rulebook_name(shop.market, told.command.at, story.rulebook)
            slots = rulebooks()[name].slots(shop.enrolment, role)
            assert now[shop_id, role] <= slots, told
        before = now


@settings(PROPERTIES, max_examples=300)
@given(STORIES)
def test_replaying_the_log_from_empty_gives_exactly_the_same_state(story: Story) -> None:
    world = new_world(story.rulebook)
    log = [event for told in tell(story, world) for event in events_of(told)]
    again = replayed(log, new_world(story.rulebook))
    assert advance(again, world.now) == [], "whatever was due is in the log"
    assert laid_open(again) == laid_open(world)
    end = datetime.max.replace(tzinfo=world.now.tzinfo)
    assert advance(again, end) == advance(world, end)
    assert laid_open(again) == laid_open(world)


@settings(PROPERTIES, max_examples=200)
@given(STORIES)
def test_the_log_of_a_story_is_in_order_and_every_link_in_it_is_as_the_world_has_it(story: Story) -> None:
    world, past = new_world(story.rulebook), Past()
    instants = []
    for told in tell(story, world):
        instants += [event.at for event in events_of(told)]
        assert instants == sorted(instants), told
        assert all(at <= told.command.at for at in instants[-1:]), told
        past.tell(events_of(told))
    live = {link_id: link for link_id, link in past.links.items() if link.status in LIVE}
    assert live == world.live
    ended = [link for link in past.links.values() if link.status not in LIVE]
    assert all(link.ended_at and not link.unlink_requested_at for link in ended)
    assert not any(link.ended_at for link in live.values())
    for account_id, account in world.accounts.items():
        own = [link for link in past.links.values() if link.account_id == account_id]
        assert account.newest == {link.shop_id: link for link in own}
        assert sorted(account.established, key=number) == [link for link in own if link.linked_at]


def number(link: Link) -> int:
    """The order in which a link was recorded."""
    return int(link.link_id.removeprefix("L"))


@settings(PROPERTIES, max_examples=300)
@given(STORIES)
def test_a_refused_command_changes_nothing_but_what_time_had_already_made_due(story: Story) -> None:
    """Two worlds: in the second, of each refused command only its instant arrives."""
    world, without = new_world(story.rulebook), new_world(story.rulebook)
    for told in tell(story, world):
        if isinstance(told.step.decision, Refused):
            assert told.step.decision.reasons
            assert told.step.own == ()
            assert advance(without, told.command.at) == told.step.due
            assert laid_open(without) == laid_open(world), told
        else:
            assert step(without, told.command) == told.step
    assert laid_open(without) == laid_open(world)


@settings(PROPERTIES, max_examples=200)
@given(STORIES, st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_no_outcome_depends_on_when_the_timer_ran(story: Story, shares: list[float]) -> None:
    """A second world in which a timer runs at some instants between any two commands."""
    world, ticking = new_world(story.rulebook), new_world(story.rulebook)
    for number, told in enumerate(tell(story, world)):
        due, last = [], ticking.now
        if number:
            gap = told.command.at - last
            for share in sorted(shares[number % len(shares) :]):
                due += advance(ticking, last + share * gap)
        answer = step(ticking, told.command)
        assert [*due, *answer.due] == told.step.due
        assert (answer.decision, answer.own) == (told.step.decision, told.step.own)
    assert laid_open(ticking) == laid_open(world)


@rule("R23", "R31", "R42", "R46")
@settings(PROPERTIES, max_examples=200)
@given(STORIES)
def test_after_every_command_nothing_is_left_that_time_should_have_done(story: Story) -> None:
    world = new_world(story.rulebook)
    for told in tell(story, world):
        for link in world.live.values():
            shop, account = world.shops[link.shop_id], world.accounts[link.account_id]
            rulebook = world.rulebook(shop.facts.market)
            if link.status == "invited":
                assert link.expires_at is not None, told
                assert link.expires_at > world.now, told
            elif link.status == "in_review":
                assert review(world.now, rulebook, shop, account, link), told
            elif link.unlink_requested_at and rulebook.unlink_answer_ttl:
                assert shift(link.unlink_requested_at, rulebook.unlink_answer_ttl) > world.now, told
