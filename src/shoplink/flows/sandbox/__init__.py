"""A sandbox: a database whose clock can be moved forward, and everything that is due on the way."""
