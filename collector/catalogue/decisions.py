"""What the collector does about each kind of refusal, in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from collector.catalogue.terms import Decision

if TYPE_CHECKING:
    from collections.abc import Mapping

DOES: Final[Mapping[Decision, str]] = {
    Decision.LOG_IN: "Logs in once and asks again. A second refusal within a minute of a login is reported as another program "
    "using the account.",
    Decision.WAIT: "Waits and asks again later; nothing is lost. After 407 the interface keeps a larger distance; 403 and 429 "
    "count for the whole cloud.",
    Decision.STOP_INTERFACE: "Lets the interface rest until its window frees; the others go on.",
    Decision.NEVER_AGAIN: "Leaves the interface alone and tries it once a day, in case it has been granted.",
    Decision.SPLIT_BATCH: "Halves the batch until the plants concerned are found, reads the others, and tries those once a day.",
    Decision.REFRESH_INVENTORY: "Reads the plant and device lists again, then asks anew.",
    Decision.NO_DATA: "Takes it as an answer without rows.",
    Decision.OUT_OF_REACH: "Marks the period as no longer to be had.",
    Decision.FIX_REQUEST: "Reports it and does not repeat the call soon.",
    Decision.TELL_USER: "Tells you, goes on with everything else, and tries again later; a refused login not within 30 minutes.",
}
