#!/usr/bin/env python3
"""The manual's generated pages are those that this build writes, and its links lead somewhere."""
import os
import pathlib
import re
import subprocess

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
    if not (ROOT / os.environ.get("MASE", "build/bin/mase")).exists():
        raise Skip("the program is not built")
    environment = {k: v for k, v in os.environ.items() if k != "MASE_PLUGIN_PATH"}
    done = subprocess.run([ROOT / "tools/ci-docs"], capture_output=True, text=True, env=environment)
    expect(done.returncode == 0, done.stdout[:2000] + done.stderr)


if __name__ == "__main__":
    hygiene.main(*rule(links_lead_somewhere, tracked(".md"), [{"docs/a.md": "see [b](no_such_page.md)\n"}]), generated_pages_are_fresh)
