"""The parts of the package that are built and not written: a checkout may lack them, a wheel has them."""

from django.conf import settings

from shoplink.web.page.asset import AssetsMissingError, build


def missing_parts() -> list[str]:
    """A sentence for each part without which pages would be broken."""
    missing = []
    try:
        build()
    except AssetsMissingError as error:
        missing.append(str(error))
    if not all(any(path.glob("*/LC_MESSAGES/*.mo")) for path in settings.LOCALE_PATHS):
        missing.append("the Chinese of the pages is not compiled; run `make assets`")
    return missing
