"""Parameters with which modules are synthesised besides their defaults."""

PARAMETERS = {
    "mase_cast": [
        {"Lanes": 3, "OutWidth": 5, "OutFrac": 1, "Rounding": rounding, "Overflow": overflow, "OutSigned": out_signed}
        for rounding, overflow, out_signed in ((0, 0, 1), (1, 1, 1), (2, 2, 1), (0, 0, 0))
    ],
}
