"""What is compared of two calls, how values are compared, and the file of the intended differences.

An outcome is a flat map of fields: `requests` (how many), `method`, `path` (as on the wire, percent-encoded), `query.NAME` (decoded
text), `body.KEY.KEY` (parsed JSON), `header.x-access-token` (every value of it), for a second request the same after `2.`; `output`
for calls that send nothing, `refused` where the arguments were refused.

Bodies are compared as parsed JSON: 5 and 5.0 are equal, since both parse to the same number, but true is not 1, null is not an absent
key, {} is not null, and an array has an order. Text in a query or path is compared byte by byte after decoding: there 5 is not 5.0.
"""

import json
import re

ABSENT = object()
# "0.1 MATTER", a decision of the project; "6 #N TEXT", a defect or limit of the SDKs.
ROW = re.compile(r"(0\.1|6 #([1-9]|1\d|2\d)) \S.*")
# Where steps that the SDK has no method for may rest on besides.
ROW_OF_STEP = re.compile(rf"{ROW.pattern}|(2\.([1-9]|1[0-4])|5\.[1-5]) \S.*")


def show(value):
    return "absent" if value is ABSENT else json.dumps(value, ensure_ascii=False)


def equal(a, b):
    if isinstance(a, bool) or isinstance(b, bool) or a is None or b is None or a is ABSENT or b is ABSENT:
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    return a == b


def _no_key_twice(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError(f"a key stands twice in {keys}")
    return dict(pairs)


def _flatten(name, value, fields):
    if isinstance(value, dict) and value:
        for key, member in value.items():
            _flatten(f"{name}.{key}", member, fields)
    else:
        fields[name] = value


def fields_of(requests):
    fields = {"requests": len(requests)}
    for number, request in enumerate(requests, 1):
        prefix = f"{number}." if number > 1 else ""
        fields[prefix + "method"] = request.method
        fields[prefix + "path"] = request.path
        for key, value in request.query:
            name = f"{prefix}query.{key}"
            fields[name] = [fields[name], value] if name in fields else value
        fields[prefix + "header.x-access-token"] = request.header("x-access-token")
        if request.body:
            try:
                _flatten(prefix + "body", json.loads(request.body, object_pairs_hook=_no_key_twice), fields)
            except ValueError as fault:
                fields[prefix + "body"] = f"no JSON that can be compared: {fault}"
    return fields


def fields_expected(expect, token):
    fields = {"requests": 1, "method": expect["method"], "path": expect["path"], "header.x-access-token": [token]}
    fields |= {f"query.{key}": value for key, value in expect["query"].items()}
    if expect["body"] is not None:
        _flatten("body", expect["body"], fields)
    return fields


def unequal(ours, theirs):
    """(field, ours, theirs) for each field that differs."""
    names = list(ours) + [name for name in theirs if name not in ours]
    pairs = ((name, ours.get(name, ABSENT), theirs.get(name, ABSENT)) for name in names)
    return [(name, a, b) for name, a, b in pairs if not equal(a, b)]


class Differences:
    """differences.json: a list of {steps, field, ours, theirs, row, why}. A side that has no such field is left out."""

    def __init__(self, entries):
        self.entries = entries
        self.unused = {(number, step) for number, entry in enumerate(entries) for step in entry["steps"]}

    def allow(self, step, field, ours, theirs):
        for number, entry in enumerate(self.entries):
            if (
                step in entry["steps"]
                and field == entry["field"]
                and equal(ours, entry.get("ours", ABSENT))
                and equal(theirs, entry.get("theirs", ABSENT))
            ):
                self.unused.discard((number, step))
                return True
        return False

    def faults(self):
        """What is wrong with the file, once every step has run."""
        faults = []
        for entry in self.entries:
            if not ROW.fullmatch(entry.get("row", "")):
                faults.append(f"{entry['field']} of {entry['steps']}: cites no row of 0.1 or 6: {entry.get('row')!r}")
            if not entry.get("why") or not entry["steps"]:
                faults.append(f"{entry['field']} of {entry['steps']}: has no reason, or no step")
        faults += [f"not used: {self.entries[number]['field']} of the step `{step}`" for number, step in sorted(self.unused)]
        return faults
