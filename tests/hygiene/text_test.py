#!/usr/bin/env python3
"""What is true of every source file as text: a first line that says what it is for, sizes, and nothing left over."""
import re

import hygiene
from hygiene import CODE, rule, tracked, without_comments

LEFTOVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
COMMENT = {".cpp": "//", ".h": "//", ".sv": "//", ".py": ('"""', "#"), ".sh": "#", ".cmake": "#", ".yaml": "#", "Lists.txt": "#"}
FILE_LINES = 400
FUNCTION_LINES = 40
TOP_LEVEL_CMAKE_LINES = 80
# A path that exists on one machine only (/home/me is everybody's), and places where packages are fetched from.
MACHINE_PATH = re.compile(r"(?<![\w.$}-])/(work|home(?!/me\b)|root|Users|mnt|workspace)/[\w.]")
REGISTRY = re.compile(r"\b(pypi|pythonhosted|crates|npmjs|conda|anaconda)\.[a-z]{2,3}\b|\b(deb|download)\.\w+\.org|index-url"
                      r"|proxy\.\w+|artifactory|\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}:\d+")


def nothing_is_left_over(files):
    for name, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            if LEFTOVER.search(line):
                yield f"{name}:{number}: {line.strip()}"


def the_first_line_says_what_a_file_is_for(files):
    for name, text in files.items():
        marker = next(mark for end, mark in COMMENT.items() if name.endswith(end))
        lines = text.splitlines() or [""]
        first = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
        if not first.startswith(marker):
            yield f"{name}: begins with '{first[:60]}'"
        elif len(first.strip("/#\" ")) < 10:
            yield f"{name}: the first line says nothing: '{first}'"


def files_are_short(files):
    for name, text in files.items():
        lines = text.count("\n")
        if lines > FILE_LINES:
            yield f"{name}: {lines} lines, at most {FILE_LINES}"


def functions(text):
    """(line, lines of the body) of every function; what stands inside one, a lambda or a local class, is part of it."""
    code = re.sub(r'"(?:[^"\\\n]|\\.)*"', lambda m: '"' + " " * (len(m.group(0)) - 2) + '"', without_comments(text))
    code = re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), code, flags=re.M | re.S)
    open_braces, parens, head = [], 0, 0
    for at, c in enumerate(code):
        parens += (c == "(") - (c == ")")
        if c == "{":
            said = code[head:at].strip()
            outside = parens == 0 and not any(kind for kind, _ in open_braces)
            is_function = outside and "(" in said and not re.match(r"(extern|namespace|struct|class|enum|union)\b", said) \
                and not re.search(r"=\s*$", said)
            open_braces.append((is_function, at))
            head = at + 1
        elif c == "}" and open_braces:
            is_function, begin = open_braces.pop()
            head = at + 1
            if is_function:
                yield code.count("\n", 0, begin) + 1, code.count("\n", begin, at) - 1
        elif c == ";" and parens == 0:
            head = at + 1


def functions_are_short(files):
    for name, text in files.items():
        for line, lines in functions(text):
            if lines > FUNCTION_LINES:
                yield f"{name}:{line}: a function of {lines} lines, at most {FUNCTION_LINES}"


def the_top_level_cmake_file_is_short(files):
    lines = files["CMakeLists.txt"].count("\n")
    if lines > TOP_LEVEL_CMAKE_LINES:
        yield f"CMakeLists.txt: {lines} lines, at most {TOP_LEVEL_CMAKE_LINES}"


def no_file_knows_a_machine_or_a_registry(files):
    for name, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            for pattern in (MACHINE_PATH, REGISTRY):
                if match := pattern.search(line):
                    yield f"{name}:{number}: '{match.group(0)}' in: {line.strip()[:120]}"


def text_is_clean(files):
    for name, text in files.items():
        if text and not text.endswith("\n"):
            yield f"{name}: no line end at the end of the file"
        for number, line in enumerate(text.split("\n"), 1):
            if line.endswith((" ", "\t", "\r")):
                yield f"{name}:{number}: white space at the end of the line"
            elif "\t" in line and name != "Makefile":
                yield f"{name}:{number}: a tab"


if __name__ == "__main__":
    everything = tracked()
    code = {n: t for n, t in everything.items() if n.endswith(CODE)}
    # Recipes that a test breaks on purpose may begin, end and be indented as they like.
    own = {n: t for n, t in everything.items() if not n.startswith(("tests/recipes/", "tests/vectors/", "tests/api/data/"))}
    begins = {n: t for n, t in own.items() if n.endswith(tuple(COMMENT)) and t}
    hygiene.main(
        *rule(nothing_is_left_over, {n: t for n, t in everything.items() if n != "tests/hygiene/text_test.py"}, [
            {"a.cpp": "// TO" "DO: later\n"}, {"a.md": "XX" "X\n"}]),
        *rule(the_first_line_says_what_a_file_is_for, begins, [
            {"a.cpp": "#include <vector>\n"}, {"a.h": "\n// late\n"}, {"a.cpp": "// a\n"}, {"a.sh": "#!/bin/sh\nset -e\n"}]),
        *rule(files_are_short, code, [{"a.cpp": "\n" * 401}]),
        *rule(functions_are_short,
              {n: t for n, t in code.items() if n.startswith(("core/", "plugins/", "plugin_api/", "sim/")) and n.endswith((".cpp", ".h"))},
              [{"a.cpp": "int f() {\n" + "  g();\n" * 41 + "}\n"},
               {"a.h": "struct S {\n  int f(int a,\n        int b) const {\n" + "    g();\n" * 41 + "  }\n};\n"}]),
        *rule(the_top_level_cmake_file_is_short, everything, [{"CMakeLists.txt": "\n" * 81}]),
        *rule(no_file_knows_a_machine_or_a_registry,
              {n: t for n, t in everything.items() if n not in ("tests/hygiene/text_test.py", "LICENSE")}, [
                  {"a.md": "see /home/jane/mase\n"}, {"a.sh": "cd /home" "/x\n"}, {"a.txt": "https://crates" ".io/simple\n"},
                  {"a.txt": "pip install --index-url x\n"}]),
        *rule(text_is_clean, {n: t for n, t in own.items() if n != "LICENSE"}, [
            {"a.cpp": "int a;"}, {"a.cpp": "int a; \n"}, {"a.cpp": "\tint a;\n"}, {"a.cpp": "int a;\r\n"}]))
