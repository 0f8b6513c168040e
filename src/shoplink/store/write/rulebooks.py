"""The texts of the operator's own rulebooks. They are never deleted."""

from shoplink.store.database.sql import execute, query


def texts() -> list[tuple[str, str, str]]:
    """Name, digest and text of every installed rulebook, in the order of installation."""
    return [
        (name, digest, text)
        for name, digest, text in query("SELECT name, digest, text FROM rulebook ORDER BY added")
    ]


def keep_text(name: str, digest: str, text: str) -> bool:
    """Store a rulebook's text, unless its name or its digest is already stored; returns whether it was stored."""
    return (
        execute(
            "INSERT INTO rulebook (digest, name, text, added) SELECT %s, %s, %s,"
            " COALESCE((SELECT max(added) FROM rulebook), 0) + 1 WHERE true ON CONFLICT DO NOTHING",
            digest,
            name,
            text,
        )
        > 0
    )
