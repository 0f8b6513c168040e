"""Every status of a link against every command on its pair: what happens, or the reason why not."""

from collections.abc import Callable
from datetime import datetime

import pytest

from shoplink.core import Reason, Transition
from tests.core.link_scene import DAY, HOUR, NOON, Scene, event_lines, reasons, refused_for
from tests.rule import rule

ASKED_AT = NOON + 3 * DAY
"""The instant of each command: late enough for every link to have the minimum age."""


def never(_scene: Scene) -> None:
    """A scene without a link of the pair."""


def invited(scene: Scene) -> None:
    scene.at(ASKED_AT - HOUR).invite("ding", "lin")


def in_review(scene: Scene) -> None:
    scene.held("ding", "lin")


def linked(scene: Scene) -> None:
    scene.linked("ding", "lin")


def unlink_requested(scene: Scene) -> None:
    scene.linked("ding", "lin")
    scene.later(DAY).request_unlink("ding", "lin")


def expired(scene: Scene) -> None:
    scene.invite("ding", "lin")


def declined(scene: Scene) -> None:
    scene.invite("ding", "lin")
    scene.decline("ding", "lin")


def withdrawn(scene: Scene) -> None:
    scene.invite("ding", "lin")
    scene.withdraw("ding", "lin")


def superseded(scene: Scene) -> None:
    scene.invite("ding", "lin")
    scene.linked("wang", "lin")
    scene.revoke("wang", "lin")


def unlinked(scene: Scene) -> None:
    unlink_requested(scene)
    scene.approve_unlink("ding", "lin")


def revoked(scene: Scene) -> None:
    linked(scene)
    scene.revoke("ding", "lin")


def import_as_linked_now(scene: Scene, shop_id: str, account_id: str) -> Transition:
    return scene.import_link(shop_id, account_id, scene.now)


COMMANDS: dict[str, Callable[[Scene, str, str], Transition]] = {
    "accept": Scene.accept,
    "decline": Scene.decline,
    "withdraw": Scene.withdraw,
    "request_unlink": Scene.request_unlink,
    "withdraw_unlink_request": Scene.withdraw_unlink_request,
    "refuse_unlink": Scene.refuse_unlink,
    "approve_unlink": Scene.approve_unlink,
    "unlink": Scene.unlink,
    "revoke": Scene.revoke,
    "invite": Scene.invite,
    "import_link": import_as_linked_now,
}

NONE = "link.not_found"
WRONG = "link.wrong_state"
NO_REQUEST = "unlink.not_requested"
BEGINS = {"invite": "+link.invited", "import_link": "+link.imported"}
OVER = {
    "accept": WRONG,
    "decline": WRONG,
    "withdraw": WRONG,
    "request_unlink": WRONG,
    "withdraw_unlink_request": WRONG,
    "refuse_unlink": WRONG,
    "approve_unlink": WRONG,
    "unlink": WRONG,
    "revoke": WRONG,
    **BEGINS,
}
"""A link that is over takes no command, and blocks no new one."""

TABLE: dict[Callable[[Scene], None], dict[str, str]] = {
    never: {
        "accept": NONE,
        "decline": NONE,
        "withdraw": NONE,
        "request_unlink": NONE,
        "withdraw_unlink_request": NONE,
        "refuse_unlink": NONE,
        "approve_unlink": NONE,
        "unlink": NONE,
        "revoke": NONE,
        **BEGINS,
    },
    invited: {
        "accept": "+link.accepted link.established",
        "decline": "+link.declined",
        "withdraw": "+link.withdrawn",
        "request_unlink": WRONG,
        "withdraw_unlink_request": WRONG,
        "refuse_unlink": WRONG,
        "approve_unlink": WRONG,
        "unlink": WRONG,
        "revoke": "+link.revoked",
        "invite": "link.already_invited",
        "import_link": "+link.imported link.superseded",
    },
    in_review: {
        "accept": WRONG,
        "decline": "+link.declined",
        "withdraw": "+link.withdrawn",
        "request_unlink": WRONG,
        "withdraw_unlink_request": WRONG,
        "refuse_unlink": WRONG,
        "approve_unlink": WRONG,
        "unlink": WRONG,
        "revoke": "+link.revoked",
        "invite": "account.already_linked",
        "import_link": "account.already_linked",
    },
    linked: {
        "accept": WRONG,
        "decline": WRONG,
        "withdraw": WRONG,
        "request_unlink": "+unlink.requested",
        "withdraw_unlink_request": NO_REQUEST,
        "refuse_unlink": NO_REQUEST,
        "approve_unlink": NO_REQUEST,
        "unlink": "unlink.needs_creator_request",
        "revoke": "+link.revoked",
        "invite": "account.already_linked",
        "import_link": "account.links_overlap account.already_linked",
    },
    unlink_requested: {
        "accept": WRONG,
        "decline": WRONG,
        "withdraw": WRONG,
        "request_unlink": "unlink.already_requested",
        "withdraw_unlink_request": "+unlink.withdrawn",
        "refuse_unlink": "+unlink.refused",
        "approve_unlink": "+link.unlinked",
        "unlink": "+link.unlinked",
        "revoke": "+link.revoked",
        "invite": "account.already_linked",
        "import_link": "account.links_overlap account.already_linked",
    },
    expired: {**OVER, "accept": "link.invitation_expired"},
    declined: OVER,
    withdrawn: OVER,
    superseded: OVER,
    unlinked: OVER,
    revoked: OVER,
}
"""Copied by hand from section 6: with a +, the events in order; without, the reasons against it in order."""

