"""shoplink: a self-hosted account-linking service for social commerce."""
