"""What is said about links that another platform decides about."""
