"""Commission: which link, if any, an order belongs to, and how orders are read from JSON."""
