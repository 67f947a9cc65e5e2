#!/usr/bin/env python3
"""Damage to an emitted design must be found: exit status 1 and the damaged node named; mended, all is well again."""
import functools
import pathlib
import re
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from program import expect, mase, need, scratch, succeed  # noqa: E402
from script import main  # noqa: E402

RECIPE = ROOT / "tests/support/hardware.yaml"


class Image:
    """A parameter's memory image: rows of hexadecimal numbers, element 0 in the most significant bits."""

    def __init__(self, file, width):
        self.file, self.width = file, width
        self.rows = file.read_text().split()

    def codes(self, row, lanes):
        number = int(self.rows[row], 16)
        fields = [number >> (self.width * (lanes - 1 - i)) & (1 << self.width) - 1 for i in range(lanes)]
        return [f - (1 << self.width) if f >> (self.width - 1) else f for f in fields]

    def set_code(self, row, lane, lanes, code):
        shift = self.width * (lanes - 1 - lane)
        mask = (1 << self.width) - 1
        number = int(self.rows[row], 16) & ~(mask << shift) | (code & mask) << shift
        self.rows[row] = f"{number:0{len(self.rows[row])}x}"

    def write(self):
        self.file.write_text("\n".join(self.rows) + "\n")


def top_parameter(rtl, name):
    match = re.search(rf"parameter {name} = (\d+)", (rtl / "top.sv").read_text())
    expect(match, f"top.sv has no parameter {name}")
    return int(match.group(1))


def weights(rtl, node):
    """The image of a layer's weights and how many lie in a row."""
    sizes = [top_parameter(rtl, f"{node}_WEIGHT_{name}") for name in ("PARALLELISM_DIM_0", "PARALLELISM_DIM_1", "PRECISION_0")]
    return Image(rtl / f"{node}_weight_rom.dat", sizes[2]), sizes[0] * sizes[1]


def flip_largest_weight(node, rtl):
    """The sign bit of the layer's largest weight, as a broken bit of the ROM."""
    image, lanes = weights(rtl, node)
    size, row, lane = max((abs(code), r, i) for r in range(len(image.rows)) for i, code in enumerate(image.codes(r, lanes)))
    expect(size > 0, f"all weights of {node} are 0")
    code = image.codes(row, lanes)[lane]
    image.set_code(row, lane, lanes, code ^ 1 << (image.width - 1))
    image.write()


def swap_two_tiles(node, rtl):
    image, _ = weights(rtl, node)
    first, second = next((a, b) for a in range(len(image.rows)) for b in range(a) if image.rows[a] != image.rows[b])
    image.rows[first], image.rows[second] = image.rows[second], image.rows[first]
    image.write()


def replace(file, pattern, text):
    """Exactly one place of a file becomes something else."""
    changed, count = re.subn(pattern, text, file.read_text(), flags=re.S)
    expect(count == 1, f"{file.name}: '{pattern}' is found {count} times")
    file.write_text(changed)


def floor_in_one_cast(node, rtl):
    """The cast in front of one layer, by its parameter."""
    replace(rtl / "top.sv", rf"(\.ROUNDING\()0(\)[^;]*?\) {node}_data_in_0_cast_0 )", r"\g<1>1\g<2>")


def floor_in_every_cast(rtl):
    """The module's nearest-even branch rounds down."""
    replace(rtl / "mase_cast.sv", r"assign up = \(tail > Half\)[^;]*;", "assign up = (tail > Half) && 1'b0;")


def greater_for_less(rtl):
    """max(0, x) becomes min(0, x)."""
    replace(rtl / "mase_relu.sv", r"data_in\[i\*InWidth \+ InWidth - 1\]\)", "!data_in[i*InWidth + InWidth - 1])")


@functools.cache
def emitted():
    need("verilator")
    folder = scratch()
    succeed("run", RECIPE, "--out", pathlib.Path(folder.name) / "run")
    return folder


def simulate(run):
    return mase("run", RECIPE, "--out", run, "--from", "hw.simulate")


def found(damage, *nodes):
    """A test: after `damage(rtl)` the simulation fails at one of `nodes`; without it, it passes."""
    def test():
        run = pathlib.Path(emitted().name) / "run"
        rtl, whole = run / "hardware/rtl", run / "hardware/rtl.whole"
        shutil.copytree(rtl, whole)
        try:
            damage(rtl)
            done = simulate(run)
        finally:
            shutil.rmtree(rtl)
            whole.rename(rtl)
        expect(done.returncode == 1, f"exit status {done.returncode}, expected 1\n{done.stdout}")
        named = re.search(r"mismatches .*the first at node '(\w+)'", done.stdout)
        expect(named and named.group(1) in nodes, f"expected one of {nodes} to be named\n{done.stdout}")
        mended = simulate(run)
        expect(mended.returncode == 0, f"mended, and yet: exit status {mended.returncode}\n{mended.stdout}")
        expect("0 mismatches" in mended.stdout, mended.stdout)

    test.__name__ = getattr(damage, "__name__", "") or f"{damage.func.__name__}_of_{damage.args[0]}"
    return test


if __name__ == "__main__":
    layers = ("fc1", "fc2", "fc3")
    main(*(found(functools.partial(flip_largest_weight, node), node) for node in layers),
         *(found(functools.partial(swap_two_tiles, node), node) for node in layers[1:]),
         *(found(functools.partial(floor_in_one_cast, node), node) for node in layers[1:]),
         found(floor_in_every_cast, "fc2", "relu1"),
         found(greater_for_less, "relu1"))
