"""Word the help centre: all topics, and the paragraphs of all reasons, for a rulebook and a language."""

from typing import Any, NamedTuple

from shoplink.core.rulebook import Quota, Rulebook
from shoplink.wording.help import TOPICS
from shoplink.wording.help_reasons import REASONS_HELP
from shoplink.wording.language import Language
from shoplink.wording.passage import PassageKind, Topic
from shoplink.wording.text import Plural


class PassageText(NamedTuple):
    """The text of a passage, and the sentences that its numbers come from."""

    text: str
    kind: PassageKind
    sources: tuple[str, ...]


class TopicText(NamedTuple):
    """The texts of a topic, or of the paragraph of a reason."""

    name: str
    title: str
    passages: tuple[PassageText, ...]
    reasons: tuple[str, ...]


def say_topics(rulebook: Rulebook, language: Language) -> dict[str, TopicText]:
    """Every topic by its name, with the rulebook's numbers."""
    return {name: _topic_text(name, topic, rulebook, language) for name, topic in TOPICS.items()}


def say_reason_help(rulebook: Rulebook, language: Language) -> dict[str, TopicText]:
    """The paragraph of every reason by its code, with the rulebook's numbers."""
    return {code: _topic_text(code, topic, rulebook, language) for code, topic in REASONS_HELP.items()}


def say_reason_title(code: str, language: Language) -> str:
    """The title of a reason, in a few words."""
    return language.text(REASONS_HELP[code].title)


def numbers(rulebook: Rulebook, language: Language) -> dict[str, Any]:
    """The rulebook's numbers by the names that passages use; an unlimited quota has none."""
    parameters = rulebook.parameters
    values: dict[str, Any] = {
        "age": parameters.minimum_age_years,
        "open_official": parameters.slots_open.official,
        "open_marketing": parameters.slots_open.marketing,
        "invited_official": parameters.slots_invited.official,
        "invited_marketing": parameters.slots_invited.marketing,
        "invitation_hours": parameters.invitation_hours,
        "minimum_hours": parameters.minimum_link_age_hours,
        "unlinks": parameters.official_unlinks_per_shop,
        "followers": f"{parameters.affiliate_followers_minimum:,}",
        "answer_days": parameters.unlink_answer_days,
        "countries": ("、" if language.tag == "zh" else ", ").join(
            language.country(code) for code in sorted(parameters.uncorrectable_regions)
        ),
    }
    for of, quota in (
        ("shop", parameters.marketing_links_per_shop),
        ("account", parameters.marketing_links_per_account),
    ):
        if isinstance(quota, Quota):
            values |= {f"{of}_limit": quota.limit, f"{of}_days": quota.days}
    return values


def _topic_text(name: str, topic: Topic, rulebook: Rulebook, language: Language) -> TopicText:
    values = numbers(rulebook, language)
    passages = []
    for passage in topic.passages:
        if not passage.when(rulebook):
            continue
        text = passage.text
        count = values[text.by] if isinstance(text, Plural) else 0
        sentences = language.text(text, count).format_map(values)
        sources = tuple(rulebook.sources[parameter] for parameter in passage.sources)
        passages.append(PassageText(sentences, passage.kind, sources))
    return TopicText(name, language.text(topic.title), tuple(passages), topic.reasons)
