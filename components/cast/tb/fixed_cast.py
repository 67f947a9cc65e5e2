"""fixed_cast for all input codes, in every mode of many pairs of formats; all instances read the same code."""

import itertools

# (width, frac_width) of the input, then of the output.
PAIRS = [((8, 4), out) for out in ((8, 4), (6, 2), (6, 4), (4, 0), (8, 7), (10, 6), (3, 5), (1, 0), (1, 3), (7, -2),
                                   (5, -4), (5, -5), (5, -9), (12, 3), (9, 4))]
PAIRS += [((8, -2), (6, -3)), ((8, 9), (8, 7)), ((8, 12), (5, 3)), ((8, -6), (8, 2)), ((5, 3), (4, 1)),
          ((1, 0), (2, 1)), ((1, 0), (1, -1)), ((2, 1), (2, 0)), ((7, 64), (8, 0)), ((8, 5), (8, -64))]
MODES = list(itertools.product((0, 1), (0, 1), (0, 1, 2), (0, 1, 2)))


def wrapper():
    """The top and the C++ table; result i lies in bits 32 i and up."""
    instances = [pair + mode for pair in PAIRS for mode in MODES]
    body, rows = [], []
    for i, ((width, frac), (out_width, out_frac), is_signed, out_signed, rounding, overflow) in enumerate(instances):
        body.append(f"  logic [{width - 1}:0] in_{i} [0:0];\n  logic [{out_width - 1}:0] out_{i} [0:0];\n"
                    f"  assign in_{i}[0] = code[{width - 1}:0];\n"
                    f"  fixed_cast #(.IN_SIZE(1), .IN_WIDTH({width}), .IN_FRAC_WIDTH({frac}), .OUT_WIDTH({out_width}), "
                    f".OUT_FRAC_WIDTH({out_frac}), .IN_SIGNED({is_signed}), .OUT_SIGNED({out_signed}), "
                    f".ROUNDING({rounding}), .OVERFLOW({overflow})) u_{i} (.data_in(in_{i}), .data_out(out_{i}));\n"
                    f"  assign result[{32 * i} +: 32] = {{{32 - out_width}'b0, out_{i}[0]}};")
        rows.append(f"    {{{width}, {frac}, {out_width}, {out_frac}, {is_signed}, {out_signed}, {rounding}, {overflow}}},")
    top = ("module rtl_bench (\n  input logic [7:0] code,\n"
           f"  output logic [{32 * len(instances) - 1}:0] result\n);\n" + "\n".join(body) + "\nendmodule\n")
    return top, "const std::vector<Instance> kInstances = {\n" + "\n".join(rows) + "\n};\n"
