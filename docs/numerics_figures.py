#!/usr/bin/env python3
"""Draws the figures of docs/numerics.md by running the formats: docs/numerics_figures.py [BUILD]

Writes docs/images/numerics_*.svg. What is drawn are answers of build/tests/format_apply, nothing computed here.
"""
import array
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs/images"
COLOURS = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b"]


class Formats:
    def __init__(self, build):
        self.folder = tempfile.mkdtemp(prefix="mase-figures-")
        self.process = subprocess.Popen([ROOT / build / "tests/format_apply"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def quantize(self, component, fields, numbers):
        path = os.path.join(self.folder, "numbers")
        with open(path, "wb") as f:
            array.array("f", numbers).tofile(f)
        request = {"component": component, "with": fields, "input": path, "shape": [len(numbers)], "values": path + ".out"}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise SystemExit(f"{component} {fields}: {answer['error']}")
        values = array.array("f")
        with open(path + ".out", "rb") as f:
            values.fromfile(f, len(numbers))
        return list(values)


class Figure:
    """A plot with axes in plain SVG."""

    def __init__(self, title, x, y, width=760, height=360):
        self.x, self.y, self.width, self.height = x, y, width, height
        self.parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
                      f'font-size="12">', '<rect width="100%" height="100%" fill="white"/>',
                      f'<text x="{width / 2}" y="18" text-anchor="middle" font-size="14">{title}</text>']
        self.labels = 0

    def at(self, x, y):
        left, right, top, bottom = 64, self.width - 190, 34, self.height - 40
        return (left + (x - self.x[0]) / (self.x[1] - self.x[0]) * (right - left),
                bottom - (y - self.y[0]) / (self.y[1] - self.y[0]) * (bottom - top))

    def axes(self, x_ticks, y_ticks, x_name, y_name):
        for value, text in x_ticks:
            (x, bottom), (_, top) = self.at(value, self.y[0]), self.at(value, self.y[1])
            self.parts += [f'<path d="M{x:.1f} {bottom:.1f}V{top:.1f}" stroke="#ddd"/>',
                           f'<text x="{x:.1f}" y="{bottom + 16:.1f}" text-anchor="middle">{text}</text>']
        for value, text in y_ticks:
            (left, y), (right, _) = self.at(self.x[0], value), self.at(self.x[1], value)
            self.parts += [f'<path d="M{left:.1f} {y:.1f}H{right:.1f}" stroke="#ddd"/>',
                           f'<text x="{left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{text}</text>']
        middle = self.at((self.x[0] + self.x[1]) / 2, self.y[0])
        self.parts += [f'<text x="{middle[0]:.1f}" y="{self.height - 6}" text-anchor="middle">{x_name}</text>',
                       f'<text x="14" y="{self.height / 2}" text-anchor="middle" '
                       f'transform="rotate(-90 14 {self.height / 2})">{y_name}</text>']

    def line(self, points, label):
        points = list(points)
        points = [p for i, p in enumerate(points)
                  if not 0 < i < len(points) - 1 or not points[i - 1][1] == p[1] == points[i + 1][1]]
        colour = COLOURS[self.labels % len(COLOURS)]
        path = "M" + "L".join("%.1f %.1f" % self.at(*p) for p in points)
        y = 44 + 20 * self.labels
        self.parts += [f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.4"/>',
                       f'<path d="M{self.width - 180} {y}h22" stroke="{colour}" stroke-width="3"/>',
                       f'<text x="{self.width - 152}" y="{y + 4}">{label}</text>']
        self.labels += 1

    def ticks_on_line(self, values, row, label, colour):
        _, y = self.at(self.x[0], row)
        marks = "".join("M%.1f %.1fv14" % (self.at(v, row)[0], y - 7) for v in values)
        self.parts += [f'<path d="{marks}" stroke="{colour}" stroke-width="1"/>',
                       f'<text x="{self.width - 180}" y="{y + 4:.1f}">{label}</text>']

    def write(self, name):
        IMAGES.mkdir(exist_ok=True)
        new = IMAGES / (name + ".new")
        new.write_text("\n".join(self.parts + ["</svg>"]) + "\n")
        new.replace(IMAGES / name)


def values_figure(formats):
    """The numbers of formats of 4 to 8 bits, on one line each."""
    rows = [("quant.integer", {"width": 4, "frac_width": 1}, "integer 4/1"),
            ("quant.mxint", {"width": 4, "block_size": {"axis": -1, "size": 8001}}, "mxint 4, maximum 4"),
            ("quant.minifloat_ieee", {"width": 4, "exponent_width": 2}, "minifloat_ieee e2m1"),
            ("quant.minifloat_denorm", {"width": 5, "exponent_width": 2}, "minifloat_denorm 5/2"),
            ("quant.minifloat_ieee", {"width": 6, "exponent_width": 3, "exponent_bias": 5}, "minifloat_ieee 6/3"),
            ("quant.log", {"width": 5, "exponent_bias": 13}, "log 5"),
            ("quant.ternary", {"axis": None}, "ternary"), ("quant.binary", {}, "binary")]
    figure = Figure("The numbers of small formats between -4 and 4", (-4.1, 4.1), (len(rows) - 0.5, -0.5))
    figure.axes([(v, str(v)) for v in range(-4, 5)], [], "value", "")
    sweep = [4 * i / 4000 for i in range(-4000, 4001)]
    for row, (component, fields, label) in enumerate(rows):
        found = sorted({v for v in formats.quantize(component, fields, sweep) if abs(v) <= 4})
        figure.ticks_on_line(found, row, label, COLOURS[row % len(COLOURS)])
    figure.write("numerics_values.svg")


def error_figure(formats):
    """The greatest relative error in each sixteenth of a binade."""
    rows = [("quant.integer", {"width": 8, "frac_width": 4}, "integer 8/4"),
            ("quant.minifloat_ieee", {"width": 8, "exponent_width": 4}, "minifloat_ieee 8/4"),
            ("quant.fp8", {"variant": "e5m2"}, "fp8 e5m2"), ("quant.log", {"width": 8}, "log 8"),
            ("quant.power_of_two", {"width": 8}, "power_of_two 8"), ("quant.bfloat16", {}, "bfloat16")]
    low, high, parts, samples = -12, 12, 4, 64
    figure = Figure("Relative error over magnitude", (low, high), (-10, 0.5))
    figure.axes([(v, f"2^{v}") for v in range(low, high + 1, 4)], [(v, f"2^{v}") for v in range(-10, 1, 2)], "magnitude",
                "greatest relative error")
    for component, fields, label in rows:
        numbers = [2.0 ** (low + (i + 0.5) / (parts * samples)) for i in range((high - low) * parts * samples)]
        errors = [abs(q - x) / x for q, x in zip(formats.quantize(component, fields, numbers), numbers)]
        points = [(low + (k + 0.5) / parts, max(-10, math.log2(max(errors[k * samples:(k + 1) * samples]) or 1e-9)))
                  for k in range((high - low) * parts)]
        figure.line(points, label)
    figure.write("numerics_error.svg")


def rounding_figure(formats):
    """The same grid under the deterministic roundings."""
    figure = Figure("quant.integer, width 4, frac_width 0: what lies between two numbers", (-3, 3), (-3.2, 3.2))
    figure.axes([(v, str(v)) for v in range(-3, 4)], [(v, str(v)) for v in range(-3, 4)], "x", "quantize(x)")
    sweep = [3 * i / 1200 for i in range(-1200, 1201)]
    for k, rounding in enumerate(("nearest_even", "floor", "ceil", "toward_zero", "away_from_zero")):
        fields = {"width": 4, "frac_width": 0, "rounding": rounding}
        shift = 0.05 * (k - 2)  # side by side, or they would cover each other
        figure.line([(x, y + shift) for x, y in zip(sweep, formats.quantize("quant.integer", fields, sweep))], rounding)
    figure.write("numerics_rounding.svg")


def rules_figure(formats):
    """Where rule: mase leaves the nearest value."""
    figure = Figure("rule: standard and rule: mase around powers of two (width 8, exponent_width 4)", (0.8, 2.1), (0.7, 2.1))
    figure.axes([(v / 5, f"{v / 5:g}") for v in range(4, 11)], [(v / 5, f"{v / 5:g}") for v in range(4, 11)], "x",
                "quantize(x)")
    sweep = [0.8 + 1.3 * i / 1300 for i in range(1301)]
    for component in ("quant.minifloat_ieee", "quant.minifloat_denorm"):
        for rule in ("standard", "mase"):
            fields = {"width": 8, "exponent_width": 4, "rule": rule}
            points = zip(sweep, formats.quantize(component, fields, sweep))
            figure.line(list(points), f"{component[16:]}, {rule}")
    figure.write("numerics_rules.svg")


if __name__ == "__main__":
    applied = Formats(sys.argv[1] if len(sys.argv) > 1 else "build")
    for draw in (values_figure, error_figure, rounding_figure, rules_figure):
        draw(applied)
