"""The pages of the help centre, written from the rulebook in force in the reader's market; no sign-in needed."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import CATALOGUE, Rulebook
from shoplink.flows.look import look_at
from shoplink.store.read.foresight import markets_of_shops
from shoplink.store.read.names import markets_of, names
from shoplink.store.read.refusal import activations
from shoplink.web.help.asked import ASKED
from shoplink.web.help.search import Index, Page, make_index, search_pages
from shoplink.web.page.declare import page
from shoplink.web.request.access import ANYONE, places_of
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.wording import Tag, language_for
from shoplink.wording.say_help import PassageText, TopicText, say_reason_help, say_topics

QUERY_LENGTH_MAX = 100
_RESULTS_MAX = 12
_TAGS: tuple[Tag, Tag] = ("zh", "en")


class HelpEntry(Struct, frozen=True):
    """A link to a help page; `text` is its first paragraph."""

    url: str
    title: str
    text: str


class RulebookChoice(Struct, frozen=True):
    """The rulebook that the pages are written from, and the markets to choose: address, name and whether chosen.

    `everywhere`: no market has another one in force.
    """

    rulebook: str
    market: str
    everywhere: bool
    markets: list[tuple[str, str, bool]]


class HelpHome(Struct, frozen=True):
    """All topics and all reasons; of a search, the pages that answer it, best first."""

    rules: RulebookChoice
    query: str
    results: list[HelpEntry]
    topics: list[HelpEntry]
    reasons: list[HelpEntry]
    home_url: str
    support_url: str
    tickets: list[HelpEntry]


class HelpArticle(Struct, frozen=True):
    """A topic, or a reason (`code`), for which `support_helps` says whether a ticket can be opened."""

    rules: RulebookChoice
    title: str
    steps: list[PassageText]
    before: list[PassageText]
    after: list[PassageText]
    reasons: list[HelpEntry]
    home_url: str
    code: str = ""
    support_helps: bool = False


class _Centre:
    """The help centre for one visit, in the reader's language and by the rulebook of the chosen market."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        world = look_at().world
        may = places_of(visit.request)
        mine = markets_of(may.shops, may.accounts)
        markets = mine or sorted({*markets_of_shops(), *(each.market for each in activations())})
        chosen = visit.query.get("market", "")
        self.market = chosen if chosen in markets else (mine[0] if mine else "")
        self.rulebook: Rulebook = world.rulebook(self.market)
        self.topics = say_topics(self.rulebook, visit.language)
        self.reasons = say_reason_help(self.rulebook, visit.language)
        here = visit.request.path
        self.rules = RulebookChoice(
            rulebook=self.rulebook.name,
            market=visit.language.country(self.market) if self.market else "",
            everywhere=all(world.rulebook(one).name == self.rulebook.name for one in markets),
            markets=[
                (f"{here}?{urlencode({'market': one})}", visit.language.country(one), one == self.market)
                for one in markets
            ],
        )

    def url(self, path: str = "") -> str:
        """The address of a help page for the chosen market."""
        return f"/help/{path}" + (f"?{urlencode({'market': self.market})}" if self.market else "")

    def entries(self, topics: Iterable[TopicText], folder: str = "") -> list[HelpEntry]:
        """Links to these pages."""
        return [HelpEntry(self.url(f"{folder}{one.name}"), one.title, one.passages[0].text) for one in topics]

    def article(self, topic: TopicText, code: str = "") -> HelpArticle:
        """The page of a topic or a reason."""
        kinds = [passage.kind for passage in topic.passages]
        first = kinds.index("step") if "step" in kinds else len(kinds)
        steps = [passage for passage in topic.passages if passage.kind == "step"]
        return HelpArticle(
            rules=self.rules,
            title=topic.title,
            before=list(topic.passages[:first]),
            steps=steps,
            after=[passage for passage in topic.passages[first:] if passage.kind != "step"],
            reasons=self.entries((self.reasons[each] for each in topic.reasons), "reasons/"),
            home_url=self.url(),
            code=code,
            support_helps=bool(code) and self._support_helps(code),
        )

    def _support_helps(self, code: str) -> bool:
        """Whether a ticket can be opened about a reason, also an unlink request where no deadline answers it."""
        waits = code == "unlink.already_requested" and self.rulebook.unlink_answer_ttl is None
        return waits or CATALOGUE[code].support_helps

    def search(self, query: str) -> list[HelpEntry]:
        """The pages that answer a question in either language, best first."""
        found = search_pages(_index_of(self.rulebook), query)[:_RESULTS_MAX]
        return [
            entry
            for name in found
            for entry in (
                self.entries([self.topics[name]])
                if name in self.topics
                else self.entries([self.reasons[name]], "reasons/")
            )
        ]


