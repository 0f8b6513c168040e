"""The pages of help; whoever reads them, signed in or not, finds the rulebook that is in force in their market."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import CATALOGUE, Rulebook
from shoplink.flows.look import look_at
from shoplink.store.read.names import markets_of, names
from shoplink.store.read.refusal import activations
from shoplink.web.page.declare import page
from shoplink.web.request.access import ANYONE, places_of
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.wording import language_for
from shoplink.wording.say_help import PassageText, TopicText, say_reason_help, say_topics

ASKED_MAX = 100


class Entry(Struct, frozen=True):
    """A page of help to go to; `text` is how it begins."""

    url: str
    title: str
    text: str


class Rules(Struct, frozen=True):
    """Which rulebook the pages are written from, and the markets to choose from: address, name, whether chosen."""

    rulebook: str
    market: str
    markets: list[tuple[str, str, bool]]


class Contents(Struct, frozen=True):
    """The topics and the reasons, or those of them that were searched for."""

    rules: Rules
    asked: str
    topics: list[Entry]
    reasons: list[Entry]
    home_url: str
    tickets: list[Entry]


class Article(Struct, frozen=True):
    """A topic, or the paragraph of a reason (`code`; `support_helps` then says whether a ticket can be opened)."""

    rules: Rules
    title: str
    steps: list[PassageText]
    before: list[PassageText]
    after: list[PassageText]
    reasons: list[Entry]
    home_url: str
    code: str = ""
    support_helps: bool = False


class _Centre:
    """The help centre for one visit: in the reader's language, by the rulebook of the chosen market."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        world = look_at().world
        may = places_of(visit.request)
        mine = markets_of(may.shops, may.accounts)
        markets = mine or sorted({each.market for each in activations()})
        asked = visit.query.get("market", "")
        self.market = asked if asked in markets else (mine[0] if mine else "")
        self.rulebook: Rulebook = world.rulebook(self.market)
        self.topics = say_topics(self.rulebook, visit.language)
        self.reasons = say_reason_help(self.rulebook, visit.language)
        here = visit.request.path
        self.rules = Rules(
            rulebook=self.rulebook.name,
            market=visit.language.country(self.market) if self.market else "",
            markets=[
                (f"{here}?{urlencode({'market': one})}", visit.language.country(one), one == self.market)
                for one in markets
            ],
        )

    def url(self, path: str = "") -> str:
        """A page of help, in the market that was chosen."""
        return f"/help/{path}" + (f"?{urlencode({'market': self.market})}" if self.market else "")

    def entries(self, topics: Iterable[TopicText], folder: str = "") -> list[Entry]:
        """The ways to these pages."""
        return [Entry(self.url(f"{folder}{one.name}"), one.title, one.passages[0].text) for one in topics]

    def article(self, topic: TopicText, code: str = "") -> Article:
        """A topic or a reason in full."""
        kinds = [passage.kind for passage in topic.passages]
        first = kinds.index("step") if "step" in kinds else len(kinds)
        steps = [passage for passage in topic.passages if passage.kind == "step"]
        return Article(
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
        """Whether a ticket may be opened; about a request that may stay open for ever, once it has waited long."""
        waits = code == "unlink.already_requested" and self.rulebook.unlink_answer_ttl is None
        return waits or CATALOGUE[code].support_helps

    def found(self, asked: str) -> tuple[list[Entry], list[Entry]]:
        """The pages in which every word asked for stands, in either language; those that have it in the title first."""
        words = asked.casefold().split()
        both = [
            {name: _words_of(topic) for name, topic in say(self.rulebook, language_for(tag)).items()}
            for say in (say_topics, say_reason_help)
            for tag in ("zh", "en")
        ]
        topics = _matching(self.topics, both[:2], words)
        reasons = _matching(self.reasons, both[2:], words)
        return self.entries(topics), self.entries(reasons, "reasons/")


def _my_tickets(visit: Visit) -> list[Entry]:
    """Where the tickets of each shop and account of mine stand, and all of them for support."""
    mine = places_of(visit.request)
    shops, accounts = names(mine.shops, mine.accounts)
    found = [Entry(f"/seller/{one}/tickets", shops.get(one) or one, one) for one in mine.shops]
    for one in mine.accounts:
        handle = accounts.get(one)
        found.append(Entry(f"/creator/{one}/tickets", f"@{handle}" if handle else one, one))
    return [*found, *([Entry("/support/", _("All tickets"), "")] if mine.support else [])]


def _words_of(topic: TopicText) -> tuple[str, str]:
    """A page's title, and all of its words."""
    texts = " ".join(passage.text for passage in topic.passages)
    return topic.title.casefold(), f"{topic.name} {topic.title} {texts}".casefold()


def _matching(
    topics: dict[str, TopicText], spoken: list[dict[str, tuple[str, str]]], words: list[str]
) -> list[TopicText]:
    found = [
        name
        for name in topics
        if any(all(word in words_of_topic[name][1] for word in words) for words_of_topic in spoken)
    ]
    in_title = {
        name
        for name in found
        if any(all(word in words_of_topic[name][0] for word in words) for words_of_topic in spoken)
    }
    return [topics[name] for name in sorted(found, key=lambda name: name not in in_title)]


@page("help/", ANYONE)
def home(visit: Visit) -> PageResponse:
    """Every topic and every reason; `?q=` leaves those in which the words stand."""
    centre = _Centre(visit)
    asked = visit.query.get("q", "").strip()[:ASKED_MAX]
    if asked:
        topics, reasons = centre.found(asked)
    else:
        topics = centre.entries(centre.topics.values())
        reasons = centre.entries(centre.reasons.values(), "reasons/")
    return PageContent(
        "help/home.html",
        Contents(centre.rules, asked, topics, reasons, centre.url(), [] if asked else _my_tickets(visit)),
    )


@page("help/<str:topic>", ANYONE)
def topic(visit: Visit, topic: str) -> PageResponse:
    """One topic, step by step."""
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
