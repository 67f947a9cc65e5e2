#!/usr/bin/env python3
"""One component, one name, five places: class, source file, test, recipe test and page of the manual."""
import re

import hygiene
from hygiene import ROOT, rule, tracked, without_comments

ADD = re.compile(r'\badd<([\w:]+)>\(\s*"([a-z0-9_]+)\.([a-z0-9_]+)"')


def allowed_names(text):
    """{(component, place)} of lines `component place: reason`."""
    allowed = set()
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            match = re.match(r"^(\w+\.\w+) (file|class|test|recipe|page): (\S.*)$", line)
            if not match:
                raise AssertionError(f"allowed_names.txt:{number}: expected 'component place: reason', found '{line}'")
            allowed.add((match.group(1), match.group(2)))
    return allowed


ALLOWED = frozenset(allowed_names((ROOT / "tests/hygiene/allowed_names.txt").read_text()))


def components(files):
    """(plugin, name, class, file that registers it)."""
    for path, text in files.items():
        if path.startswith("plugins/") and path.endswith(".cpp"):
            for match in ADD.finditer(without_comments(text)):
                yield match.group(2), match.group(3), match.group(1).split("::")[-1], path


def upper_camel(name):
    return "".join(word.capitalize() for word in name.split("_"))


def missing_places(plugin, name, struct, path, files):
    """(place, what is missing) of one component."""
    if not path.startswith(f"plugins/{plugin}/"):
        yield "file", f"is registered in {path}"
    own = [files[f] for f in (f"plugins/{plugin}/{name}.cpp", f"plugins/{plugin}/{name}.h") if f in files]
    if f"plugins/{plugin}/{name}.cpp" not in files and not own:
        yield "file", f"has no plugins/{plugin}/{name}.cpp"
    elif not any(re.search(rf"\b(struct|class)\s+(\w+::)*{struct}\b|\b{struct}::\w+\(", text) for text in own):
        yield "file", f"is not defined in plugins/{plugin}/{name}.*"
    if struct != upper_camel(name):
        yield "class", f"has the class {struct}, expected {upper_camel(name)}"
    test = f"tests/plugins/{plugin}/{name}_test.cpp"
    if test not in files:
        yield "test", f"has no {test}"
    if not any(f.startswith(f"tests/recipes/{plugin}.{name}.") and f.endswith(".yaml") for f in files):
        yield "recipe", f"has no tests/recipes/{plugin}.{name}.yaml"
    if not any(f == f"docs/components/{plugin}.{name}.md" for f in files):
        yield "page", f"has no docs/components/{plugin}.{name}.md"


def every_component_has_five_places(files, allowed=ALLOWED):
    excused = set()
    for plugin, name, struct, path in components(files):
        for place, problem in missing_places(plugin, name, struct, path, files):
            if (f"{plugin}.{name}", place) in allowed:
                excused.add((f"{plugin}.{name}", place))
            else:
                yield f"{plugin}.{name} {problem}"
    known = {f"{plugin}.{name}" for plugin, name, _, _ in components(files)}
    for component, place in sorted(allowed - excused):
        if component in known:
            yield f"allowed_names.txt: {component} needs no excuse for its {place}"


def names_are_snake_case(files):
    for path in files:
        if path.startswith(("core/", "plugins/", "plugin_api/include/", "plugin_api/src/", "tests/", "bench/")):
            if path.endswith((".cpp", ".h")) and not re.fullmatch(r"[a-z0-9_]+\.(cpp|h)", path.rsplit("/", 1)[-1]):
                yield f"{path}: file names are snake_case"


def plugins_are_found(files):
    """Every folder of plugins/ registers something, so that a new one cannot escape the other rules."""
    registering = {plugin for plugin, _, _, _ in components(files)}
    for folder in sorted({path.split("/")[1] for path in files if path.startswith("plugins/") and path.count("/") > 1}):
        if folder not in registering:
            yield f"plugins/{folder} registers nothing that this test can read"


if __name__ == "__main__":
    files = tracked()
    whole = {"plugins/p/plugin.cpp": 'r.add<p::OneTwo>("p.one_two", "x");', "plugins/p/one_two.cpp": "struct OneTwo {",
             "tests/plugins/p/one_two_test.cpp": "", "tests/recipes/p.one_two.yaml": "", "docs/components/p.one_two.md": ""}
    assert not list(every_component_has_five_places(whole, frozenset()))
    planted = [{path: text for path, text in whole.items() if path != left_out} for left_out in whole if "plugin.cpp" not in left_out]
    planted.append(dict(whole, **{"plugins/p/plugin.cpp": 'r.add<Other>("p.one_two", "x");'}))
    hygiene.main(
        *rule(every_component_has_five_places, files, planted),
        *rule(names_are_snake_case, files, [{"core/run/RunRecord.cpp": ""}]),
        *rule(plugins_are_found, files, [{"plugins/p/a.cpp": ""}]))
