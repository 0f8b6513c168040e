"""What a password must be, in our own words: Django's have no Chinese for some, and another tone for the rest."""

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    NumericPasswordValidator,
    UserAttributeSimilarityValidator,
)
from django.utils.translation import gettext


class LongEnough(MinimumLengthValidator):
    """A password has a least length."""

    def get_error_message(self) -> str:
        """Why the password is refused."""
        return gettext("This password is too short: use at least {length} characters.").format(
            length=self.min_length
        )


class NotLikeThePerson(UserAttributeSimilarityValidator):
    """A password is not similar to the person's name or address."""

    def get_error_message(self) -> str:
        """Why the password is refused."""
        return gettext("This password is too similar to your name or address.")


class NotCommon(CommonPasswordValidator):
    """A password is not one that many people use."""

    def get_error_message(self) -> str:
        """Why the password is refused."""
        return gettext("Many people use this password: choose another.")


class NotOnlyDigits(NumericPasswordValidator):
    """A password does not consist of digits only."""

    def get_error_message(self) -> str:
        """Why the password is refused."""
        return gettext("This password has only digits: add something else.")
