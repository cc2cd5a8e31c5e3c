"""Keys of requests and answers that every interface shares, and the texts that stand for "no value".

Source: manual 9.1.1 to 9.1.7; what is marked observed is not in it.
"""

from __future__ import annotations

from typing import Final

# Answer.
SUCCESS: Final = "success"
FAIL_CODE: Final = "failCode"
MESSAGE: Final = "message"
DATA: Final = "data"
PARAMS: Final = "params"
CURRENT_TIME: Final = "currentTime"  # inside params [ms]
DATA_ITEMS: Final = "dataItemMap"
COLLECT_TIME: Final = (
    "collectTime"  # of a row [ms]; in requests the moment that names a date, month or year [ms]
)

# Answer of a paged list, inside data.
PAGE_LIST: Final = "list"
PAGE_COUNT: Final = "pageCount"
PAGE_TOTAL: Final = "total"

# Answer of the restricted inverter interface (9.3.1): rows of data hold a list of maps, stamped in seconds.
INVERTER_ITEMS: Final = "kpis"
INVERTER_TIME: Final = "createTime"  # [s]

# Answer of the gateway before the interface (observed with HTTP 403): no failCode in it.
GATEWAY_CODE: Final = "errorCode"
GATEWAY_TEXT: Final = "exceptionInfo"
GATEWAY_ID: Final = "exceptionId"

# Request.
USER_NAME: Final = "userName"
PASSWORD: Final = "systemCode"  # noqa: S105  the name of a key, not a secret
LOGOUT_TOKEN: Final = "xsrfToken"  # noqa: S105  the name of a key, not a secret
PLANT_CODES: Final = "stationCodes"
DEVICE_IDS: Final = "devIds"
SERIALS: Final = "sns"
DEVICE_TYPE: Final = "devTypeId"
START_TIME: Final = "startTime"  # getDevHistoryKpi [ms]
END_TIME: Final = "endTime"  # getDevHistoryKpi, getAlarmList [ms]
BEGIN_TIME: Final = "beginTime"  # getAlarmList [ms]
LANGUAGE: Final = "language"
LEVELS: Final = "levels"
DEVICE_TYPES_KEY: Final = "devTypes"
PAGE_NO: Final = "pageNo"
PAGE_SIZE: Final = "pageSize"

# The session token: header of answer and request; the cookie is the older way, sent by some clouds alone (observed).
TOKEN_HEADER: Final = "xsrf-token"  # noqa: S105  the name of a key, not a secret
TOKEN_COOKIE: Final = "XSRF-TOKEN"  # noqa: S105  the name of a key, not a secret

SUCCESS_CODE: Final = "0"

# Texts that stand where a number belongs and mean "no value" (observed); compared after strip() and lower().
NOT_A_VALUE: Final = frozenset({"", "n/a", "null", "-", "--"})
