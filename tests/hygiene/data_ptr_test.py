#!/usr/bin/env python3
"""Reading a tensor through data_ptr copies what clones share; const_data_ptr reads, mutable_data_ptr says that it writes."""
import re

import hygiene
from hygiene import rule, tracked, without_comments

# storage.data_ptr() hands out the smart pointer itself and touches nothing.
UNSHARING = re.compile(r"(?<!\w)(?<!storage\.)(?<!storage\(\)\.)data_ptr\s*(?:<[^<>]*>)?\s*\(|\.(?:packed_)?accessor(?:32|64)?\s*<")


def tensors_are_read_through_const_data_ptr(files):
    for name, text in files.items():
        code = without_comments(text)
        for match in UNSHARING.finditer(code):
            yield f"{name}:{code.count(chr(10), 0, match.start()) + 1}: {match.group(0)} un-shares a copy-on-write tensor"


if __name__ == "__main__":
    cpp = tracked(".cpp", ".h")
    files = {n: t for n, t in cpp.items() if n.startswith(("core/", "plugins/", "plugin_api/", "examples/", "bench/"))}
    hygiene.main(*rule(tensors_are_read_through_const_data_ptr, files, [
        {"a.cpp": "const float* p = t.data_ptr<float>();\n"},
        {"a.cpp": "void* p = t->data_ptr();\n"},
        {"a.cpp": "auto a = t.accessor<float, 2>();\n"},
        {"a.cpp": "// t.const_data_ptr<float>()\nauto* p = t.data_ptr <float> ();\n"}]))
