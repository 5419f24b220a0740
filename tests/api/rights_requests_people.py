"""The requests about sessions, persons and the long work that each of them asked for."""

from uuid import uuid4

from tests.api.rights_requests import Asked, Case, route, simple
from tests.api.rights_sides import member_login
from tests.serving import PASSWORD

simple("GET", "/healthz", "nobody")
simple("GET", "/readyz", "nobody")
simple("GET", "/v1/token", "nobody")
simple("GET", "/v1/me", "nobody")


# Sessions and persons.


@route("POST", "/v1/token", "person")
def _(case: Case) -> Asked:
    login = case.login if case.own and case.login else f"nobody-{uuid4().hex[:8]}"
    return Asked("/v1/token", {"login": login, "password": PASSWORD})


@route("POST", "/v1/token/renew", "person")
def _(case: Case) -> Asked:
    token = case.api.login(case.login)["refresh_token"] if case.own and case.login else uuid4().hex + uuid4().hex
    return Asked("/v1/token/renew", {"refresh_token": token})


@route("POST", "/v1/token/revoke", "person")
def _(case: Case) -> Asked:
    """Of another's token somebody may know the content, but not the signature."""
    token = case.api.login(case.login if case.own and case.login else "peio")["access_token"]
    if not case.own or not case.login:
        head, content, signature = token.split(".")
        token = f"{head}.{content}.{signature[::-1]}"
    return Asked("/v1/token/revoke", {"token": token})


@route("GET", "/v1/people")
def _(case: Case) -> Asked:
    return Asked("/v1/people", params={"limit": "500"}, shows=f'"{case.side.signer}"')


@route("POST", "/v1/people")
def _(case: Case) -> Asked:
    body = {"login": f"new-{uuid4().hex[:8]}", "name": "Somebody", "party": case.side.town, "roles": ["town_signer"]}
    return Asked("/v1/people", body)


def _other_person(case: Case) -> str:
    """Themself; an administrator somebody new of their own office or of another's, so as to stay what they are."""
    if case.login == "administrator":
        return case.world.person(None if case.own else case.side.town, "auditor")
    return case.somebody()


@route("POST", "/v1/people/{login}/roles", "person")
def _(case: Case) -> Asked:
    return Asked(f"/v1/people/{_other_person(case)}/roles", {"role": "administrator"})


@route("POST", "/v1/people/{login}/roles/withdraw", "person")
def _(case: Case) -> Asked:
    person = _other_person(case)
    role = "auditor" if case.login == "administrator" else sorted(case.world.actor(person).roles)[0]
    return Asked(f"/v1/people/{person}/roles/withdraw", {"role": role})


@route("POST", "/v1/people/{login}/log-out", "person", ending=True)
def _(case: Case) -> Asked:
    """An administrator logs somebody new out; peio, whom others would log out, is in."""
    somebody = case.own or case.login != "administrator"
    case.api.as_("peio")
    return Asked(f"/v1/people/{case.somebody() if somebody else case.world.person(None, 'auditor')}/log-out")


@route("POST", "/v1/people/{login}/password", "person", ending=True)
def _(case: Case) -> Asked:
    if case.own and case.login:
        return Asked(f"/v1/people/{case.login}/password", {"password": PASSWORD, "current_password": PASSWORD})
    person = case.world.person(None, "auditor") if case.login == "administrator" else "peio"
    return Asked(f"/v1/people/{person}/password", {"password": "the password of a thief"})


# Jobs are of persons.


def _job(case: Case) -> str:
    login = case.login if case.own and case.login else member_login(case.world.sides["dax"])
    return case.world.job(login, case.side.book)


@route("GET", "/v1/jobs", "person")
def _(case: Case) -> Asked:
    return Asked("/v1/jobs", shows=_job(case))


@route("GET", "/v1/jobs/{job_id}", "person")
def _(case: Case) -> Asked:
    job = _job(case)
    return Asked(f"/v1/jobs/{job}", shows=job)
