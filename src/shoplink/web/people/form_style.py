"""allauth's forms in our style: CSS classes, labels and help texts; no placeholders instead of labels."""

from typing import Any

from django import forms
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

_CHECKS = (forms.CheckboxInput, forms.RadioSelect)

_LABELS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "password1": _("New password"),
    "password2": _("Confirm new password"),
    "oldpassword": _("Current password"),
    "code": _("Code"),
    "passwordless": _("Sign in with only this passkey, without a password"),
    "name": _("Name"),
}
_HELP = {
    "password1": _(
        "At least 10 characters. Not only digits, not a common password and not similar to your name."
    ),
}


_ERRORS = {
    "required": _("Fill this in."),
    "null_characters_not_allowed": _("This holds a character that cannot be typed (U+0000)."),
    "max_length": _("At most {limit_value} characters fit here."),
    "invalid": _("This cannot be read."),
    "invalid_choice": _("Choose one of what is offered."),
}
"""What is wrong with a field, by Django's codes of its own errors."""


def style_response(response: TemplateResponse) -> None:
    """Style every form that a response of allauth shows."""
    for value in (response.context_data or {}).values():
        if isinstance(value, forms.BaseForm):
            style_form(value)
            for bound in value:
                # The field as the template sees it: a form that was checked has taken its texts before.
                bound.label = _LABELS.get(bound.name, bound.label)
                bound.help_text = _HELP.get(bound.name, "")


def style_form(form: forms.BaseForm) -> Any:
    """Give the fields of a form their CSS classes. Returns the same form."""
    for field in form.fields.values():
        attrs = field.widget.attrs
        attrs.pop("placeholder", None)
        if isinstance(field.widget, _CHECKS):
            attrs["class"] = "form-check-input"
        elif isinstance(field.widget, forms.Select):
            attrs["class"] = "form-select"
        else:
            attrs["class"] = "form-control"
    if form.is_bound:
        _say_errors(form)
    return form


def _say_errors(form: forms.BaseForm) -> None:
    """Put our own words in the place of Django's, by what is wrong with a field."""
    for errors in form.errors.values():
        for error in errors.data:
            if isinstance(error, forms.ValidationError) and (text := _ERRORS.get(error.code or "")):
                error.message, error.params = str(text).format(**(error.params or {})), None
                error.code = None  # it is said
