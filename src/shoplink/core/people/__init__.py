"""People and where they may act: who is a member of a place, who is invited, who is blocked."""
