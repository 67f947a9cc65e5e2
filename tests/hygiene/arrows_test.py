#!/usr/bin/env python3
"""The arrows of the design: plugins -> plugin_api <- core, and nothing else."""
import pathlib
import re

import hygiene
from hygiene import includes, rule, strings, tracked

# `search.` is missing on purpose: it is a word of the recipe language as well as a plugin.
COMPONENT = re.compile(r"\b(quant|prune|hw|nn|models|data|train|eval|cost|analysis|report|pick)\.[a-z]")
FILE_NAME = re.compile(r"\.(json|csv|txt|yaml|yml|npy|npz|mem|svg|html|h|cpp|so|db|safetensors|bin|gz)$")
# The C API of system libraries that only one place may know.
OWNERS = {"boost/dll": "core/loader/", "yaml-cpp": "core/recipe/", "toml++": "core/cli/", "spdlog": "core/log/", "sqlite3.h": "core/search/"}


def owner_of(name):
    """core, plugin_api, or plugins/<plugin>."""
    parts = pathlib.PurePosixPath(name).parts
    return "/".join(parts[:2]) if parts[0] == "plugins" else parts[0]


def included_file(name, wanted, files):
    """The tracked file that `#include "wanted"` in `name` means, or None for one that is not ours."""
    roots = [str(pathlib.PurePosixPath(name).parent), owner_of(name), "plugin_api/include"]
    forbidden = ["plugin_api/src", "core", "plugins", "."]  # no include path has them, but one could be added
    for folder in roots + forbidden:
        path = normal(f"{folder}/{wanted}")
        if path in files:
            return path
    return None


def normal(path):
    parts = []
    for part in path.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return "/".join(parts)


def core_and_plugins_do_not_include_each_other(files):
    for name, text in files.items():
        owner = owner_of(name)
        for line, wanted in includes(text):
            target = included_file(name, wanted, files)
            guess = owner_of(normal(wanted)) if "/" in wanted else ""
            reached = owner_of(target) if target else guess
            if reached.split("/")[0] not in ("core", "plugins", "plugin_api") or reached == owner:
                continue
            if reached == "plugin_api" and target and target.startswith("plugin_api/include/"):
                continue
            yield f"{name}:{line}: {owner} includes {target or wanted}"


def core_names_no_component(files):
    for name, text in files.items():
        for line, content in strings(text):
            for match in COMPONENT.finditer(content):
                word = re.match(r"[\w./-]*", content[match.start():]).group(0)
                if not FILE_NAME.search(word):
                    yield f"{name}:{line}: \"{content}\" names a component"
        for line, wanted in includes(text):
            if wanted.split("/")[0] == "plugins":
                yield f"{name}:{line}: includes {wanted}"


def only_one_place_knows_each_library(files):
    for name, text in files.items():
        for line, wanted in includes(text):
            for library, owner in OWNERS.items():
                if wanted.startswith(library) and not name.startswith(owner):
                    yield f"{name}:{line}: only {owner} may include {wanted}"


if __name__ == "__main__":
    cpp = tracked(".cpp", ".h")
    product = {name: text for name, text in cpp.items() if name.startswith(("core/", "plugins/", "plugin_api/"))}
    core = {name: text for name, text in cpp.items() if name.startswith("core/")}
    hygiene.main(
        *rule(core_and_plugins_do_not_include_each_other, product, [
            {"core/run/run.cpp": '#include "plugins/quant/integer.h"\n'},
            {"core/run/run.cpp": '#include "../../plugins/quant/integer.h"\n', "plugins/quant/integer.h": ""},
            {"plugins/quant/a.cpp": '#include "loader/registry.h"\n', "core/loader/registry.h": ""},
            {"core/run/a.cpp": '#include "quant/integer.h"\n', "plugins/quant/integer.h": ""},
            {"plugins/quant/a.cpp": '#include "../hw/rom.h"\n', "plugins/hw/rom.h": ""},
            {"plugins/quant/a.cpp": '#include "../../plugin_api/src/file.h"\n', "plugin_api/src/file.h": ""},
            {"plugin_api/include/mase/a.h": '#include "core/run/run.h"\n'}]),
        *rule(core_names_no_component, core, [
            {"core/a.cpp": 'auto a = "quant.integer";\n'},
            {"core/a.cpp": '/* " */ auto a = R"(use hw.emit)";\n'},
            {"core/a.cpp": '#include "plugins/quant/integer.h"\n'},
            {"core/a.cpp": 'auto n = 1\'000; auto a = "models.mlp";\n'}]),
        *rule(only_one_place_knows_each_library, cpp, [
            {"core/run/a.cpp": "#include <boost/dll/shared_library.hpp>\n"},
            {"plugins/eval/a.cpp": "#include <yaml-cpp/yaml.h>\n"},
            {"core/loader/a.cpp": "#  include <spdlog/spdlog.h>\n"}]))
