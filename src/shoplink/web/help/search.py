"""Rank help pages by what people ask: questions in either language, with their own words, numbers, units and spellings.

The corpus is small and in code: an index is a few dictionaries. It knows no request, no rulebook and no address.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from math import log
from typing import NamedTuple

from shoplink.core.values.search import fold_search, is_han

_ASKED, _TITLE, _TEXT = 4.0, 3.0, 1.0
_PHRASE = 2.0
_WHOLE = 4.0
_OF_THE_BEST = 0.4
_GUESS = 0.5
_MISTYPED_LENGTH_MIN, _LIKENESS_MIN = 4, 0.75
_STEM_LENGTH_MIN = 3

# What makes a question of a sentence, and says nothing of what it is about.
_QUESTION_ZH = re.compile(
    "怎么办|怎么样|怎么|怎样|如何|为什么|为啥|为何|什么是|是什么|什么时候|能不能|能否|可不可以|可以|请问|我想|我要|我们|"
    "[吗呢吧了的我是啊]"
)
_QUESTION_EN = frozenset(
    fold_search(
        "a about am an and are as at be been but by can cannot could did do does doesn't don't for from get got had has have how"
        " i if im in into is isn't it its me mean my of on or our please should so that the their them then there this to up us"
        " was we what when where which who why will with won't would you your"
    ).split()
)
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(k|w|千|万)(?![a-z])", re.IGNORECASE)
_TIMES = {"k": 1_000, "千": 1_000, "w": 10_000, "万": 10_000}
_UNITS = {"h": "hour", "hr": "hour", "hrs": "hour", "d": "day", "钟头": "小时", "个小时": "小时"}
_ENDS = ("ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "s", "ly", "e", "y")


class Page(NamedTuple):
    """A page as it is searched: its title and its text in both languages, and what people ask that it answers."""

    titles: str
    texts: str
    asked: tuple[str, ...] = ()


class Index(NamedTuple):
    """What the search of some pages is made of: by word the pages with its weight there, and the phrases of each page."""

    weights: dict[str, dict[str, float]]
    phrases: list[tuple[frozenset[str], str]]
    pages: int


def make_index(pages: Mapping[str, Page]) -> Index:
    """The index of pages by their names."""
    weights: dict[str, dict[str, float]] = {}
    phrases = []
    for name, page in pages.items():
        for weight, text in ((_TEXT, page.texts), (_TITLE, page.titles), (_ASKED, "\n".join(page.asked))):
            for line in text.split("\n"):
                for word in search_words(line):
                    weights.setdefault(word, {})[name] = weight
        phrases += [(words, name) for each in page.asked if (words := frozenset(search_words(each)))]
    return Index(weights, phrases, len(pages))


def search_words(text: str) -> list[str]:
    """The words that are compared: stems of English, pairs of Chinese characters, numbers; without those of a question.

    `How do I unlink?` is `unlink`, `怎么解除绑定` is `解除 除绑 绑定`, `1,000粉丝` and `1k 粉丝` are `1000 粉丝`.
    """
    plain = _AMOUNT.sub(lambda found: f"{float(found[1]) * _TIMES[found[2].lower()]:.0f} ", text)
    words: list[str] = []
    for word in fold_search(_QUESTION_ZH.sub(" ", plain)).split():
        known = _UNITS.get(word, word)
        if is_han(known):
            words += [known[place : place + 2] for place in range(len(known) - 1)] or [known]
        elif known not in _QUESTION_EN:
            words.append(_stem(known))
    return list(dict.fromkeys(words))


def search_pages(index: Index, query: str) -> list[str]:
    """The names of the pages that answer a query, best first; none that is much worse than the best."""
    words = {word: _pages_with(index, word) for word in search_words(query)}
    scores: defaultdict[str, float] = defaultdict(float)
    for found in words.values():
        rarity = log(1 + index.pages / (1 + len(found)))
        for name, weight in found.items():
            scores[name] += weight * rarity
    asked = frozenset(words)
    best_phrase: dict[str, float] = {}
    for phrase, name in index.phrases:
        if phrase <= asked:
            rarity = sum(log(1 + index.pages / (1 + len(index.weights[word]))) for word in phrase)
            bonus = rarity * (_WHOLE if phrase == asked else _PHRASE)
            best_phrase[name] = max(bonus, best_phrase.get(name, 0))
    for name, bonus in best_phrase.items():
        scores[name] += bonus
    ordered = sorted(scores, key=scores.__getitem__, reverse=True)
    return [name for name in ordered if scores[name] >= _OF_THE_BEST * scores[ordered[0]]]


def _pages_with(index: Index, word: str) -> Mapping[str, float]:
    """The pages with a word; with words that begin with it, or that it may be a misspelling of, where no page has it."""
    if word in index.weights:
        return index.weights[word]
    if word.isdecimal():
        return {}
    if is_han(word):
        # A pair of characters that stands nowhere: a word of one character, or two words side by side.
        return _united(index, [one for one in index.weights if len(word) == 1 and word in one])
    begun = [one for one in index.weights if len(word) >= _STEM_LENGTH_MIN and one.startswith(word)]
    near = (
        get_close_matches(word, [one for one in index.weights if one.isascii()], 2, _LIKENESS_MIN)
        if not begun and len(word) >= _MISTYPED_LENGTH_MIN
        else []
    )
    return _united(index, begun or near)


def _united(index: Index, words: Iterable[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for word in words:
        for name, weight in index.weights[word].items():
            found[name] = max(found.get(name, 0), weight * _GUESS)
    return found


def _stem(word: str) -> str:
    """An English word without its ending, so that `linked`, `linking` and `links` are one; others as they are."""
    for end in _ENDS:
        if word.endswith(end) and len(word) - len(end) >= _STEM_LENGTH_MIN:
            short = word[: -len(end)]
            return (
                short[:-1] if end in {"ing", "ed"} and short[-1] == short[-2] and short[-1] != "s" else short
            )
    return word
