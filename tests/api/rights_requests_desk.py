"""The requests about service desks, and the sessions of those who work there."""

from tests.api.rights_desks import with_helper
from tests.api.rights_requests import Asked, Case, route
from tests.api.rights_sides import OWN
from tests.api.rights_world import DAY

CODE = "4071"
# A desk of each convention is opened by whoever may; the other waits for it in vain.
TO_OPEN, NEVER_OPENED = "parking", "market"


@route("POST", "/v1/desks", implied=True)
def _(case: Case) -> Asked:
    desk = TO_OPEN if case.fresh else NEVER_OPENED
    return Asked("/v1/desks", {"issuer_book": case.side.book, "desk": desk, "on": DAY})


@route("GET", "/v1/desks", "party")
def _(case: Case) -> Asked:
    return Asked("/v1/desks", params={"limit": "500"}, shows=f'"book":"{case.side.desk}"')


@route("GET", "/v1/desks/{desk}", "party")
def _(case: Case) -> Asked:
    return Asked(f"/v1/desks/{case.side.desk}", params={"on": DAY}, shows=f'"book":"{case.side.desk}"')


@route("GET", "/v1/desks/{desk}/people", "party")
def _(case: Case) -> Asked:
    return Asked(f"/v1/desks/{case.side.desk}/people", shows=f'"login":"{case.side.clerk}"')


@route("POST", "/v1/desks/{desk}/people", "party")
def _(case: Case) -> Asked:
    named = {"login": case.side.clerk, "rank": "clerk", "starts_on": DAY, "on": DAY}
    return Asked(f"/v1/desks/{case.side.desk}/people", named)


@route("POST", "/v1/desks/{desk}/people/end", "party")
def _(case: Case) -> Asked:
    desk, helper = case.have(with_helper)
    return Asked(f"/v1/desks/{desk}/people/end", {"login": helper, "rank": "clerk", "ends_on": DAY, "on": DAY})


@route("POST", "/v1/token/shift", "party", ending=True)
def _(case: Case) -> Asked:
    return Asked("/v1/token/shift", {"desk": case.side.desk, "code": CODE})


@route("POST", "/v1/token/lock", "nobody")
def _(_: Case) -> Asked:
    return Asked("/v1/token/lock")


@route("POST", "/v1/token/unlock", "person")
def _(case: Case) -> Asked:
    """A clerk's own device has a key; everybody else can only guess one."""
    device_key = "0" * 43
    if case.fresh:
        session = {"Authorization": f"Bearer {case.api.login(OWN.clerk)['access_token']}"}
        begun = case.api.stranger.post("/v1/token/shift", json={"desk": OWN.desk, "code": CODE}, headers=session)
        assert begun.status_code == 200, begun.text
        device_key = begun.json()["device_key"]
    return Asked("/v1/token/unlock", {"device_key": device_key, "code": CODE})
