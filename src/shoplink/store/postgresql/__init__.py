"""The database engine for PostgreSQL, with a cheaper check that a connection still works."""
