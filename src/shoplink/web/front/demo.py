"""The way into the demo: anybody of its world, with one click. Nowhere else than in the demo's database."""

from django.http import Http404, HttpResponseRedirect
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.demo.personas import PERSONAS, Persona, is_demo, person_id
from shoplink.store.read.names import names
from shoplink.web.page.declare import page
from shoplink.web.people.sign_in_session import enter
from shoplink.web.request.access import ANYONE
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.badge import Badge
from shoplink.wording.sentences import N_


class PersonaCard(Struct, frozen=True):
    """Somebody to be tried out: who they are, and what there is to see through their eyes."""

    key: str
    name: str
    place: Badge
    where: str
    story: str


class DemoView(Struct, frozen=True):
    """The people of the demo world."""

    sellers: list[PersonaCard]
    creators: list[PersonaCard]
    staff: list[PersonaCard]


_STORIES = {
    "mei": N_("Runs an agency’s shops in two markets: requests to answer, an invitation about to expire."),
    "lan": N_("Looks after one shop that has used all ten marketing links of its 180 days."),
    "leo": N_("Sells books and is the face of the shop: one person, a shop and an account."),
    "callum": N_("Has an invitation that expires in a few hours."),
    "zhou": N_("Has asked to be unlinked and waits for the shop’s answer."),
    "olivia": N_("Is the official account of a tea shop."),
    "meilin": N_("Confirmed an invitation; the link is held in review by where the account was registered."),
    "jack": N_("Is not 18 yet, and lives in another country than the shops."),
    "nora": N_("Has not been invited yet: nothing stands in the way."),
    "wei": N_("Answers tickets, corrects facts, grants waivers."),
    "alex": N_("Sees everything: shops, accounts, rulebooks, who did what."),
}


@page("demo", ANYONE, posts=True)
def chooser(visit: Visit) -> PageResponse:
    """Everybody of the demo world; choosing one signs in as them."""
    if not is_demo():
        raise Http404
    if visit.submitted:
        key = visit.form.get("persona", "")
        if key not in PERSONAS or not enter(visit.request, person_id(key), "demo"):
            raise Http404
        return HttpResponseRedirect("/")
    shops, accounts = names(_subjects("shop"), _subjects("creator"))
    cards = [_card(key, persona, shops, accounts) for key, persona in PERSONAS.items()]
    groups = [PERSONAS[card.key].places[0][0] for card in cards]
    return PageContent(
        "demo/chooser.html",
        DemoView(
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
            where = _("{name} and {others} more").format(name=where, others=others) if others else where
        case "creator":
            badge = Badge(_("Creator"), "purple", icon="user")
            where = f"@{accounts.get(subject) or subject}"
        case "support":
            badge, where = Badge(_("Support"), "orange", icon="headset"), ""
        case "platform":
            badge, where = Badge(_("Platform"), "green", icon="shield"), ""
    return PersonaCard(key, persona.name, badge, where, _(_STORIES[key]))
