"""The form in which names, ids, handles, sentences and what people type into a search are compared.

Width, case, accents, punctuation and thousands separators make no difference. Latin words and numbers are words; Chinese,
Japanese and Korean have no spaces, so each of their characters may begin one.
"""

import re
from unicodedata import category, normalize

START_LENGTH_MAX = 40
STARTS_MAX = 32

_SEPARATED = re.compile(r"(?<=\d)[,，'’٬\u00a0\u202f](?=\d{3}(?!\d))")
_LETTERS = r"[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
_HAN = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
_WORD = re.compile(rf"\d+|{_HAN}|{_LETTERS}")


def fold_search(text: str) -> str:
    """The words of a text with one space between them: `Hill & Harbour 1,000` is `hill harbour 1000`.

    A change between letters, digits and Chinese begins a word: `tea88` is `tea 88`, `48小时` is `48 小时`.
    """
    if text.isascii():
        return " ".join(_WORD.findall(_SEPARATED.sub("", text).casefold()))
    plain = normalize("NFKD", _SEPARATED.sub("", normalize("NFKC", text))).casefold()
    # Marks and invisible characters go. NFC afterwards: a Korean syllable is one character again.
    kept = "".join(one for one in plain if category(one) not in {"Mn", "Cf"})
    return " ".join(_WORD.findall(normalize("NFC", kept)))


def is_han(word: str) -> bool:
    """Whether a word of a folded text is written without spaces."""
    return bool(re.fullmatch(_HAN, word))


def is_found(query: str, *texts: str) -> bool:
    """Whether each word of a query begins a word of these texts, or is within it where it is Chinese."""
    words = fold_search(query).split()
    starts = [start for text in texts for start in word_starts(text)]
    return bool(words) and all(any(start.startswith(word) for start in starts) for word in words)


def word_starts(text: str) -> list[str]:
    """The folded text from each of its words on, the whole first: what begins with a query is found by the query.

    At most STARTS_MAX of them, each cut to START_LENGTH_MAX characters. `山海 Tea` gives `山海 tea`, `海 tea`, `tea`.
    """
    folded = fold_search(text)
    starts = [
        folded[place:][:START_LENGTH_MAX]
        for place, one in enumerate(folded)
        if one != " " and (place == 0 or folded[place - 1] == " " or is_han(one))
    ]
    return list(dict.fromkeys(starts[:STARTS_MAX]))
