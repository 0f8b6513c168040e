"""The rows of tickets and of the messages in them."""
