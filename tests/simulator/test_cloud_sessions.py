"""Session rules: one live session, its life, the lock, and the shapes of a refused login."""

from __future__ import annotations

import json

import pytest


def test_a_login_answers_with_header_and_cookie(visit):
    """The token is long, begins with x-, and comes both as header and as cookie, and is no secret of the process."""
    visitor = visit()
    answer = visitor.log_in()
    token = answer.headers["xsrf-token"]
    assert token.startswith("x-")
    assert len(token) >= 100
    assert answer.headers["set-cookie"] == f"XSRF-TOKEN={token};Path=/;Secure"
    assert answer.headers["date"] == "Wed, 15 Jul 2026 10:00:00 GMT"


def test_a_new_login_ends_the_session_before_it(visit):
    """The older token is answered with 305, the newer one served."""
    visitor = visit()
    old = visitor.token
    visitor.log_in()
    assert visitor.send("stations", headers={"XSRF-TOKEN": old}, pageNo=1).fail_code == 305
    assert visitor.code("stations", pageNo=1) == 0


def test_a_sliding_session_lives_with_use(visit):
    """Used every 29 minutes it lives for hours; unused for 30 it is dead."""
    visitor = visit()
    for _ in range(8):
        visitor.wait(29 * 60)
        assert visitor.code("stations", pageNo=1) == 0
    visitor.wait(30 * 60)
    assert visitor.code("stations", pageNo=1) == 305


def test_a_fixed_session_dies_in_use(visit):
    """With `fixed_token` 30 minutes from the login are all."""
    visitor = visit(more={"fixed_token"})
    visitor.wait(29 * 60)
    assert visitor.code("stations", pageNo=1) == 0
    visitor.wait(60)
    assert visitor.code("stations", pageNo=1) == 305


def test_an_idle_account_is_dropped_early(visit):
    """With `idle_drop` five idle minutes end a session."""
    visitor = visit(more={"idle_drop"})
    visitor.wait(299)
    assert visitor.code("stations", pageNo=1) == 0
    visitor.wait(300)
    assert visitor.code("stations", pageNo=1) == 305


@pytest.mark.parametrize("way", ["body", "header"])
def test_logout_ends_the_session_either_way(visit, way):
    """The token may come in the body, as documented, or in the header alone; a second logout finds no session."""
    visitor = visit()
    asked = {"xsrfToken": visitor.token} if way == "body" else {}
    assert visitor.send("logout", headers=None if way == "header" else {}, **asked).fail_code == 0
    assert visitor.code("stations", pageNo=1) == 305
    assert visitor.code("logout", xsrfToken=visitor.token) == 305


def test_no_token_or_a_second_kind_of_token_is_305(visit):
    """Without a token, with a wrong one, or beside a bearer token nothing is served."""
    visitor = visit()
    for headers in ({}, {"xsrf-token": "x-1"}, {"xsrf-token": visitor.token, "Authorization": "Bearer x"}):
        assert visitor.send("stations", headers=headers, pageNo=1).fail_code == 305


def test_305_comes_in_two_shapes(visit):
    """By default an envelope; with `failcode_305_bare` neither success nor data."""
    assert json.loads(visit().send("stations", headers={}).body)["success"] is False
    bare = json.loads(visit(more={"failcode_305_bare"}).send("stations", headers={}).body)
    assert bare == {"failCode": 305, "immediately": True, "message": "USER_MUST_RELOGIN"}


def test_five_wrong_passwords_lock_for_half_an_hour(visit):
    """After five the right password is refused, too, until 30 minutes have passed."""
    visitor = visit()
    assert [visitor.log_in(password="no").fail_code for _ in range(5)] == [20400] * 5
    assert visitor.log_in().fail_code == 20400
    visitor.wait(1_799)
    assert visitor.log_in().fail_code == 20400
    visitor.wait(1)
    assert visitor.log_in().fail_code == 0


def test_four_wrong_passwords_and_a_right_one_lock_nothing(visit):
    """A good login in between begins the count anew, and so does time."""
    visitor = visit()
    for _ in range(3):
        assert [visitor.log_in(password="no").fail_code for _ in range(4)] == [20400] * 4
        assert visitor.log_in().fail_code == 0
    for _ in range(6):
        visitor.wait(300)
        assert visitor.log_in(password="no").fail_code == 20400
    assert visitor.log_in().fail_code == 0


def test_a_wrong_password_leaves_the_live_session_alone(visit):
    """A refused login ends nothing."""
    visitor = visit()
    visitor.log_in(password="no")
    assert visitor.code("stations", pageNo=1) == 0


def test_an_unknown_user_is_20001_or_nothing_at_all(visit):
    """By default the documented code; with `empty_login` HTTP 200 and an empty body."""
    assert visit().log_in(user="who").fail_code == 20001
    empty = visit(more={"empty_login"}).log_in(user="who")
    assert (empty.status, empty.body, empty.fail_code) == (200, b"", None)


def test_logins_are_limited_whether_right_or_wrong(visit):
    """The sixth login within ten minutes is 407, with the text in data."""
    visitor = visit(generous=1.0)
    assert [visitor.log_in().fail_code for _ in range(5)] == [0, 0, 0, 0, 407]
    refused = json.loads(visitor.log_in().body)
    assert refused["data"] == "ACCESS_FREQUENCY_IS_TOO_HIGH"
    assert (refused["success"], refused["failCode"], refused["params"]) == (False, 407, None)
