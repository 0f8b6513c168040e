"""The demo world with somebody signed in, for tests of pages by Django's own client."""

from collections.abc import Sequence

from django.conf import settings
from django.test import Client

from shoplink.demo import world
from shoplink.flows import clock
from shoplink.store.database.owner import writing
from shoplink.store.models import Person
from shoplink.store.people import membership


def made() -> None:
    """Make the demo world, in the database in use."""
    world.build_demo()


def somebody(
    name: str = "lin", *, shops: Sequence[str] = (), accounts: Sequence[str] = (), staff: Sequence[str] = ()
) -> Person:
    """A new person who may act at these places."""
    with writing():
        person_id = membership.add_person(name=name, email=f"{name}@example.com", language="en")
        for shop_id in shops:
            membership.add_member(person_id, "shop", shop_id, clock.now())
        for account_id in accounts:
            membership.add_member(person_id, "creator", account_id, clock.now())
        for place in staff:
            membership.add_member(person_id, place, "", clock.now())  # type: ignore[arg-type]
    return Person.objects.get(person_id=person_id)


def signed_in(person: Person, network: str = "GB") -> Client:
    """A browser of this person's, on a network in a country."""
    client = Client()
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    client.cookies["network"] = network
    return client
