"""Configuration of third-party Django apps."""

from allauth.socialaccount.apps import SocialAccountConfig


class ProvidersOnDemand(SocialAccountConfig):  # type: ignore[misc] # allauth has no types
    """Loads the providers with the sign-in routes and not at every command: they import an HTTP client."""

    def ready(self) -> None:
        """Register only the checks of the settings."""
        from allauth.socialaccount import checks  # noqa: F401, PLC0415 (registers itself once apps are loaded)
