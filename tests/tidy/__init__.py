"""How the code itself is kept."""
