"""Forms: sign-up by invitation, and a person's own name, language and time zone."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import SignupForm
from allauth.core import context
from django import forms
from django.utils.translation import gettext_lazy as _

from shoplink.core.values import WrongValueError, read_line
from shoplink.web.people.adapter import invitation_in_request
from shoplink.web.request.reader import language_now
from shoplink.wording.problems import say_wrong

NAME_LENGTH_MAX = 200


class NameField(forms.CharField):
    """A person's name: one line of text."""

    def clean(self, value: Any) -> Any:
        """The name in its normal form. Raises ValidationError, which says what is allowed."""
        try:
            return super().clean(read_line(value) if isinstance(value, str) and value.strip() else "")
        except WrongValueError as error:
            raise forms.ValidationError(say_wrong(error, language_now())) from None


class SignUpForm(SignupForm):  # type: ignore[misc] # allauth has no types
    """A new person: name and password; the address comes from the invitation."""

    field_order = ("name", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take the address from the invitation that the request carries."""
        super().__init__(*args, **kwargs)
        self.fields["name"] = NameField(
            label=_("Your name"),
            max_length=NAME_LENGTH_MAX,
            widget=forms.TextInput(attrs={"autocomplete": "name"}),
        )
        self.order_fields(self.field_order)
        invited = invitation_in_request(context.request)
        email = self.fields["email"]
        email.disabled = True  # a disabled field keeps its initial value, whatever the client sends
        email.initial = self.initial["email"] = invited.email if invited else ""


class LongSelect(forms.Select):
    """A select with hundreds of options: one template renders them all, which is faster than one template for each."""

    template_name = "people/long_select.html"


@cache
def _zones() -> list[tuple[str, str]]:
    """Every time zone of this machine that is named after a place."""
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [(name, name) for name in names]


class ProfileForm(forms.Form):
    """A person's name, language and time zone."""

    name = NameField(label=_("Your name"), max_length=NAME_LENGTH_MAX)
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("Same as my browser")), ("zh", "简体中文"), ("en", "English")],
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every time zone that this machine knows."""
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            required=False,
            choices=[("", _("Same as my browser")), ("UTC", "UTC"), *_zones()],
            widget=LongSelect,
        )
