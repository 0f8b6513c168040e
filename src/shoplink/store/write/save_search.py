"""Save what shops and accounts are searched by, with a fixed number of statements."""

from collections.abc import Mapping

from shoplink.core.reasons import Subject
from shoplink.store.database.sql import among, execute, ids, insert, unindexed
from shoplink.store.database.terms import terms_of

_TERM = {"subject": "text", "subject_id": "text", "term": "text"}


def save_terms(subject: Subject, names: Mapping[str, str], stored: Mapping[str, str]) -> None:
    """Replace the terms of those whose name or handle is new; `stored` has the names or handles before."""
    changed = {key: name for key, name in sorted(names.items()) if stored.get(key) != name}
    renamed = changed.keys() & stored.keys()
    if renamed:
        statement = f"DELETE FROM search_term WHERE {among('subject_id')} AND {unindexed('subject')} = %s"
        execute(statement, ids(renamed), subject)
    given = [(subject, key, term) for key, name in changed.items() for term in terms_of(key, name)]
    insert("search_term", given, **_TERM)
