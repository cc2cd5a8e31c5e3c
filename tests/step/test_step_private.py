from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.step.private import without_private
from collector.vendors.fusionsolar import FusionSolar

KEYS = FusionSolar.private_keys
VALUE = st.recursive(
    st.none() | st.integers() | st.just('se"cret\\') | st.just("secret"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("secret"), inner, max_size=2),
    max_leaves=6,
)
ROWS = st.lists(
    st.fixed_dictionaries({"plantCode": st.text(max_size=5)}, optional=dict.fromkeys(sorted(KEYS), VALUE)),
    max_size=4,
)


@settings(max_examples=100, deadline=None)
@given(rows=ROWS, indent=st.sampled_from([None, 1]), keep=st.floats(0.0, 1.0))
def test_no_private_value_is_left(rows: list[dict[str, object]], indent: int | None, keep: float) -> None:
    """Whole or cut short, plain or indented: values of private keys are gone, and a whole answer stays JSON with all else."""
    whole = json.dumps({"data": rows}, indent=indent)
    kept = without_private(whole.encode(), KEYS)
    assert json.loads(kept) == {
        "data": [{k: None if k in KEYS else v for k, v in row.items()} for row in rows]
    }
    if "secret" not in "".join(str(row["plantCode"]) for row in rows):
        cut = whole[: int(len(whole) * keep)].encode()
        assert b"secret" not in without_private(cut, KEYS)


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe\x00", b'{"a": 1}', b"<html>", b'{"data":[{"stationCode":"contactPerson"}]}']
)
def test_what_is_not_private_stays_byte_for_byte(body: bytes) -> None:
    """An answer that names nobody is kept as it came."""
    assert without_private(body, KEYS) == body
