"""The operations of the header: the functions that make a request, which are those with a client and an op."""

import re

# What only carries another operation.
CARRIERS = {"vdbrt_call_async"}


def operations(root):
    text = re.sub(r"/\*.*?\*/", " ", (root / "Include/videodb_rt.h").read_text(), flags=re.S)
    functions = re.findall(r"\bVDBRT_API\b[^;{(]*?\b(vdbrt_\w+)\s*\(([^;]*)\)\s*;", text)
    return [
        name
        for name, parameters in functions
        if "vdbrt_client *client" in parameters and "vdbrt_op *op" in parameters and name not in CARRIERS
    ]
