"""What shops and accounts are searched by: where each word of their ids, names and handles begins."""

from shoplink.core.values.search import word_starts


def terms_of(subject_id: str, name: str) -> list[str]:
    """The terms of a shop or an account, as `search_term` holds them: one of them begins with what is searched for."""
    return list(dict.fromkeys([*word_starts(subject_id), *word_starts(name)]))
