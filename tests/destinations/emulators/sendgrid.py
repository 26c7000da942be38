"""SendGrid Marketing as its API descriptions say it behaves."""

from __future__ import annotations

import uuid
from typing import Any

from emulators.platform import Call, Emulator, key_of, route

from cdp_activate.http import Request, Response

KEY = "SG.test"
NOW = "2026-11-28T09:00:00Z"
MESSAGES = {
    400: "bad request",
    401: "authorization required",
    403: "access forbidden",
    404: "not found",
    413: "request entity too large",
    429: "too many requests",
    500: "internal server error",
}


class SendGrid(Emulator):
    """`slow`: how often a job is asked after before it is done. `refused`: bad addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[str, dict[str, Any]] = {}
        self.contacts: dict[str, dict[str, Any]] = {}
        self.custom: dict[str, dict[str, Any]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.slow = 0
        self.downloads: Response | Exception | None = None

    def forget_lists(self) -> None:
        self.lists.clear()

    def members(self, list_name: str) -> dict[str, dict[str, Any]]:
        found = [one for one in self.lists.values() if one["name"] == list_name]
        people = [self.contacts[one] for one in (found[0]["contacts"] if found else ())]
        return {
            key_of(one["email"]): {
                "identifiers": {"email": one["email"]},
                "fields": {
                    "first_name": one.get("first_name"),
                    **{self.custom[i]["name"]: v for i, v in one["custom_fields"].items()},
                },
            }
            for one in people
        }

    def answer(self, request: Request) -> Response:
        """Errors are downloaded from elsewhere, where the key must not be seen."""
        if request.host == "errors.example":
            assert "authorization" not in request.headers
            if isinstance(self.downloads, Exception):
                raise self.downloads
            if self.downloads is not None:
                return self.downloads
            job = self.jobs[request.url.rpartition("/")[2]]
            lines = [f'{email},"invalid email, not accepted"' for email in job["errors"]]
            return Response(200, {"content-type": "text/csv"}, "\n".join(lines).encode())
        return super().answer(request)

    def unauthorised(self, call: Call) -> bool:
        return call.headers.get("authorization") != f"Bearer {KEY}"

    def refusal(self, status: int, **about: Any) -> Response:
        error = {"message": about.get("message", MESSAGES[status])}
        if "field" in about:
            error["field"] = about["field"]
        headers = {"X-RateLimit-Reset": "7", "Retry-After": "7"} if status == 429 else {}
        return self.said(status, {"errors": [error]}, headers)

    @route("GET", "/v3/marketing/lists")
    def all_lists(self, call: Call) -> Response:
        size, start = int(call.query["page_size"]), int(call.query.get("page_token", 0))
        shown = [self._list(list_id) for list_id in self.lists]
        about: dict[str, Any] = {"count": len(shown)}
        if start + size < len(shown):
            about["next"] = f"https://api.sendgrid.com{call.path}?page_token={start + size}"
        return self.said(200, {"result": shown[start : start + size], "_metadata": about})

    @route("POST", "/v3/marketing/lists")
    def make_list(self, call: Call) -> Response:
        if any(one["name"] == call.body["name"] for one in self.lists.values()):
            return self.refusal(400, field="name", message="a list with this name exists")
        list_id = str(uuid.uuid4())
        self.lists[list_id] = {"name": call.body["name"], "contacts": {}}
        return self.said(201, self._list(list_id))

    def _list(self, list_id: str) -> dict[str, Any]:
        held = self.lists[list_id]
        return {"id": list_id, "name": held["name"], "contact_count": len(held["contacts"])}

    @route("GET", "/v3/marketing/lists/{list_id}/contacts/count")
    def count(self, call: Call, list_id: str) -> Response:
        if list_id not in self.lists:
            return self.said(404, {})
        number = len(self.lists[list_id]["contacts"])
        return self.said(200, {"contact_count": number, "billable_count": number})

    @route("GET", "/v3/marketing/field_definitions")
    def fields(self, call: Call) -> Response:
        reserved = [{"name": "first_name", "field_type": "Text"}]
        return self.said(
            200, {"custom_fields": list(self.custom.values()), "reserved_fields": reserved}
        )

    @route("POST", "/v3/marketing/field_definitions")
    def make_field(self, call: Call) -> Response:
        if any(
            one["name"].casefold() == call.body["name"].casefold() for one in self.custom.values()
        ):
            return self.refusal(400, field="name", message="field name already exists")
        field_id = f"e{len(self.custom) + 1}_{call.body['field_type'][0]}"
        self.custom[field_id] = {"id": field_id, **call.body}
        return self.said(200, self.custom[field_id])

    @route("PUT", "/v3/marketing/contacts")
    def upsert(self, call: Call) -> Response:
        contacts = call.body["contacts"]
        if call.size > 6_000_000 or len(contacts) > 30_000:
            return self.refusal(413)
        if any(one not in self.lists for one in call.body.get("list_ids", ())):
            return self.refusal(404)
        for number, contact in enumerate(contacts):
            if len(contact.get("first_name", "")) > 50:
                field = f"contacts[{number}].first_name"
                return self.refusal(400, field=field, message="length should be less than 50")
            if contact.get("custom_fields", {}).keys() - self.custom.keys():
                return self.refusal(400, message="invalid custom field ids")
            if None in contact.get("custom_fields", {}).values():
                return self.refusal(400, message='custom field "e1_N" cannot be null')
        errors = []
        for contact in contacts:
            custom = contact.get("custom_fields", {})
            is_text = {i: self.custom[i]["field_type"] == "Text" for i in custom}
            mistyped = [i for i, value in custom.items() if is_text[i] != isinstance(value, str)]
            mistyped = [i for i in mistyped if self.custom[i]["field_type"] != "Date"]
            if contact["email"] in self.refused or mistyped:
                errors.append(contact["email"])
            else:
                self._upsert(contact, call.body.get("list_ids", ()))
        return self._job("upsert", errors)

    def _upsert(self, contact: dict[str, Any], lists: list[str]) -> None:
        email = contact["email"].lower()
        found = [i for i, one in self.contacts.items() if one["email"] == email]
        contact_id = found[0] if found else str(uuid.uuid4())
        held = self.contacts.setdefault(contact_id, {"custom_fields": {}})
        custom = {**held["custom_fields"], **contact.get("custom_fields", {})}
        held.update({**contact, "email": email, "custom_fields": custom})
        for list_id in lists:
            self.lists[list_id]["contacts"][contact_id] = True

    def _job(self, kind: str, errors: list[str]) -> Response:
        job_id = str(uuid.uuid4())
        self.jobs[job_id] = {"kind": kind, "errors": errors, "left": self.slow}
        return self.said(202, {"job_id": job_id})

    @route("GET", "/v3/marketing/contacts/imports/{job_id}")
    def show_job(self, call: Call, job_id: str) -> Response:
        if job_id not in self.jobs:
            return self.refusal(404)
        job = self.jobs[job_id]
        job["left"] -= 1
        if job["left"] >= 0:
            return self.said(200, {"id": job_id, "status": "pending", "job_type": job["kind"]})
        results: dict[str, Any] = {"errored_count": len(job["errors"])}
        if job["errors"]:
            results["errors_url"] = f"https://errors.example/{job_id}"
        status = job.get("status") or ("errored" if job["errors"] else "completed")
        about = {"id": job_id, "status": status, "job_type": job["kind"], "results": results}
        return self.said(200, about)

    @route("POST", "/v3/marketing/contacts/search/emails")
    def search(self, call: Call) -> Response:
        wanted = [email.lower() for email in call.body["emails"]]
        if len(wanted) > 100:
            return self.refusal(400, field="emails", message="at most 100 emails")
        result: dict[str, Any] = {email: {"error": "contact not found"} for email in wanted}
        for contact_id, one in self.contacts.items():
            if one["email"] in result:
                result[one["email"]] = {"contact": self._contact(contact_id)}
        if not any("contact" in one for one in result.values()):
            return self.refusal(404)
        return self.said(200, {"result": result})

    def _contact(self, contact_id: str) -> dict[str, Any]:
        lists = [one for one, held in self.lists.items() if contact_id in held["contacts"]]
        about = {"id": contact_id, "email": self.contacts[contact_id]["email"], "list_ids": lists}
        return {**about, "segment_ids": [], "created_at": NOW, "updated_at": NOW}

    @route("DELETE", "/v3/marketing/lists/{list_id}/contacts")
    def leave(self, call: Call, list_id: str) -> Response:
        if list_id not in self.lists:
            return self.said(404, {"errors": [{"message": "list not found"}]})
        for contact_id in call.query["contact_ids"].split(","):
            self.lists[list_id]["contacts"].pop(contact_id, None)
        return self._job("delete", [])

    @route("DELETE", "/v3/marketing/contacts")
    def delete(self, call: Call) -> Response:
        for contact_id in call.query["ids"].split(","):
            self.contacts.pop(contact_id, None)
            for one in self.lists.values():
                one["contacts"].pop(contact_id, None)
        return self.said(202, {"job_id": {}})
