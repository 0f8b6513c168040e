"""Idempotency keys within one write transaction: claimed before the work, stored with its answer."""

from collections.abc import Iterable
from datetime import datetime

from shoplink.flows.answer import Answer, rejected
from shoplink.store.write import answers
from shoplink.store.write.answers import Key


class IdempotencyKeys:
    """The idempotency keys of one transaction, with their stored answers."""

    def __init__(self, keys: Iterable[Key]) -> None:
        """Claim keys. A key that another transaction holds is answered as in progress."""
        self._stored, self._running = answers.claim_keys(keys)
        self._fresh: list[tuple[str, str, str, Answer]] = []

    def answer(self, key: Key, digest: str) -> Answer | None:
        """The stored answer of a key; None if its request must still be executed.

        `digest` is that of the present request. If the key belongs to another one, the answer is a rejection with
        `idempotency.other_body`.
        """
        if key in self._running:
            return rejected("idempotency.in_progress")
        if (stored := self._stored.get(key)) is None:
            return None
        return stored.answer if stored.body_digest == digest else rejected("idempotency.other_body")

    def keep(self, key: Key, digest: str, answer: Answer) -> None:
        """Give a key its answer: from now on in this transaction, and for all others once it is committed."""
        self._stored[key] = answers.StoredAnswer(digest, answer)
        self._fresh.append((*key, digest, answer))

    def save(self, at: datetime) -> None:
        """Store the new answers, in the same transaction."""
        answers.store_answers(at, self._fresh)
