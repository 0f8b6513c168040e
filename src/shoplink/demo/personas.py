"""The personas of the demo world, and whether the database holds it."""

from datetime import timedelta
from typing import NamedTuple

from django.db import connection

from shoplink.core.instant import BEGINNING
from shoplink.core.people.commands import AddMember
from shoplink.core.people.facts import Place, place_fields
from shoplink.demo import mirrored
from shoplink.demo.links import BEAUTY, DEMO_ACTOR, SHOPS, UNDER_AGE, offer_ids
from shoplink.flows import clock
from shoplink.flows.execute import execute_batch
from shoplink.flows.message.loop import deliver_all
from shoplink.flows.tick import tick
from shoplink.store.database.marker import is_marked
from shoplink.store.database.owner import writing
from shoplink.store.people import membership as store
from shoplink.store.people.inbox import mark_old_read
from shoplink.store.write.feed import read_feed

_READ_UNTIL = timedelta(days=7)
_AGENCY = (*(shop_id for shop_id in SHOPS if shop_id.startswith("hh-")), offer_ids(1)[0])


class Persona(NamedTuple):
    """A person of the demo world: the name, and the places where they may act. Their language is that of the browser."""

    name: str
    places: tuple[tuple[Place, str], ...]

    @property
    def shops(self) -> int:
        """The number of shops that they act for."""
        return sum(place == "shop" for place, _ in self.places)


PERSONAS: dict[str, Persona] = {
    "mei": Persona("陈美 Mei Chen", tuple(("shop", shop_id) for shop_id in _AGENCY)),
    "lan": Persona("林岚 Lan Lin", (("shop", BEAUTY),)),
    "ivy": Persona("吴艾薇 Ivy Wu", tuple(("shop", shop_id) for shop_id in mirrored.SHOPS)),
    "leo": Persona("Leo Hart", (("shop", "northbank-books"), ("creator", "leo.hart"))),
    "callum": Persona("Callum Reid", (("creator", "callum.reid"),)),
    "zhou": Persona("周舟 Zhou Zhou", (("creator", "zhou.zhou"),)),
    "olivia": Persona("Olivia Chen", (("creator", "olivia.chen"),)),
    "meilin": Persona("林梅 Mei Lin", (("creator", "mei.lin"),)),
    "jack": Persona("Jack Lin", (("creator", UNDER_AGE),)),
    "nora": Persona("Nora Lane", (("creator", offer_ids(1)[1]),)),
    "ben": Persona("Ben Cole", (("creator", "ben.cole"),)),
    "eva": Persona("Eva Stone", (("creator", "eva.stone"),)),
    "wei": Persona("李薇 Wei Li", (("support", ""),)),
    "alex": Persona("Alex Morgan", (("platform", ""),)),
}
"""The personas by key."""


def person_id(key: str) -> str:
    """The id of a persona."""
    return f"person_{key}"


def add_personas() -> None:
    """Add the personas of the demo world as members of their places, unless they are members already.

    They are notified of what has happened, and messages older than a week are marked as read.
    """
    with writing():
        for key, persona in PERSONAS.items():
            store.add_person(name=persona.name, email=f"{key}@demo.example", person_id=person_id(key))
    execute_batch(
        [
            AddMember(
                at=BEGINNING, by=DEMO_ACTOR, **place_fields(place, subject_id), person_id=person_id(key)
            )
            for key, persona in PERSONAS.items()
            for place, subject_id in persona.places
        ]
    )
    tick()  # number the events, so that the feed shows them at once
    deliver_all()
    at = clock.now()
    mark_old_read(at - _READ_UNTIL, at)


_known: dict[str, bool] = {}


def is_demo() -> bool:
    """Whether the database in use holds the demo world, which only `shoplink demo` marks it to; cached by database.

    A database that is empty may still become a demo.
    """
    name = str(connection.settings_dict["NAME"])
    if name not in _known:
        marked = is_marked("demo")
        if not marked and not read_feed(0, 1):
            return False
        _known[name] = marked
    return _known[name]
