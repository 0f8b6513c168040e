"""The actor of each event; a refused command has no events of its own."""

from collections.abc import Callable

import pytest

from shoplink.core import Actor, Transition
from shoplink.core.facts import CLOCK
from tests.core.link_scene import (
    DAY,
    HOUR,
    NOON,
    PLATFORM,
    SELLER_UNIVERSITY,
    SUPPORT,
    Scene,
    event_lines,
    owner,
    refused_for,
    rulebook,
    seller,
)
from tests.rule import rule

DING, LIN = seller("ding"), owner("lin")


def test_every_event_of_a_command_carries_who_acted() -> None:
    scene = Scene()
    scene.invite("wang", "lin")
    life: list[tuple[Callable[[], Transition], Actor, int]] = [
        (lambda: scene.shop("new"), PLATFORM, 1),
        (lambda: scene.creator("lin", registered_in="FR"), PLATFORM, 1),
        (lambda: scene.invite("ding", "lin"), DING, 1),
        (lambda: scene.accept("ding", "lin"), LIN, 2),
        (lambda: scene.correct("lin", registered_in="GB"), SUPPORT, 2),
        (lambda: scene.waive("link.younger_than_minimum", shop_id="ding"), SUPPORT, 1),
        (lambda: scene.request_unlink("ding", "lin"), LIN, 1),
        (lambda: scene.withdraw_unlink_request("ding", "lin"), LIN, 1),
        (lambda: scene.request_unlink("ding", "lin"), LIN, 1),
        (lambda: scene.refuse_unlink("ding", "lin", "stay"), DING, 1),
        (lambda: scene.request_unlink("ding", "lin"), LIN, 1),
        (lambda: scene.approve_unlink("ding", "lin"), DING, 1),
        (lambda: scene.invite("ding", "lin"), DING, 1),
        (lambda: scene.withdraw("ding", "lin"), DING, 1),
        (lambda: scene.invite("ding", "lin"), DING, 1),
        (lambda: scene.decline("ding", "lin"), LIN, 1),
        (lambda: scene.invite("wang", "lin"), seller("wang"), 1),
        (lambda: scene.import_link("ding", "lin", NOON), PLATFORM, 2),
        (lambda: scene.revoke("ding", "lin"), PLATFORM, 1),
        (lambda: scene.end_waiver("link.younger_than_minimum", shop_id="ding"), SUPPORT, 1),
        (lambda: scene.activate(SELLER_UNIVERSITY, NOON + DAY), PLATFORM, 1),
    ]
    for act, actor, number in life:
        done = act()
        assert refused_for(done) == []
        assert [(event.by, event.at) for event in done.own] == [(actor, NOON)] * number, event_lines(done.own)


def test_a_link_that_a_new_fact_establishes_is_the_doing_of_who_recorded_it() -> None:
    scene = Scene()
    scene.held("ding", "lin")
    scene.shop("ding", status="abnormal")
    scene.correct("lin", registered_in="GB")
    done = scene.shop("ding")
    assert event_lines(done.own) == ["shop.recorded ding", "link.established ding lin"]
    assert [event.by for event in done.own] == [PLATFORM, PLATFORM]


@rule("R23", "R46")
def test_what_time_does_is_the_doing_of_the_clock() -> None:
    scene = Scene(SELLER_UNIVERSITY)
    scene.invite("ding", "mei")
    scene.linked("ding", "lin")
    scene.at(NOON + DAY).request_unlink("ding", "lin")
    due = scene.at(NOON + 30 * DAY).time_passes()
    assert [(text, event.by, event.at) for text, event in zip(event_lines(due), due, strict=True)] == [
        ("link.expired ding mei", CLOCK, NOON + 2 * DAY),
        ("link.unlinked ding lin", CLOCK, NOON + 8 * DAY),
    ]


def test_what_the_start_of_a_rulebook_does_is_the_doing_of_the_clock_even_at_once() -> None:
    lenient = rulebook(minimum_age_years=0)
    scene = Scene(others=[lenient])
    scene.held("ding", "lin")
    scene.creator("lin", birth_date=NOON.date())
    done = scene.activate(lenient.name, NOON)
    assert [(text, event.by) for text, event in zip(event_lines(done.own), done.own, strict=True)] == [
        ("rulebook.activated", PLATFORM),
        ("link.established ding lin", CLOCK),
    ]


def state(scene: Scene) -> list[object]:
    world = scene.world
    return [world.shops, world.accounts, world.live, world.agenda.next_at()]


@pytest.mark.parametrize(
    "refused",
    [
        lambda scene: scene.shop("ding", market="US", name="Ding's"),
        lambda scene: scene.correct("nobody", region="FR"),
        lambda scene: scene.invite("ding", "lin"),
        lambda scene: scene.accept("ding", "mei", network="FR"),
        lambda scene: scene.unlink("ding", "lin"),
        lambda scene: scene.import_link("wang", "lin", NOON),
        lambda scene: scene.waive("account.under_age", account_id="lin"),
        lambda scene: scene.end_waiver("link.younger_than_minimum", account_id="lin"),
        lambda scene: scene.activate(SELLER_UNIVERSITY, NOON),
    ],
)
@rule("R22")
def test_a_refused_command_changes_nothing_but_what_time_had_made_due(
    refused: Callable[[Scene], Transition],
) -> None:
    def before() -> Scene:
        scene = Scene()
        scene.linked("ding", "lin")
        scene.invite("ding", "bo")
        scene.at(NOON + DAY).invite("ding", "mei")
        return scene.at(NOON + 2 * DAY + HOUR)

    left_alone, asked = before(), before()
    due = left_alone.time_passes()
    done = refused(asked)
    assert refused_for(done) != []
    assert (event_lines(done.due), done.own) == (["link.expired ding bo"], ())
    assert done.due == due
    assert state(asked) == state(left_alone)
