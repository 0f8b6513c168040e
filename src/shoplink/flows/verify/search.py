"""Compare what shops and accounts are searched by with their ids, names and handles."""

from collections.abc import Iterator
from itertools import islice

from shoplink.core.reasons import Subject
from shoplink.flows.verify.difference import EXTRA, MISSING, Difference
from shoplink.store.database.terms import terms_of
from shoplink.store.write.log import named_rows, terms_by_subject, terms_of_nobody

_BATCH = 2_000
_SUBJECTS: tuple[Subject, Subject] = ("shop", "account")


def compare_search() -> Iterator[Difference]:
    """Each shop and account that lacks a term or has one too many, a batch at a time."""
    for subject in _SUBJECTS:
        rows = named_rows(subject)
        while batch := dict(islice(rows, _BATCH)):
            stored = terms_by_subject(subject, batch)
            for subject_id, name in batch.items():
                expected, found = set(terms_of(subject_id, name)), stored.get(subject_id, set())
                if expected - found:
                    yield Difference("search_term", subject_id, MISSING)
                if found - expected:
                    yield Difference("search_term", subject_id, EXTRA)
        yield from (Difference("search_term", key, EXTRA) for key in terms_of_nobody(subject))
