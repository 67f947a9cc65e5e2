#!/usr/bin/env python3
"""The manual's generated pages are those that this build writes, and its links lead somewhere."""
import os
import pathlib
import re
import subprocess
import tempfile

import hygiene
from hygiene import ROOT, Skip, expect, rule, tracked

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def links_lead_somewhere(files):
    for name, text in files.items():
        text = re.sub(r"^```.*?^```", lambda m: "\n" * m.group(0).count("\n"), text, flags=re.M | re.S)
        for match in LINK.finditer(text):
            target = match.group(1)
            if not re.match(r"[a-z]+:", target) and not (ROOT / pathlib.PurePosixPath(name).parent / target).exists():
                yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: no {target}"


def generated_pages_are_fresh():
    program = ROOT / os.environ.get("MASE", "build/bin/mase")
    if not program.exists():
        raise Skip(f"{program} does not exist")
    with tempfile.TemporaryDirectory() as fresh:
        environment = {k: v for k, v in os.environ.items() if k != "MASE_PLUGIN_PATH"}
        made = subprocess.run([program, "docs", fresh], capture_output=True, text=True, env=environment)
        expect(made.returncode == 0, made.stderr)
        compared = subprocess.run(["diff", "-r", fresh, ROOT / "docs/components"], capture_output=True, text=True)
        expect(compared.returncode == 0, "run 'make docs':\n" + compared.stdout[:2000] + compared.stderr)
        expect(any(pathlib.Path(fresh).iterdir()), "mase docs writes nothing")


if __name__ == "__main__":
    hygiene.main(*rule(links_lead_somewhere, tracked(".md"), [{"docs/a.md": "see [b](no_such_page.md)\n"}]), generated_pages_are_fresh)
