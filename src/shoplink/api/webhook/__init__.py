"""Webhook endpoints over the API: those of the platform, and those of each shop."""

from shoplink.api.webhook.delivery import operations as deliveries
from shoplink.api.webhook.endpoint import operations as endpoints

operations = (*endpoints, *deliveries)
