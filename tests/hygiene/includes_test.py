#!/usr/bin/env python3
"""Compile time: what a header may include, which .cpp files may include the heavy ones, and how long the API may be."""
import re

import hygiene
from hygiene import ROOT, includes, rule, tracked

# Seconds each, so every use needs a reason in allowed_includes.txt.
HEAVY = re.compile(r"^(torch/(?!headeronly/version\.h)|ATen/(Context|autocast_mode)\.h|ATen/core/(dispatch|op_registration)/"
                   r"|ATen/native/|boost/|yaml-cpp/(?!eventhandler\.h|mark\.h)|spdlog/|CLI/|toml\+\+/|nlohmann/json\.hpp|regex$)")
NEVER = re.compile(r"^(torch/torch\.h|torch/all\.h|torch/script\.h|torch/extension\.h|ATen/ATen\.h|ATen/Functions\.h)$")
HOST_LIBRARIES = ("torch/", "yaml-cpp", "spdlog", "boost/", "toml++/", "nlohmann/", "CLI/", "sqlite3")
API_HEADER_LINES = 1500


def allowed_includes(text):
    """{(file, header)} of lines `file header: reason`; a line without a reason is an error."""
    allowed = set()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.match(r"^(\S+) (\S+): (\S.*)$", line)
        if not match:
            raise AssertionError(f"allowed_includes.txt:{number}: expected 'file header: reason', found '{line}'")
        allowed.add((match.group(1), match.group(2)))
    return allowed


ALLOWED = allowed_includes((ROOT / "tests/hygiene/allowed_includes.txt").read_text())


def heavy_headers_are_listed_with_a_reason(files, allowed=frozenset(ALLOWED)):
    seen = set()
    for name, text in files.items():
        for line, wanted in includes(text):
            if NEVER.match(wanted):
                yield f"{name}:{line}: {wanted} is never needed; name the operator's own header"
            elif HEAVY.match(wanted):
                seen.add((name, wanted))
                if (name, wanted) not in allowed:
                    yield f"{name}:{line}: {wanted} is not in allowed_includes.txt"
    for name, wanted in sorted(allowed - seen):
        if name in files:
            yield f"allowed_includes.txt: {name} does not include {wanted}"


def api_headers_are_light(files):
    """Directly and through each other: only tensor.h brings ATen, nothing brings a library of the host."""
    for name, text in files.items():
        for line, wanted in includes(text):
            if wanted.startswith(("ATen/", "c10/")) and not name.endswith("/mase/tensor.h"):
                yield f"{name}:{line}: only tensor.h may include {wanted}"
            elif wanted.startswith(HOST_LIBRARIES) and wanted != "torch/headeronly/version.h":  # macros only
                yield f"{name}:{line}: no header of the API may include {wanted}"
            elif NEVER.match(wanted) or HEAVY.match(wanted):
                yield f"{name}:{line}: {wanted} takes seconds to compile"
            elif wanted.startswith("mase/") and f"plugin_api/include/{wanted}" not in files:
                yield f"{name}:{line}: {wanted} does not exist"
            elif "/" not in wanted and wanted.endswith(".h"):
                yield f"{name}:{line}: includes {wanted}, which is not installed with the API"


def api_headers_fit_the_budget(files):
    lines = sum(text.count("\n") for text in files.values())
    if lines > API_HEADER_LINES:
        yield f"{lines} lines of API headers, at most {API_HEADER_LINES}"


def headers_are_guarded(files):
    for name, text in files.items():
        if "#pragma once" not in text:
            yield f"{name}: no #pragma once"


if __name__ == "__main__":
    cpp = tracked(".cpp", ".h")
    product = {n: t for n, t in cpp.items() if n.startswith(("core/", "plugins/", "plugin_api/", "sim/", "bench/"))}
    api = {n: t for n, t in cpp.items() if n.startswith("plugin_api/include/")}
    hygiene.main(
        *rule(heavy_headers_are_listed_with_a_reason, product, [
            {"plugins/a.cpp": "#include <torch/torch.h>\n"},
            {"plugins/a.cpp": "#include <ATen/ATen.h>\n"},
            {"plugins/a.cpp": "#include <torch/csrc/autograd/custom_function.h>\n"},
            {next(iter(sorted(ALLOWED)))[0]: ""}]),
        *rule(api_headers_are_light, api, [
            {"plugin_api/include/mase/op.h": "#include <ATen/ops/add.h>\n"},
            {"plugin_api/include/mase/tensor.h": "#include <torch/torch.h>\n"},
            {"plugin_api/include/mase/tensor.h": "#include <ATen/ATen.h>\n"},
            {"plugin_api/include/mase/op.h": '#include "mase/nothing.h"\n'},
            {"plugin_api/include/mase/op.h": "#include <yaml-cpp/yaml.h>\n"}]),
        *rule(api_headers_fit_the_budget, api, [{"plugin_api/include/mase/a.h": "\n" * 1501}]),
        *rule(headers_are_guarded, {n: t for n, t in cpp.items() if n.endswith(".h")}, [{"core/a.h": "// a\n"}]))
