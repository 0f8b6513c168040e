"""The rows of webhooks: endpoints, and the queue of what is sent to them."""
