"""The catalogues of all vendors, by vendor tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from collector.catalogue import fusionsolar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.catalogue.terms import Catalogue

CATALOGUES: Final[Mapping[str, Catalogue]] = {fusionsolar.VENDOR: fusionsolar.CATALOGUE}
