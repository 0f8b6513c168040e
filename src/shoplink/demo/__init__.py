"""The demo world: a small, plausible database, and the personas to try it with. No product flow needs it."""
