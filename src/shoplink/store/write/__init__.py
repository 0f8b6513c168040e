"""The write path in the store: load under lock, save, the event log, the feed and idempotency."""
