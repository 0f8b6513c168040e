"""Signed-in people, for tests of pages with Django's client."""

from collections.abc import Sequence

from shoplink.flows import clock
from shoplink.store.database.owner import writing
from shoplink.store.models import Person
from shoplink.store.people import membership
from tests.membership_rows import add_member
from tests.web.form_client import FormClient
from tests.web.visitor import let_in


def somebody(
    name: str = "lin", *, shops: Sequence[str] = (), accounts: Sequence[str] = (), staff: Sequence[str] = ()
) -> Person:
    """A new person who may act at these places."""
    with writing():
        person_id = membership.add_person(name=name, email=f"{name}@example.com", language="en")
        for shop_id in shops:
            add_member(person_id, "shop", shop_id, clock.now())
        for account_id in accounts:
            add_member(person_id, "creator", account_id, clock.now())
        for place in staff:
            add_member(person_id, place, "", clock.now())  # type: ignore[arg-type]
    return Person.objects.get(person_id=person_id)


def signed_in(person: Person, network: str = "GB") -> FormClient:
    """A client in which this person is signed in, on a network in this country."""
    client = FormClient(SERVER_NAME="localhost")
    let_in(client, person)
    client.cookies["network"] = network
    return client
