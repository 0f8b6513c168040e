"""Word a message to a person: a subject and paragraphs for the inbox, and the same as an e-mail."""

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any, NamedTuple

from shoplink.core.facts import Side
from shoplink.core.reasons import Reason
from shoplink.wording.language import Language
from shoplink.wording.messages import MESSAGES, SEE_IN_SHOPLINK, WHY_SENT
from shoplink.wording.say import fill_in, say_reason


class MessageText(NamedTuple):
    """The texts of a message.

    `written` is what the other side wrote with it; `reasons` are those that hold a link in review, each with its remedy.
    """

    subject: str
    body: str
    written: tuple[str, ...]
    reasons: tuple[str, ...]


class MailText(NamedTuple):
    """The words of an e-mail: its body as plain text; what its link says, and why it was sent."""

    text: str
    action: str
    why: str


def say_message(  # noqa: PLR0913, PLR0917 (the parts of a message)
    kind: str,
    side: Side,
    params: Mapping[str, Any],
    reasons: Sequence[Reason],
    language: Language,
    zone: tzinfo = UTC,
    written: Sequence[str] = (),
) -> MessageText:
    """Word a message; instants are in the reader's time zone.

    `params` hold the names `shop` and `account`, and the values that the wording of the kind needs. `written` is what the
    other side wrote, in sentences.
    """
    key = f"{kind}/{side}"
    variant = f"{key}/{_variant(kind, params)}"
    wording = MESSAGES.get(variant) or MESSAGES[key]
    space = "" if language.tag == "zh" else " "
    return MessageText(
        " ".join(fill_in(wording.subject, params, language, zone).split()),
        fill_in(wording.body, params, language, zone),
        tuple(written),
        tuple(space.join(say_reason(reason, language, zone)) for reason in reasons),
    )


def _variant(kind: str, params: Mapping[str, Any]) -> str:
    """How the values of a message choose among its wordings."""
    if kind == "link.accepted":
        return "" if params.get("linked") else "pending"
    if kind == "ticket.closed":
        return str(params.get("cause"))
    if params.get("decided") == "elsewhere":
        return "elsewhere"
    return "deadline" if params.get("answer_by") else ""


def say_mail(message: MessageText, place: str, url: str, choices_url: str, language: Language) -> MailText:
    """A message as an e-mail: its text, a link to the page, why it was sent, and where to change the choice of e-mails.

    `place` is the shop or account that the reader acts for.
    """
    action, why = language.text(SEE_IN_SHOPLINK), language.text(WHY_SENT).format(place=place)
    listed = [f"• {reason}" for reason in message.reasons]
    text = "\n\n".join(
        [message.body, *message.written, *listed, f"{action}\n{url}", f"-- \n{why}\n{choices_url}"]
    )
    return MailText(f"{text}\n", action, why)
