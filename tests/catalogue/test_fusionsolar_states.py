"""State tables 9-1 to 9-3, and the keys that name persons."""

from __future__ import annotations

from collector.catalogue.fusionsolar import FIELDS, STATE_TABLES
from collector.catalogue.fusionsolar.alarms import LANGUAGES, SEVERITIES
from collector.catalogue.fusionsolar.envelope import NOT_A_VALUE
from collector.catalogue.fusionsolar.inventory import PERSONAL_KEYS, PLANT_KEYS
from collector.catalogue.fusionsolar.states import TABLE_9_1, TABLE_9_2, TABLE_9_3
from collector.catalogue.terms import Kind

OLDER = [0, 1, 2, 3, 256, 512, 513, 514, 768, 769, 770, 771, 772, 773, 774, 1025, 1026, 1280, 1281]
OLDER += [1536, 1792, 2048, 2304, 40960, 45056, 49152]
NEWER = [515, 775, 776, 777, 778, 1027, 1028, 1029, 2560, 40961]


def test_tables():
    """The live table has 36 states; the two 5-minute tables lack the ten newer ones."""
    assert sorted(TABLE_9_2) == sorted(TABLE_9_3) == OLDER
    assert sorted(TABLE_9_1) == sorted(OLDER + NEWER)
    assert len(TABLE_9_1) == 36


def test_no_two_states_share_a_text():
    """A panel that shows texts tells every state from every other."""
    assert len(set(TABLE_9_1.values())) == len(TABLE_9_1)


def test_every_state_field_has_its_table():
    """Every state that is stored can be put in words."""
    assert {row.name for row in FIELDS if row.kind is Kind.STATE} == set(STATE_TABLES)


def test_languages_and_severities():
    """Alarms come in ten languages and four severities."""
    assert sorted(LANGUAGES) == [
        "de_DE",
        "en_US",
        "es_ES",
        "fr_FR",
        "it_IT",
        "ja_JP",
        "nl_NL",
        "pl_PL",
        "pt_BR",
        "zh_CN",
    ]
    assert dict(SEVERITIES) == {1: "critical", 2: "major", 3: "minor", 4: "warning"}


def test_personal_keys():
    """Who a person is, how to reach them and where they live are all known as personal."""
    assert {
        "contactPerson",
        "contactMethod",
        "stationLinkman",
        "linkmanPho",
        "plantAddress",
        "stationAddr",
    } == PERSONAL_KEYS
    kept = {
        key
        for keys in PLANT_KEYS.values()
        for key in (keys.code, keys.name, keys.capacity, keys.latitude, keys.longitude)
    }
    assert not kept & PERSONAL_KEYS


def test_capacity_units():
    """The older plant list sends MW, the newer kWp."""
    assert PLANT_KEYS["getStationList"].capacity_factor == 1000.0
    assert PLANT_KEYS["stations"].capacity_factor == 1.0


def test_not_a_value_texts_are_normal():
    """The texts that mean "no value" are written as they are compared: stripped and in lower case."""
    assert {"", "n/a", "null"} <= NOT_A_VALUE
    assert all(text == text.strip().lower() for text in NOT_A_VALUE)
    assert not {"0", "nan", "inf"} & NOT_A_VALUE
