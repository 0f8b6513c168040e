"""Orders in the consoles: the pages that a shop and the platform have in common."""
