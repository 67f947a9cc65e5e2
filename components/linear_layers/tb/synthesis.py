"""Parameters with which modules are synthesised besides their defaults."""

PARAMETERS = {
    "mase_linear": [
        {"InputMajor": 1},
        {"Rows": 4, "RowPar": 2, "BiasFrac": 9},
        {"HasBias": 0, "Rows": 2},
        {"InFeatures": 4, "OutFeatures": 4, "InSigned": 0, "Rounding": 2, "Overflow": 1},
    ],
}
