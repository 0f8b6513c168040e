"""Sign in without a password: with a sign-in link, or with a click in the demo."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest

from shoplink.store.database.owner import writing


def sign_in_without_password(request: HttpRequest, person_id: str, method: str) -> bool:
    """Sign a person in on this browser and sign out anybody else. Returns whether the person exists and is not blocked.

    `method` is recorded in the session. Who was handed off is signed in for hours: the back office can hand them off
    again, and knows sooner than this service who has left.
    """
    person = get_user_model().objects.filter(person_id=person_id, is_active=True).first()
    if person is None:
        return False
    with writing():
        get_adapter().login(request, person)
        if method == "hand_off":
            request.session.set_expiry(settings.HAND_OFF_SECONDS)
        record_authentication(request, person, method)
        UserSession.objects.create_from_request(request)
    return True
