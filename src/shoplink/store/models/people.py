"""The tables of people: who they are, where they may act, and the links and invitations that let them in.

The tables of sign-in itself (sessions, passkeys, addresses) belong to Django and allauth. They refer to a person by the
row's number; our own tables use `person_id`.
"""

import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.functions import Lower

from shoplink.store.database.fields import InstantField

_ID = 64
_TEXT = 200
_WORD = 40
_EMAIL = 254


def mint_person_id() -> str:
    """A new person's id: random, in the form of all ids."""
    return f"person_{secrets.token_hex(10)}"


class Person(AbstractBaseUser):
    """A person who can sign in. Without an address: only by a sign-in link, or (demo) by a click.

    `language` is zh or en, `time_zone` an IANA name; empty means that of the browser. Codes that were sent before
    `codes_since` (microseconds since 1970 UTC) no longer count.
    """

    number = models.BigAutoField(primary_key=True)
    person_id = models.CharField(max_length=_ID, unique=True, default=mint_person_id)
    email = models.EmailField(max_length=_EMAIL, unique=True, null=True)  # noqa: DJ001 (null is "none", and not unique)
    name = models.CharField(max_length=_TEXT, blank=True)
    language = models.CharField(max_length=2, blank=True)
    time_zone = models.CharField(max_length=_WORD, blank=True)
    is_active = models.BooleanField(default=True)
    codes_since = models.BigIntegerField(default=0, db_default=0)
    last_login = None  # a sign-in is recorded with its session, which the person can see and end

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = BaseUserManager["Person"]()

    class Meta:
        """The table. Addresses are stored in lower case, so that they are unique regardless of case."""

        db_table = "person"
        constraints = (
            CheckConstraint(condition=Q(email=Lower(F("email"))), name="person_email_is_lower_case"),
        )


class Membership(models.Model):
    """Where a person may act: for one shop, for one account, or (with no subject) as staff."""

    number = models.BigAutoField(primary_key=True)
    person_id = models.CharField(max_length=_ID)
    place = models.CharField(max_length=_WORD)
    subject_id = models.CharField(max_length=_ID)
    joined_at = InstantField()

    class Meta:
        """The table."""

        db_table = "membership"
        constraints = (
            UniqueConstraint(fields=("person_id", "place", "subject_id"), name="person_is_a_member_once"),
        )
        indexes = (Index(fields=("place", "subject_id", "number"), name="membership_subject"),)


class MemberInvitation(models.Model):
    """An invitation of an e-mail address to act somewhere; only the digest of its secret is stored.

    `mailed`: the secret went to the address by e-mail and was shown to nobody. Only a reader of that mailbox has it.
    """

    number = models.BigAutoField(primary_key=True)
    invitation_id = models.CharField(max_length=_ID, unique=True)
    email = models.CharField(max_length=_EMAIL)
    place = models.CharField(max_length=_WORD)
    subject_id = models.CharField(max_length=_ID)
    digest = models.CharField(max_length=64, unique=True)
    invited_at = InstantField()
    expires_at = InstantField()
    used_at = InstantField(null=True)
    withdrawn_at = InstantField(null=True)
    mailed = models.BooleanField(default=False, db_default=False)

    class Meta:
        """The table."""

        db_table = "member_invitation"
        constraints = (
            CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="invitation_has_one_end",
            ),
        )
        indexes = (Index(fields=("place", "subject_id", "number"), name="member_invitation_subject"),)


class SecondFactorReset(models.Model):
    """The second factors of a person that are to be reset at an instant."""

    person_id = models.CharField(primary_key=True, max_length=_ID)
    due_at = InstantField()

    class Meta:
        """The table."""

        db_table = "second_factor_reset"
        indexes = (Index(fields=("due_at",), name="second_factor_reset_due"),)


class Attempt(models.Model):
    """An entry of Django's cache (`flows/people/attempts.py`): the digest of its key, and its value as JSON."""

    key = models.CharField(primary_key=True, max_length=64)
    value = models.TextField()
    expires_at = InstantField()

    class Meta:
        """The table."""

        db_table = "attempt"
        indexes = (Index(fields=("expires_at",), name="attempt_expires"),)


class SignInLink(models.Model):
    """A sign-in link: it signs one person in, once, within minutes; only its digest is stored."""

    digest = models.CharField(primary_key=True, max_length=64)
    person_id = models.CharField(max_length=_ID)
    path = models.CharField(max_length=_TEXT)
    created_at = InstantField()
    expires_at = InstantField()
    used_at = InstantField(null=True)

    class Meta:
        """The table."""

        db_table = "sign_in_link"
        indexes = (Index(fields=("expires_at",), name="sign_in_link_expires"),)
