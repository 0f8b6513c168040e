"""Tags available in every template: assets, icons, the key of a form."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shoplink.web.page.asset import asset, icon_address
from shoplink.web.request.command import KEY_FIELD, new_form_key
from shoplink.web.request.precondition import SEEN_FIELD

register = template.Library()

register.simple_tag(asset)


@register.simple_tag
def icon(name: str, more: str = "") -> SafeString:
    """An icon of the sprite. Screen readers skip it, so text must stand beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false" fill="none" stroke="currentColor"'
        ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><use href="{}"/></svg>',
        more,
        icon_address(name),
    )


@register.filter
def bdi(name: object) -> SafeString:
    """A name that somebody has chosen, isolated from the direction of the text around it."""
    return format_html("<bdi>{}</bdi>", name)


@register.simple_tag
def once(seen: str = "") -> SafeString:
    """The hidden form key: a form that is sent several times takes effect once.

    `seen` is the token of what the form was made from: once that has changed, the form has no effect.
    """
    key = format_html('<input type="hidden" name="{}" value="{}">', KEY_FIELD, new_form_key())
    return key + format_html('<input type="hidden" name="{}" value="{}">', SEEN_FIELD, seen) if seen else key


@register.simple_tag(takes_context=True)
def here(context: template.Context) -> str:
    """The address of the current page, to return to."""
    path: str = context["request"].get_full_path()
    return path
