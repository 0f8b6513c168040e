"""The chooser of the demo: one click signs in as any of its personas. Exists only on the demo's database."""

from django.http import Http404, HttpResponseRedirect
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.demo.personas import PERSONAS, Persona, is_demo, person_id
from shoplink.store.read.names import names
from shoplink.web.page.declare import page
from shoplink.web.people.sign_in_session import sign_in_without_password
from shoplink.web.request.access import ANYONE
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.badge import Badge
from shoplink.wording.names import isolated
from shoplink.wording.sentences import N_


class PersonaCard(Struct, frozen=True):
    """A persona: who it is, and what there is to see."""

    key: str
    name: str
    place: Badge
    where: str
    story: str


class DemoPage(Struct, frozen=True):
    """The personas of the demo world."""

    sellers: list[PersonaCard]
    creators: list[PersonaCard]
    staff: list[PersonaCard]


_STORIES = {
    "mei": N_(
        "Runs an agency’s shops in two markets, with requests to answer and an invitation about to expire."
    ),
    "lan": N_("Looks after one shop that has used all ten marketing links of its 180 days."),
    "ivy": N_("Runs an agency’s shops whose links TikTok decides, and keeps their records here."),
    "leo": N_("Sells books and appears in the videos: one person with a shop and an account."),
    "callum": N_("Has an invitation that expires in a few hours."),
    "zhou": N_("Has asked to be unlinked and waits for the shop’s answer."),
    "olivia": N_("Is the official account of a tea shop."),
    "meilin": N_(
        "Confirmed an invitation; the link is in review because of where the account was registered."
    ),
    "jack": N_("Is under 18 and lives in a different country from the shops."),
    "nora": N_("Has not been invited yet, and nothing is in the way."),
    "ben": N_("Asked at TikTok to be unlinked; the shop recorded it here."),
    "eva": N_("Was invited at TikTok, and confirms there."),
    "wei": N_("Answers tickets, corrects facts, grants waivers."),
    "alex": N_("Sees everything: shops, accounts, rulebooks and the audit log."),
}


@page("demo", ANYONE, posts=True)
def chooser(visit: Visit) -> PageResponse:
    """Every persona of the demo world; the form signs in as one."""
    if not is_demo():
        raise Http404
    if visit.submitted:
        key = visit.form.get("persona", "")
        if key not in PERSONAS or not sign_in_without_password(visit.request, person_id(key), "demo"):
            raise Http404
        return HttpResponseRedirect("/")
    shops, accounts = names(_subjects("shop"), _subjects("creator"))
    cards = [_card(key, persona, shops, accounts) for key, persona in PERSONAS.items()]
    groups = [PERSONAS[card.key].places[0][0] for card in cards]
    return PageContent(
        "demo/chooser.html",
        DemoPage(
            sellers=[card for card, group in zip(cards, groups, strict=True) if group == "shop"],
            creators=[card for card, group in zip(cards, groups, strict=True) if group == "creator"],
            staff=[
                card for card, group in zip(cards, groups, strict=True) if group in {"support", "platform"}
            ],
        ),
    )


def _subjects(kind: str) -> set[str]:
    return {subject for persona in PERSONAS.values() for place, subject in persona.places if place == kind}


def _card(key: str, persona: Persona, shops: dict[str, str], accounts: dict[str, str]) -> PersonaCard:
    place, subject = persona.places[0]
    match place:
        case "shop":
            badge = Badge(_("Seller"), "azure", icon="building-store")
            others = persona.shops - 1
            where = shops.get(subject) or subject
            where = (
                _("{name} and {others} more").format(name=isolated(where), others=others) if others else where
            )
        case "creator":
            badge = Badge(_("Creator"), "purple", icon="user")
            where = f"@{accounts.get(subject) or subject}"
        case "support":
            badge, where = Badge(_("Support"), "orange", icon="headset"), ""
        case "platform":
            badge, where = Badge(_("Platform"), "green", icon="shield"), ""
    return PersonaCard(key, persona.name, badge, where, _(_STORIES[key]))
