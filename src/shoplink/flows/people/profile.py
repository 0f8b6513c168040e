"""What people say of themselves: name, language and time zone."""

from shoplink.store.people import membership as store


def change_profile(person_id: str, *, name: str, language: str, time_zone: str) -> None:
    """Store a person's name, language and time zone.

    Who was handed off by the back office, and so has no address, keeps the name that the back office has given them: the log
    tells them apart by it.
    """
    person = store.person_of(person_id)
    if person is not None and person.email is None:
        name = person.name
    store.change_person(person_id, name=name, language=language, time_zone=time_zone)
