"""Django apps of others, as this service starts them."""

from allauth.socialaccount.apps import SocialAccountConfig


class ProvidersOnDemand(SocialAccountConfig):  # type: ignore[misc] # allauth has no types
    """Loads the providers with the routes of signing in, not at every command: they bring a whole HTTP client."""

    def ready(self) -> None:
        """Only what checks the settings."""
        from allauth.socialaccount import checks  # noqa: F401, PLC0415 (it registers itself, once apps are there)
