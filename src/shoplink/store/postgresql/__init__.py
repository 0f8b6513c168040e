"""How Django talks to PostgreSQL here: its own engine, with a cheaper look at whether a connection still works."""
