"""What the hygiene tests share: the tracked files, C++ taken apart, and a rule with its own proof that it can fail."""
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from script import Skip, expect, main  # noqa: E402,F401

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = (".cpp", ".h", ".sv", ".py", ".sh", ".cmake", ".vlt")


def tracked(*suffixes, under=""):
    """{path: text} of the tracked files that end so; without git (an unpacked archive) of all files."""
    listed = subprocess.run(["git", "ls-files", "-z", "--", under or "."], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name]
    else:
        names = [str(path.relative_to(ROOT)) for path in (ROOT / under).rglob("*") if path.is_file()]
    files = {}
    for name in sorted(names):
        path = ROOT / name
        if not suffixes or name.endswith(suffixes):
            try:
                files[name] = path.read_text()
            except (FileNotFoundError, UnicodeDecodeError, IsADirectoryError):
                continue  # deleted in the working tree, or no text
    return files


# A comment, a string (raw or plain) or a character, whichever begins first.
TOKEN = re.compile(r'//(?:[^\n\\]|\\.|\\\n)*|/\*.*?\*/|R"([^(\s]*)\((.*?)\)\1"|"((?:[^"\\\n]|\\.)*)"|\'(?:[^\'\\\n]|\\.)+\'', re.S)


def without_comments(text):
    """C++ with its comments blanked out; line numbers stay."""
    def blank(match):
        token = match.group(0)
        return re.sub(r"[^\n]", " ", token) if token.startswith(("//", "/*")) else token
    return TOKEN.sub(blank, digits_joined(text))


def digits_joined(text):
    """1'000 would look like the beginning of a character."""
    return re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "_", text)


def strings(text):
    """(line, content) of every string literal outside comments; the names of included files are none."""
    text = re.sub(r'^([ \t]*#[ \t]*include[ \t]*)"[^"\n]*"', r"\1", digits_joined(text), flags=re.M)
    for match in TOKEN.finditer(text):
        content = match.group(2) if match.group(2) is not None else match.group(3)
        if content is not None:
            yield text.count("\n", 0, match.start()) + 1, content


INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"\n]+)[>"]', re.M)


def includes(text):
    """(line, file) of every #include."""
    code = without_comments(text)
    for match in INCLUDE.finditer(code):
        yield code.count("\n", 0, match.start()) + 1, match.group(1)


def rule(problems, files, planted, name=None):
    """Two tests: `problems(files)` finds nothing in the repository, and finds something in each of `planted`."""
    def holds():
        expect(files, "there are no files to look at")
        found = list(problems(files))
        expect(not found, "%d problems\n  %s" % (len(found), "\n  ".join(found)))

    def can_fail():
        for wrong in planted:
            expect(list(problems(wrong)), f"nothing is found wrong in {wrong!r}")

    holds.__name__ = name or problems.__name__
    can_fail.__name__ = holds.__name__ + "_can_fail"
    return holds, can_fail
