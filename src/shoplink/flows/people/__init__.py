"""People: memberships and invitations, sign-in links, blocked access, and account look-ups by sellers."""