_INDEXES: dict[str, Index] = {}
"""By digest of a rulebook, what its pages are searched by: made once in a process, as rulebooks are few and never change."""


def _index_of(rulebook: Rulebook) -> Index:
    if rulebook.digest not in _INDEXES:
        _INDEXES[rulebook.digest] = help_index(rulebook)
    return _INDEXES[rulebook.digest]


def _my_tickets(visit: Visit) -> list[HelpEntry]:
    """Links to the tickets of the reader's shops and accounts, and to the queue for support."""
    mine = places_of(visit.request)
    shops, accounts = names(mine.shops, mine.accounts)
    entries = [HelpEntry(f"/seller/{one}/tickets", shops.get(one) or one, one) for one in mine.shops]
    for one in mine.accounts:
        handle = accounts.get(one)
        entries.append(HelpEntry(f"/creator/{one}/tickets", f"@{handle}" if handle else one, one))
    return [*entries, *([HelpEntry("/support/", _("All tickets"), "")] if mine.support else [])]


def help_index(rulebook: Rulebook) -> Index:
    """What the pages of a rulebook are searched by, in both languages."""
    titles: dict[str, list[str]] = {}
    texts: dict[str, list[str]] = {}
    for tag in _TAGS:
        language = language_for(tag)
        for name, topic in (say_topics(rulebook, language) | say_reason_help(rulebook, language)).items():
            titles.setdefault(name, []).append(topic.title)
            texts.setdefault(name, [name]).extend(passage.text for passage in topic.passages)
        # Who types a country asks what it has to do with linking.
        texts["account.region_mismatch"].extend(language.locale.territories.values())
    return make_index(
        {name: Page("\n".join(titles[name]), "\n".join(texts[name]), ASKED.get(name, ())) for name in titles}
    )


@page("help/", ANYONE)
def home(visit: Visit) -> PageResponse:
    """Every topic and every reason; `?q=` searches them."""
    centre = _Centre(visit)
    query = visit.query.get("q", "").strip()[:QUERY_LENGTH_MAX]
    results = centre.search(query) if query else []
    all_shown = not results
    return PageContent(
        "help/home.html",
        HelpHome(
            rules=centre.rules,
            query=query,
            results=results,
            topics=centre.entries(centre.topics.values()) if all_shown else [],
            reasons=centre.entries(centre.reasons.values(), "reasons/") if not query else [],
            home_url=centre.url(),
            support_url=centre.url("support"),
            tickets=_my_tickets(visit) if all_shown else [],
        ),
    )


@page("help/<str:topic>", ANYONE)
def topic(visit: Visit, topic: str) -> PageResponse:
    """One topic of the guide."""
    centre = _Centre(visit)
    if topic not in centre.topics:
        raise Http404
    return PageContent("help/article.html", centre.article(centre.topics[topic]))


@page("help/reasons/<str:code>", ANYONE)
def reason(visit: Visit, code: str) -> PageResponse:
    """What a reason means, and what to do."""
    centre = _Centre(visit)
    if code not in centre.reasons:
        raise Http404
    return PageContent("help/article.html", centre.article(centre.reasons[code], code))
