"""Webhooks: events of the feed, signed and sent to the addresses that others have named."""
