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
    return form
