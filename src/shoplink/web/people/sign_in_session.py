"""Let somebody in who needs no password this time: by a hand-off link, or by a click in the demo."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.http import HttpRequest

from shoplink.store.database.owner import writing


def enter(request: HttpRequest, person_id: str, method: str) -> bool:
    """Sign a person in on this browser, whoever was signed in before; whether there is such a person, in force.

    `method` says how, in the session's own record.
    """
    person = get_user_model().objects.filter(person_id=person_id, is_active=True).first()
    if person is None:
        return False
    with writing():
        get_adapter().login(request, person)
        record_authentication(request, person, method)
        UserSession.objects.create_from_request(request)
    return True
