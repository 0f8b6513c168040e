"""Where things are decided: a newcomer's questions with their answers, as the section of CONTRIBUTING.md.

Each place is a file and a snippet that stands in it once; the line's number is looked up, so it is true or the page
cannot be made.
"""

from typing import NamedTuple

from tests.traceability import ROOT

CONTRIBUTING = ROOT / "CONTRIBUTING.md"
START, END = "<!-- code map: `make docs` writes it -->\n", "<!-- end of the code map -->\n"

CORE, FLOWS, STORE, WEB = (f"src/shoplink/{name}" for name in ("core", "flows", "store", "web"))


class Place(NamedTuple):
    """A line: the file, from the root, a snippet that is on this line alone, and what is there."""

    path: str
    snippet: str
    what: str


QUESTIONS: dict[str, tuple[Place, ...]] = {
    "Where is it decided that an invitation expires after 48 hours?": (
        Place(
            "src/shoplink/rulebooks/guide-2024-11.toml", "[invitation_hours]", "the number, with its source"
        ),
        Place(f"{CORE}/decisions/begin.py", "expires_at=shift(", "the invitation gets its deadline"),
        Place(f"{CORE}/due.py", "def due_at(", "the deadline is due"),
    ),
    "Where is a slot counted?": (
        Place(f"{CORE}/rules.py", "def slot_is_free(", "the rule"),
        Place(f"{STORE}/write/save.py", "class _Slots", "the numbered slot that a live link holds"),
        Place(f"{STORE}/models/linking.py", 'name="slot_is_held_once"', "the constraint that holds it"),
    ),
    "Where is the window of 180 days?": (
        Place(
            "src/shoplink/rulebooks/guide-2024-11.toml",
            "[marketing_links_per_shop]",
            "the numbers, with their source",
        ),
        Place(f"{CORE}/rules.py", "def _quota_is_left(", "the rule"),
        Place(f"{STORE}/write/load.py", "def _read_windows(", "what is loaded for it"),
    ),
    "Who may see the page of a link?": (
        Place(
            f"{WEB}/seller/link.py",
            '@page("seller/<str:shop_id>/links/<str:link_id>", SELLER',
            "the page, with its access",
        ),
        Place(f"{WEB}/request/access.py", "def visible_link(", "whose link it is"),
        Place(
            "tests/web/permissions.golden.txt",
            "GET /seller/<str:shop_id>/links/<str:link_id> |",
            "every route, with who may use it",
        ),
    ),
    "Where is an e-mail made?": (
        Place(f"{FLOWS}/message/send_mail.py", "mail.EmailMultiAlternatives(", "about links and tickets"),
        Place(f"{WEB}/people/account_mail.py", "def invitation_mail(", "about signing in and invitations"),
    ),
    "How does a reason get its Chinese?": (
        Place(
            "src/shoplink/wording/sentences.py", '"account.under_age": Wording(', "code → English sentences"
        ),
        Place("src/shoplink/locale/zh_Hans/LC_MESSAGES/django.po", "", "English sentence → Chinese sentence"),
        Place("src/shoplink/wording/say.py", "def say_reason(", "both, with the numbers filled in"),
    ),
    "What SQL runs for an invitation?": (
        Place("tests/store/statements.golden.txt", "== sqlite: invite alone", "every statement, in order"),
        Place("tests/store/statements.golden.txt", "== postgresql: invite alone", "the same on PostgreSQL"),
    ),
    "How do I add a market?": (
        Place("docs/how-to/open-a-market.md", "# Open a market", "what it needs, and what it gets by itself"),
    ),
}


def line_of(place: Place) -> int:
    """The number of the line that a place's snippet is on. Raises AssertionError if it is not there exactly once."""
    lines = (ROOT / place.path).read_text(encoding="utf-8").splitlines()
    if not place.snippet:
        return 1
    found = [number for number, line in enumerate(lines, 1) if place.snippet in line]
    assert len(found) == 1, f"{place.path}: {place.snippet!r} is on lines {found}"
    return found[0]


def section() -> str:
    """The section, as it should be."""
    parts = []
    for question, places in QUESTIONS.items():
        listed = [f"- {place.what}: [`{place.path}:{line_of(place)}`]({place.path})" for place in places]
        parts.append("\n".join([f"**{question}**", "", *listed, ""]))
    return "\n".join(parts)


def page() -> str:
    """CONTRIBUTING.md with its section as it should be."""
    text = CONTRIBUTING.read_text(encoding="utf-8")
    before, rest = text.split(START)
    return f"{before}{START}\n{section()}\n{END}{rest.split(END)[1]}"
