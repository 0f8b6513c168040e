"""Who must act next on a link, in every state that it can be in."""

from datetime import timedelta

from shoplink.core.next_actor import next_actor, review_reasons
from tests.core.link_scene import HOUR, Scene, refused_for
from tests.rule import rule


def turn(scene: Scene, account_id: str = "lin") -> str:
    link = scene.link("ding", account_id)
    return next_actor(link, review_reasons(scene.world, link, scene.now))


@rule("R23")
def test_an_invitation_waits_for_the_creator_and_an_ended_one_for_nobody() -> None:
    scene = Scene()
    scene.invite("ding", "lin")
    assert turn(scene) == "creator"
    scene.withdraw("ding", "lin")
    assert turn(scene) == "nobody"


@rule("R31")
def test_a_link_in_review_waits_for_whoever_can_remove_the_first_reason() -> None:
    scene = Scene()
    scene.held("ding", "lin")
    assert turn(scene) == "support"
    scene.creator("mei", commerce_permission="revoked")
    scene.invite("ding", "mei")
    scene.accept("ding", "mei")
    assert turn(scene, "mei") == "creator"


def test_a_link_in_review_that_nothing_holds_waits_for_the_clock() -> None:
    scene = Scene()
    scene.held("ding", "lin")
    assert next_actor(scene.link("ding", "lin"), ()) == "clock"


@rule("R46")
def test_an_established_link_waits_for_nobody_unless_the_creator_asked_to_end_it() -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    assert turn(scene) == "nobody"
    scene.later(timedelta(hours=24) + HOUR)
    assert refused_for(scene.request_unlink("ding", "lin")) == []
    assert turn(scene) == "shop"
    scene.approve_unlink("ding", "lin")
    assert turn(scene) == "nobody"
