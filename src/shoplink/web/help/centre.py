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
from shoplink.web.page.declare import page
from shoplink.web.request.access import ANYONE, places_of
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.wording import language_for
from shoplink.wording.say_help import PassageText, TopicText, say_reason_help, say_topics

QUERY_LENGTH_MAX = 100


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
    """The topics and the reasons, or the search results among them."""

    rules: RulebookChoice
    query: str
    topics: list[HelpEntry]
    reasons: list[HelpEntry]
    home_url: str
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

    def search(self, query: str) -> tuple[list[HelpEntry], list[HelpEntry]]:
        """The pages that contain every word of the query, in either language; matches in titles come first."""
        words = query.casefold().split()
        both = [
            {name: _words_of(topic) for name, topic in say(self.rulebook, language_for(tag)).items()}
            for say in (say_topics, say_reason_help)
            for tag in ("zh", "en")
        ]
        topics = _matching(self.topics, both[:2], words)
        reasons = _matching(self.reasons, both[2:], words)
        return self.entries(topics), self.entries(reasons, "reasons/")


def _my_tickets(visit: Visit) -> list[HelpEntry]:
    """Links to the tickets of the reader's shops and accounts, and to the queue for support."""
    mine = places_of(visit.request)
    shops, accounts = names(mine.shops, mine.accounts)
    entries = [HelpEntry(f"/seller/{one}/tickets", shops.get(one) or one, one) for one in mine.shops]
    for one in mine.accounts:
        handle = accounts.get(one)
        entries.append(HelpEntry(f"/creator/{one}/tickets", f"@{handle}" if handle else one, one))
    return [*entries, *([HelpEntry("/support/", _("All tickets"), "")] if mine.support else [])]


def _words_of(topic: TopicText) -> tuple[str, str]:
    """A page's title and its whole text, in lower case."""
    texts = " ".join(passage.text for passage in topic.passages)
    return topic.title.casefold(), f"{topic.name} {topic.title} {texts}".casefold()


def _matching(
    topics: dict[str, TopicText], spoken: list[dict[str, tuple[str, str]]], words: list[str]
) -> list[TopicText]:
    matches = [
        name for name in topics if any(all(word in by_name[name][1] for word in words) for by_name in spoken)
    ]
    in_title = {
        name for name in matches if any(all(word in by_name[name][0] for word in words) for by_name in spoken)
    }
    return [topics[name] for name in sorted(matches, key=lambda name: name not in in_title)]


@page("help/", ANYONE)
def home(visit: Visit) -> PageResponse:
    """Every topic and every reason; `?q=` searches them."""
    centre = _Centre(visit)
    query = visit.query.get("q", "").strip()[:QUERY_LENGTH_MAX]
    if query:
        topics, reasons = centre.search(query)
    else:
        topics = centre.entries(centre.topics.values())
        reasons = centre.entries(centre.reasons.values(), "reasons/")
    return PageContent(
        "help/home.html",
        HelpHome(centre.rules, query, topics, reasons, centre.url(), [] if query else _my_tickets(visit)),
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
