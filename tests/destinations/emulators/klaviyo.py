"""Klaviyo as its API description (revision 2026-07-15) and guides say it behaves."""

from __future__ import annotations

import json
import re
from typing import Any

from emulators.platform import Call, Emulator, key_of, route

KEY = "pk_test"
REFUSALS = {
    400: ("invalid", "Invalid input."),
    401: ("authentication_failed", "Incorrect authentication credentials."),
    403: ("permission_denied", "You do not have permission to perform this action."),
    404: ("not_found", "Not found."),
    413: ("too_large", "Request entity too large."),
    429: ("throttled", "Request was throttled. Expected available in 7 seconds."),
    500: ("error", "A server error occurred."),
}
IDENTIFIERS = ("email", "phone_number", "external_id")
NOW = "2026-11-28T09:00:00+00:00"
HERE = "https://a.klaviyo.com"


class Klaviyo(Emulator):
    """`slow`: how often a job is asked after before it is done. `refused`: bad addresses."""

    content_type = "application/vnd.api+json"

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[str, dict[str, Any]] = {}
        self.profiles: dict[str, dict[str, Any]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.slow = 0

    def members(self, list_name: str) -> dict[str, dict[str, Any]]:
        found = [one for one in self.lists.values() if one["name"] == list_name]
        people = [self.profiles[one] for one in (found[0]["profiles"] if found else ())]
        return {
            key_of(one.get("email") or one["external_id"]): {
                "identifiers": {"email": one.get("email")},
                "fields": {**one["properties"], "first_name": one.get("first_name")},
            }
            for one in people
        }

    def forget_lists(self) -> None:
        self.lists.clear()

    def unauthorised(self, call: Call) -> bool:
        return call.headers.get("authorization") != f"Klaviyo-API-Key {KEY}"

    def refusal(self, status: int, **about: Any) -> Any:
        code, detail = REFUSALS[status]
        error = {"id": "e-1", "status": status, "code": code, "title": detail, "detail": detail}
        headers = {"Retry-After": "7"} if status == 429 else {}
        return self.said(status, {"errors": [{**error, "source": {"pointer": "/data/"}}]}, headers)

    @route("GET", "/api/lists")
    def find_lists(self, call: Call) -> Any:
        wanted = None
        if "filter" in call.query:
            found = re.fullmatch(r"equals\(name,(\".*\")\)", call.query["filter"], re.S)
            if found is None:
                return self.refusal(400)
            wanted = json.loads(found[1])
        data = [
            self._list(list_id)
            for list_id, one in self.lists.items()
            if wanted in (None, one["name"])
        ]
        return self.said(200, {"data": data[:10], "links": {"self": f"{HERE}/api/lists"}})

    @route("POST", "/api/lists")
    def make_list(self, call: Call) -> Any:
        list_id = f"L{len(self.lists) + 1:05}"
        self.lists[list_id] = {"name": call.body["data"]["attributes"]["name"], "profiles": {}}
        return self.said(201, {"data": self._list(list_id)})

    @route("GET", "/api/lists/{list_id}")
    def show_list(self, call: Call, list_id: str) -> Any:
        if list_id not in self.lists:
            return self.refusal(404)
        shown = self._list(list_id)
        if call.query.get("additional-fields[list]") == "profile_count":
            shown["attributes"]["profile_count"] = len(self.lists[list_id]["profiles"])
        return self.said(200, {"data": shown})

    def _list(self, list_id: str) -> dict[str, Any]:
        attributes = {"name": self.lists[list_id]["name"], "created": NOW, "updated": NOW}
        attributes["opt_in_process"] = "double_opt_in"
        links = {"self": f"{HERE}/api/lists/{list_id}"}
        return {"type": "list", "id": list_id, "attributes": attributes, "links": links}

    @route("POST", "/api/profile-bulk-import-jobs")
    def start_import(self, call: Call) -> Any:
        about = call.body["data"]
        profiles = about["attributes"]["profiles"]["data"]
        wanted = [one["id"] for one in about["relationships"]["lists"]["data"]]
        if call.size > 5_000_000 or len(profiles) > 10_000:
            return self.refusal(413)
        if any(one not in self.lists for one in wanted):
            return self.refusal(404)
        job = {"left": self.slow, "total": len(profiles), "errors": [], "status": "processing"}
        for profile in profiles:
            self._import(profile["attributes"], wanted, job)
        job_id = f"J{len(self.jobs) + 1}"
        self.jobs[job_id] = job
        return self.said(202, {"data": self._job(job_id)})

    def _import(self, sent: dict[str, Any], lists: list[str], job: dict[str, Any]) -> None:
        if sent.get("email") in self.refused:
            job["errors"].append(sent)
            return
        profile_id = next((i for i, one in self.profiles.items() if _same(one, sent)), None)
        if profile_id is None:
            profile_id = f"P{len(self.profiles) + 1:06}"
            self.profiles[profile_id] = {"consent": "never_subscribed"}
        held = self.profiles[profile_id]
        # "Only fields explicitly provided with non-null values will be updated."
        properties = {**held.get("properties", {}), **_given(sent.get("properties", {}))}
        location = {**held.get("location", {}), **_given(sent.get("location", {}))}
        held.update(_given(sent))
        held["properties"], held["location"] = properties, location
        for list_id in lists:
            self.lists[list_id]["profiles"][profile_id] = True

    @route("GET", "/api/profile-bulk-import-jobs/{job_id}")
    def show_job(self, call: Call, job_id: str) -> Any:
        if job_id not in self.jobs:
            return self.refusal(404)
        job = self.jobs[job_id]
        if job["left"] == 0 and job["status"] == "processing":
            job["status"] = "complete"
        job["left"] -= 1
        return self.said(200, {"data": self._job(job_id)})

    def _job(self, job_id: str) -> dict[str, Any]:
        job = self.jobs[job_id]
        failed = len(job["errors"])
        attributes = {
            "status": job["status"],
            "created_at": NOW,
            "total_count": job["total"],
            "completed_count": job["total"] - failed,
            "failed_count": failed,
        }
        links = {"self": f"{HERE}/api/profile-bulk-import-jobs/{job_id}"}
        kind = "profile-bulk-import-job"
        return {"type": kind, "id": job_id, "attributes": attributes, "links": links}

    @route("GET", "/api/profile-bulk-import-jobs/{job_id}/import-errors")
    def show_errors(self, call: Call, job_id: str) -> Any:
        size, start = int(call.query.get("page[size]", 20)), int(call.query.get("page[cursor]", 0))
        errors = self.jobs[job_id]["errors"]
        data = [
            {
                "type": "import-error",
                "id": f"E{start + number}",
                "attributes": {
                    "code": "invalid",
                    "title": "Invalid email address",
                    "detail": f"'{sent['email']}' is not a valid email address.",
                    "source": {"pointer": f"/data/attributes/profiles/data/{number}/email"},
                    "original_payload": {"type": "profile", "attributes": sent},
                },
            }
            for number, sent in enumerate(errors[start : start + size])
        ]
        links = {"self": f"{HERE}{call.path}"}
        if start + size < len(errors):
            links["next"] = f"{HERE}{call.path}?page%5Bcursor%5D={start + size}"
        return self.said(200, {"data": data, "links": links})

    @route("GET", "/api/profiles")
    def find_profiles(self, call: Call) -> Any:
        found = re.fullmatch(r"any\((\w+),(\[.*\])\)", call.query["filter"], re.S)
        if found is None or found[1] not in IDENTIFIERS:
            return self.refusal(400)
        wanted, shown = set(json.loads(found[2])), call.query["fields[profile]"].split(",")
        data = [
            {
                "type": "profile",
                "id": profile_id,
                "attributes": {name: one.get(name) for name in (n.split(".")[0] for n in shown)},
                "links": {"self": f"{HERE}/api/profiles/{profile_id}"},
            }
            for profile_id, one in self.profiles.items()
            if one.get(found[1]) in wanted
        ]
        size, start = int(call.query.get("page[size]", 20)), int(call.query.get("page[cursor]", 0))
        links = {"self": f"{HERE}/api/profiles"}
        if start + size < len(data):
            links["next"] = f"{HERE}/api/profiles?page%5Bcursor%5D={start + size}"
        return self.said(200, {"data": data[start : start + size], "links": links})

    @route("PATCH", "/api/profiles/{profile_id}")
    def update_profile(self, call: Call, profile_id: str) -> Any:
        if profile_id not in self.profiles:
            return self.refusal(404)
        held, change = self.profiles[profile_id], call.body["data"]
        for name, value in change["attributes"].items():
            held[name] = {**held[name], **value} if name == "location" else value
        for name in change.get("meta", {}).get("patch_properties", {}).get("unset", ()):
            held["properties"].pop(name, None)
        links = {"self": f"{HERE}/api/profiles/{profile_id}"}
        about = {"type": "profile", "id": profile_id, "attributes": {}, "links": links}
        return self.said(200, {"data": about})

    @route("GET", "/api/lists/{list_id}/profiles")
    def show_profiles(self, call: Call, list_id: str) -> Any:
        if list_id not in self.lists:
            return self.refusal(404)
        wanted = call.query["fields[profile]"].split(",")
        data = [
            {
                "type": "profile",
                "id": profile_id,
                "attributes": {
                    "joined_group_at": NOW,
                    **{name: self.profiles[profile_id].get(name) for name in wanted},
                },
                "links": {"self": f"{HERE}/api/profiles/{profile_id}"},
            }
            for profile_id in self.lists[list_id]["profiles"]
        ]
        size, start = int(call.query.get("page[size]", 20)), int(call.query.get("page[cursor]", 0))
        links = {"self": f"{HERE}{call.path}"}
        if start + size < len(data):
            links["next"] = f"{HERE}{call.path}?page%5Bcursor%5D={start + size}"
        return self.said(200, {"data": data[start : start + size], "links": links})

    @route("DELETE", "/api/lists/{list_id}/relationships/profiles")
    def leave_list(self, call: Call, list_id: str) -> Any:
        if list_id not in self.lists:
            return self.refusal(404)
        if len(call.body["data"]) > 1_000:
            return self.refusal(400)
        for profile in call.body["data"]:
            self.lists[list_id]["profiles"].pop(profile["id"], None)
        return self.said(204)

    @route("POST", "/api/data-privacy-deletion-jobs")
    def erase(self, call: Call) -> Any:
        wanted = call.body["data"]["attributes"]["profile"]["data"]["attributes"]
        if len(wanted) != 1:
            return self.refusal(400)
        gone = [i for i, one in self.profiles.items() if _same(one, wanted)]
        for profile_id in gone:
            del self.profiles[profile_id]
            for one in self.lists.values():
                one["profiles"].pop(profile_id, None)
        return self.said(202)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _same(held: dict[str, Any], sent: dict[str, Any]) -> bool:
    """Whether two profiles are one person, by any identifier."""
    return any(sent.get(name) and held.get(name) == sent[name] for name in IDENTIFIERS)
