from __future__ import annotations

from step_cloud import OK, Cloud, Home

from collector.model import Batch

LIVE = "getStationRealKpi"
DEVICES = "getDevRealKpi"


def _page(codes: list[str], page: int, pages: int) -> dict[str, object]:
    rows = [{"plantCode": c, "plantName": c} for c in codes]
    return {**OK, "data": {"list": rows, "pageCount": pages, "pageNo": page, "total": 9}}


async def test_the_first_lists_are_read_at_once(home: Home, cloud: Cloud) -> None:
    """A new account has plants, devices and first readings within minutes."""
    await home.drive(300)
    assert [len(home.account.plants), len(home.account.devices)] == [2, 2]
    assert {p.measurement for p in home.points()} >= {
        "pv_plant",
        "pv_inverter",
        "pv_plant_info",
        "pv_device_info",
        "collector_api",
    }
    assert home.woken >= 2


async def test_lists_are_read_daily(cloud: Cloud) -> None:
    """Both lists are read once a day, no more, whatever restarts there are."""
    home = Home(cloud, interfaces=["getKpiStationYear"])
    await home.drive(2 * 86_400 + 3600)
    assert len(cloud.calls("stations")) == 3
    assert len(cloud.calls("getDevList")) == 3
    home.restart()
    await home.drive(7200)
    assert len(cloud.calls("stations")) == len(cloud.calls("getDevList")) == 3


async def test_a_plant_is_gone_after_two_complete_lists(home: Home, cloud: Cloud) -> None:
    """A plant missing from one list is still read, its budget falls at once; the second list, soon after, says for good."""
    cloud.plants = {f"P{n:03}": "" for n in range(101)}
    cloud.devices = {1: ("P100", 1), 2: ("P000", 1)}
    await home.drive(1800)
    interface = home.account.vendor.interfaces[LIVE]
    assert home.account.allowance(interface).calls == 2
    del cloud.plants["P100"]
    await home.run("stations")
    home.wait(86_400)
    await home.run("stations")
    missing = next(p for p in home.account.plants if p.code == "P100")
    assert missing.missed == 1
    assert home.account.allowance(interface).calls == 1
    assert any("P100" in b.members for b in home.account.batches(interface))
    first = home.clock.now()
    await home.drive(3 * 3600)
    assert cloud.calls("stations")[-1].at - first < 2 * 3600
    assert [d.code for d in home.account.devices] == ["2"]
    assert all(p.code != "P100" for p in home.account.plants)
    assert [text for _, text in home.state.inventory.news("home")][-1] == "plant Plant P100 is gone"
    assert "P100" not in home.account.held[LIVE]


async def test_one_empty_device_list_changes_little(home: Home, cloud: Cloud) -> None:
    """An empty list after a refusal is common: the devices stay, and the list is read again within about an hour."""
    await home.drive(600)
    home.wait(86_400)
    cloud.next("getDevList", {**OK, "data": []})
    await home.run("getDevList")
    assert [d.missed for d in home.account.devices] == [1, 1]
    await home.drive(2 * 3600)
    assert [d.missed for d in home.account.devices] == [0, 0]
    calls = len(cloud.calls(DEVICES))
    await home.drive(900)
    assert len(cloud.calls(DEVICES)) > calls


async def test_a_list_counts_only_when_all_its_pages_are_there(home: Home, cloud: Cloud) -> None:
    """A list read in pages changes nothing before the last page; a restart between pages begins anew."""
    cloud.next("stations", _page(["A", "B"], 1, 2))
    await home.run("stations")
    assert home.account.plants == []
    home.restart()
    cloud.next("stations", _page(["A", "B"], 1, 2), _page(["C"], 2, 2))
    await home.run("stations")
    await home.run("stations")
    assert [s.body["pageNo"] for s in cloud.calls("stations")] == [1, 1, 2]
    assert [p.code for p in home.account.plants] == ["A", "B", "C"]
    assert home.account.fleet().plants == 3


async def test_the_devices_of_a_new_plant_are_listed_at_once(home: Home, cloud: Cloud) -> None:
    """A plant that comes has its devices listed with the next allowed call, not a day later."""
    await home.drive(1800)
    cloud.plants["C"] = ""
    cloud.devices[13] = ("C", 38)
    home.wait(86_400)
    await home.run("getDevList")
    await home.run("stations")
    await home.drive(3 * 3600)
    assert [d.code for d in home.account.devices if d.plant_code == "C"] == ["13"]


async def test_an_account_without_plants_says_what_to_do(home: Home, cloud: Cloud) -> None:
    """An empty list is told once, in words with what to do, and nothing else is asked."""
    cloud.plants, cloud.devices = {}, {}
    await home.drive(3 * 3600)
    ((_, words),) = [t for t in home.told if t[0] == "inventory failed"]
    assert "lists no plant" in words
    assert {s.interface for s in cloud.sent} == {"login", "stations"}
    cloud.plants = {"A": ""}
    await home.drive(86_400)
    assert home.events()["inventory works again"] == 1


async def test_a_plant_of_two_accounts_is_read_by_the_first(cloud: Cloud) -> None:
    """Whatever list comes first, the account that stands first in the file reads the plant, at once."""
    second = Home(cloud)
    claims = second.account.claims
    claims._order.insert(0, "first")
    interface = second.account.vendor.interfaces[LIVE]
    await second.settle()
    assert second.account.batches(interface) == [Batch(("A", "B"))]
    claims.list_plants("first", ["A"])
    assert second.account.batches(interface) == [Batch(("B",))]


async def test_only_what_the_settings_name_is_called(cloud: Cloud) -> None:
    """With `interfaces` set, nothing but those and the lists is called; a session is never given up."""
    home = Home(cloud, interfaces=[LIVE, "getDevKpiDay", "getDevHistoryKpi", "logout"])
    await home.drive(7200)
    called = {"login", "stations", "getDevList", LIVE, "getDevKpiDay", "getDevHistoryKpi"}
    assert {s.interface for s in cloud.sent} == called
