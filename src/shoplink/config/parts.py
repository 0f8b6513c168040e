"""The generated parts of the package: a wheel contains them, a checkout may lack them."""

from django.conf import settings

from shoplink.web.page.asset import AssetsMissingError, assets_version


def missing_parts() -> list[str]:
    """A sentence for each missing part that pages need."""
    missing = []
    try:
        assets_version()
    except AssetsMissingError as error:
        missing.append(str(error))
    if not all(any(path.glob("*/LC_MESSAGES/*.mo")) for path in settings.LOCALE_PATHS):
        missing.append("the Chinese of the pages is not compiled; run `make assets`")
    return missing
