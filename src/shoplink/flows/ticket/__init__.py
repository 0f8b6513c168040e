"""Support tickets: how they read, the steps they take, and what a fix would unblock."""