CELLS = [
    pytest.param(history, command, expected, id=f"{history.__name__}-{command}")
    for history, row in TABLE.items()
    for command, expected in row.items()
]


def in_status(history: Callable[[Scene], None]) -> Scene:
    scene = Scene()
    history(scene)
    scene.at(ASKED_AT).time_passes()
    return scene


@rule("R8", "R23", "R43", "R46", "R47")
@pytest.mark.parametrize(("history", "command", "expected"), CELLS)
def test_each_status_answers_each_command_as_the_table_says(
    history: Callable[[Scene], None], command: str, expected: str
) -> None:
    scene = in_status(history)
    done = COMMANDS[command](scene, "ding", "lin")
    if expected.startswith("+"):
        assert refused_for(done) == []
        assert [event.split()[0] for event in event_lines(done.own)] == expected[1:].split()
    else:
        assert refused_for(done) == expected.split()
        assert done.own == ()


def test_the_table_has_every_command_for_every_status() -> None:
    assert [history.__name__ for history in TABLE] == [
        "never",
        "invited",
        "in_review",
        "linked",
        "unlink_requested",
        "expired",
        "declined",
        "withdrawn",
        "superseded",
        "unlinked",
        "revoked",
    ]
    assert all(row.keys() == COMMANDS.keys() for row in TABLE.values())


@pytest.mark.parametrize("history", [history for history in TABLE if history is not never])
def test_each_history_leads_to_the_status_that_it_is_called_after(history: Callable[[Scene], None]) -> None:
    scene = in_status(history)
    link = scene.link("ding", "lin")
    assert link.status == history.__name__.replace("unlink_requested", "linked")
    assert (link.unlink_requested_at is not None) == (history is unlink_requested)
    assert (link.link_id in scene.world.live) == (link.ended_at is None)


@pytest.mark.parametrize("history", [history for history, row in TABLE.items() if WRONG in row.values()])
def test_a_wrong_state_names_the_status_and_nobody_to_act(history: Callable[[Scene], None]) -> None:
    scene = in_status(history)
    status = scene.link("ding", "lin").status
    refused = [name for name, expected in TABLE[history].items() if expected == WRONG]
    answers = [reasons(COMMANDS[name](scene, "ding", "lin")) for name in refused]
    expected = [Reason("link.wrong_state", "nobody", params={"link_status": status})]
    assert answers == [expected] * len(refused)


def instants(scene: Scene) -> dict[str, datetime | None]:
    link = scene.link("ding", "lin")
    return {
        "invited_at": link.invited_at,
        "expires_at": link.expires_at,
        "accepted_at": link.accepted_at,
        "linked_at": link.linked_at,
        "ended_at": link.ended_at,
    }


@rule("R49")
def test_a_link_keeps_the_instants_of_its_whole_life() -> None:
    scene = Scene()
    scene.creator("lin", registered_in="FR")
    scene.invite("ding", "lin")
    scene.later(HOUR).accept("ding", "lin")
    scene.later(HOUR).correct("lin", registered_in="GB")
    scene.later(DAY).request_unlink("ding", "lin")
    scene.later(HOUR).approve_unlink("ding", "lin")
    assert instants(scene) == {
        "invited_at": NOON,
        "expires_at": NOON + 48 * HOUR,
        "accepted_at": NOON + HOUR,
        "linked_at": NOON + 2 * HOUR,
        "ended_at": NOON + 27 * HOUR,
    }


def test_a_command_means_the_live_link_of_a_pair_and_else_the_one_recorded_last() -> None:
    scene = Scene()
    scene.invite("ding", "lin")
    scene.import_link("ding", "lin", NOON - 2 * DAY, NOON - DAY)
    assert scene.link("ding", "lin").status == "invited"
    assert refused_for(scene.withdraw("ding", "lin")) == []
    assert reasons(scene.accept("ding", "lin"))[0].params == {"link_status": "unlinked"}


@rule("R10", "R11")
def test_a_pair_can_link_again_after_unlinking_and_each_link_is_its_own() -> None:
    scene = Scene()
    first = scene.linked("ding", "lin")
    scene.later(DAY).request_unlink("ding", "lin")
    scene.approve_unlink("ding", "lin")
    second = scene.linked("ding", "lin", "official")
    assert (second.link_id != first.link_id, second.role, second.linked_at) == (True, "official", NOON + DAY)
    assert [link.link_id for link in scene.world.live.values()] == [second.link_id]
