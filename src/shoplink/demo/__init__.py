"""The demo world: a small believable database, and the personas who can be tried in it. No product flow needs it."""
