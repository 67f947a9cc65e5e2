#!/usr/bin/env python3
"""Runs the commands of docs/*.md: every ```sh block, page by page, in a scratch folder of its own.

A ```yaml block that begins with `mase:` is a whole recipe and is checked; README.md takes part.
The program is the one given as argument, else build/bin/mase. A block marked ```sh skip is for people only. After a
block, a ```text block lists lines that its output must contain, as they stand but for numbers, which may differ.
A page that says <!-- needs data/FILE ... --> finds the shared data as the folder `data`, and is skipped without them."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w+)?( skip)?\n(.*?)^```$", re.M | re.S)
NEEDS = re.compile(r"^<!-- needs (.*) -->$", re.M)
DATA = ROOT.parent / "shared" / "data"
SECONDS = 600


def blocks(page):
    """(line number, command text, expected lines) of each block that is to be run."""
    found = []
    text = page.read_text()
    for match in FENCE.finditer(text):
        language, skip, body = match.groups()
        line = text.count("\n", 0, match.start()) + 1
        if language == "sh" and not skip:
            found.append((line, body, []))
        elif language == "yaml" and "\nmase: 1" in "\n" + body and "steps:" in body and not skip:
            found.append((line, f"cat >block.yaml <<'END'\n{body}END\nmase check block.yaml", []))
        elif language == "text" and found:
            found[-1][2].extend(body.splitlines())
    return found


def lacking(page):
    """What the page needs and this machine has not."""
    needed = " ".join(NEEDS.findall(page.read_text())).split()
    return [name for name in needed if not (DATA.parent / name).exists()]


def words(line):
    """A line without its numbers, spacing and frame, so that figures may move."""
    return " ".join(re.sub(r"[-+]?\d[\d.e+-]*|\.\.\.", " ", line).split())


def run(page, program):
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in ("recipes", "examples", "components"):
            (pathlib.Path(folder) / name).symlink_to(ROOT / name)
        if DATA.exists():
            (pathlib.Path(folder) / "data").symlink_to(DATA)
        environment = dict(os.environ, PATH=f"{program.parent}:{os.environ['PATH']}")
        for line, body, expected in blocks(page):
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", body], cwd=folder, env=environment, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
            printed = {words(shown) for shown in done.stdout.splitlines()}
            missing = [e for e in expected if words(e) and words(e) not in printed]
            if done.returncode != 0 or missing:
                failures += 1
                print(f"{page.relative_to(ROOT)}:{line}: exit status {done.returncode}")
                for text in missing:
                    print(f"  not printed: {text}")
                print(done.stdout)
    return failures


def main():
    program = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "bin" / "mase"
    if not program.exists():
        print(f"SKIP: {program} does not exist")
        return 0
    failures = 0
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        if missing := lacking(page):
            print(f"SKIP: {page.relative_to(ROOT)} needs {missing[0]}")
        elif found := blocks(page):
            print(f"{page.relative_to(ROOT)}: {len(found)} blocks")
            failures += run(page, program)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
