"""What an accepted answer changes: lines into the spool, and all that is known, in one transaction."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from collector import coverage, periods, quota
from collector.catalogue.terms import Role, Span
from collector.inventory import merge_devices, merge_plants
from collector.model import Lane
from collector.normaliser import Context, Report, normalise
from collector.normaliser.info import device_info, plant_info
from collector.packing import LINES_PER_BATCH, pack
from collector.step.account import LISTED, LISTING
from collector.step.alarms import land_alarms
from collector.step.api import MS_NS, NS, api_line
from collector.step.derived import derived_lines, keep_operands
from collector.step.identities import identities
from collector.step.members import OK, forget, set_access
from collector.step.past_rows import land_past
from collector.step.private import without_private
from collector.step.zone_stamps import DAY_S, learn_zones
from collector.store.spool import SpoolBatch
from collector.vendors import DeviceList, PlantPage
from collector.zones import http_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from collector.catalogue.terms import Interface
    from collector.model import Answer, Device, Plant
    from collector.step.account import Account
    from collector.step.listing import Listing
    from collector.step.spending import Paid, Spending
    from collector.vendors import Outcome


class Landing:
    """Lands the answers of one account.

    Args:
        account: The account.
        spending: Settles the paid call.
        listing: The plant list being read.
        on_inventory: Called after the inventory changed.
    """

    def __init__(
        self, account: Account, spending: Spending, listing: Listing, on_inventory: Callable[[], None]
    ) -> None:
        self._account = account
        self._spending = spending
        self._listing = listing
        self._on_inventory = on_inventory

    async def land(self, interface: Interface, paid: Paid, answer: Answer, outcome: Outcome) -> None:
        """Keep everything an answer brought, or nothing.

        Raises:
            AnswerUnreadable: The rows cannot be understood.
            StateFull: The disk has no room; the answer is lost and still due.
        """
        if isinstance(outcome, PlantPage):
            self._land_plants(interface, paid, answer, outcome)
        elif isinstance(outcome, DeviceList):
            self._land_devices(interface, paid, answer, outcome)
        elif interface.role is Role.ALARMS:
            with self._account.state.transaction():
                self._finish(interface, paid, land_alarms(self._account, paid, answer))
        else:
            await self._land_rows(interface, paid, answer)

    # --- rows -----------------------------------------------------------------------------------------------------

    async def _land_rows(self, interface: Interface, paid: Paid, answer: Answer) -> None:
        account = self._account
        config = account.config
        context = Context(
            interface,
            identities(account, interface, paid.call.batch),
            paid.call.batch.type_id,
            date_ms=date_ms(answer),
            units=config.units,
            invert_grid=config.invert_grid,
            invert_battery=config.invert_battery,
            strings_shown=account.strings_shown,
        )
        report = Report()
        pending: list[bytes] = []
        packed: list[tuple[int, bytes]] = []
        for lines in normalise(answer.body, context, report):
            pending += lines
            while len(pending) >= LINES_PER_BATCH:
                packed.append((LINES_PER_BATCH, pack(pending[:LINES_PER_BATCH])))
                del pending[:LINES_PER_BATCH]
            await asyncio.sleep(0)
        pending += await derived_lines(account, interface, context.identities, report)
        stamps = [s for times in report.stamps.values() for s in times]
        span = (min(stamps) * MS_NS, max(stamps) * MS_NS) if stamps else (int(paid.ended * NS),) * 2
        with account.state.transaction():
            for count, body in packed:
                account.state.spool.append(self._batch(paid, interface, count, body, span))
            own = self._remember(interface, paid, report)
            self._finish(interface, paid, [*pending, *own], span)
            if report.unreadable:
                account.state.answers.keep(
                    account.name,
                    interface.name,
                    paid.ended,
                    f"{report.unreadable} unreadable values",
                    without_private(answer.body, account.vendor.private_keys),
                )

    def _remember(self, interface: Interface, paid: Paid, report: Report) -> list[bytes]:
        """Keep what an answer tells beside its lines; returns the lines that tell of it."""
        account = self._account
        own: list[bytes] = []
        if interface.role in (Role.CALENDAR, Role.HISTORY):
            own = land_past(account, interface, paid, report.stamps)
        else:
            self._asked(interface, paid, report.rows)
            account.state.newest.put(
                (key, "live", time_ns, paid.ended, fields) for key, (time_ns, fields) in report.newest.items()
            )
        keep_operands(account, interface, paid.call.batch, report, paid.ended)
        for device_id, numbers in report.strings_shown.items():
            account.state.newest.add_strings(device_id, numbers)
            account.strings_shown[device_id] = account.strings_shown.get(device_id, frozenset()) | numbers
        for name, count in (
            ("unreadable", report.unreadable),
            ("sentinels", report.sentinels),
            ("strangers", report.strangers),
            ("unknown_keys", sum(report.unknown_keys.values())),
        ):
            if count:
                account.state.counters.add(account.name, name, count)
        # Only the running month is young enough to show the offset that holds now.
        if interface.span is Span.MONTH and paid.call.period >= periods.current(
            Span.MONTH, "", paid.ended - 2 * DAY_S
        ):
            learn_zones(account, report)
        return own

    # --- lists ----------------------------------------------------------------------------------------------------

    def _land_plants(self, interface: Interface, paid: Paid, answer: Answer, page: PlantPage) -> None:
        account = self._account
        complete = self._listing.add(page)
        if not complete:
            with account.state.transaction():
                account.announced.page(page, paid.ended)
                self._finish(interface, paid, ())
            return
        plants, news = merge_plants(account.plants, self._listing.plants())
        self._listing.clear()
        stamp_ns = (page.at_ms or date_ms(answer) or 0) * MS_NS
        lines = [
            plant_info(account.presented(p), currency=account.config.currency, time_ns=stamp_ns)
            for p in plants
        ]
        gone = {p.code for p in account.plants} - {p.code for p in plants}
        with account.state.transaction():
            account.state.inventory.save_plants(account.name, plants)
            account.announced.complete()
            if gone:
                forget(account, gone, [d for d in account.devices if d.plant_code in gone])
                account.devices = [d for d in account.devices if d.plant_code not in gone]
                account.state.inventory.save_devices(account.name, account.devices)
            self._tell(news, paid.ended)
            account.hold([coverage.Held(interface.name, LISTED, LISTING, False, paid.ended, 0, len(plants))])
            self._finish(interface, paid, lines if stamp_ns else ())
        account.plants = plants
        self._confirm(plants, paid.ended)
        if not plants:
            words = "the account lists no plant. Bind plants to the northbound user, or have the owners allow API access"
            account.faults.begin("inventory", words, paid.ended)
        else:
            account.faults.end("inventory")
        account.inventory_changed()
        self._on_inventory()

    def _land_devices(self, interface: Interface, paid: Paid, answer: Answer, listed: DeviceList) -> None:
        account = self._account
        members = paid.call.batch.members
        asked = {p.code for p in account.plants if p.code in members}
        devices, news = merge_devices(
            account.devices, asked, [d for d in listed.devices if d.plant_code in asked]
        )
        names = {p.plant_id: p.name for p in account.plants}
        stamp_ns = (listed.at_ms or date_ms(answer) or 0) * MS_NS
        mine = [d for d in devices if d.plant_code in asked]
        lines = [device_info(d, names.get(d.plant_id, ""), stamp_ns) for d in mine]
        # A list that says what was known leaves everything that was worked out from it as it is.
        changed = mine != [d for d in account.devices if d.plant_code in asked]
        with account.state.transaction():
            if changed:
                kept = {d.code for d in devices}
                account.state.inventory.save_devices(account.name, devices)
                forget(account, (), [d for d in account.devices if d.code not in kept])
            self._tell(news, paid.ended)
            self._asked(interface, paid, len(listed.devices))
            self._finish(interface, paid, lines if stamp_ns else ())
        self._confirm(mine, paid.ended)
        if changed:
            account.devices = devices
            account.inventory_changed(plants=False)
            self._on_inventory()

    def _confirm(self, members: Iterable[Plant | Device], now: float) -> None:
        """Read the list again soon where somebody is missing: its budget has fallen, and only the next list says for good."""
        if any(m.missed for m in members):
            self._account.stale_since = now

    def _tell(self, news: Iterable[str], at: float) -> None:
        for text in news:
            self._account.state.inventory.tell(self._account.name, at, text)

    # --- common ---------------------------------------------------------------------------------------------------

    def _asked(self, interface: Interface, paid: Paid, rows: int) -> None:
        batch = paid.call.batch
        self._account.asked.setdefault(interface.name, {})[batch] = paid.sent
        remembered = batch.members if interface.role is Role.DEVICES else batch.members[:1]
        self._account.hold(
            coverage.Held(interface.name, member, periods.NOW, False, paid.sent, 0, rows)
            for member in remembered
        )

    def _finish(
        self, interface: Interface, paid: Paid, lines: Sequence[bytes], span: tuple[int, int] | None = None
    ) -> None:
        """Settle the call and put its lines, with one about the call itself, into the spool."""
        account = self._account
        account.permissions.grant_interface(interface.name)
        for member in account.permissions.acquit(interface.name, paid.call.batch):
            set_access(account, interface, member, OK, paid.ended)
        account.resting.answered(paid.call)
        account.faults.end(interface.name)
        self._spending.settle(paid, refused=False)
        account.state.sessions.touch(account.name, paid.ended)
        account.learn(interface.name, quota.learn_success(account.lesson(interface.name), paid.ended))
        all_lines = [*lines, api_line(account, interface, paid, refused=False)]
        stamp = int(paid.sent * NS)
        account.state.spool.append(
            self._batch(paid, interface, len(all_lines), pack(all_lines), span or (stamp, stamp))
        )

    def _batch(
        self, paid: Paid, interface: Interface, count: int, body: bytes, span: tuple[int, int]
    ) -> SpoolBatch:
        lane = Lane.HISTORY if interface.role is Role.HISTORY else Lane.LIVE
        return SpoolBatch(self._account.name, interface.name, lane, paid.ended, count, span[0], span[1], body)


def date_ms(answer: Answer) -> int | None:
    """Return the ``Date`` header of an answer, None where it has none that can be read. [ms since epoch, UTC]"""
    try:
        return int(http_moment(answer.headers.get("date", "")) * 1000)
    except ValueError:
        return None
