"""A request for a page: who sends it, what they may see, how they read, and the commands that they send."""
