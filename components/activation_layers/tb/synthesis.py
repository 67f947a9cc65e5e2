"""Parameters with which modules are synthesised besides their defaults."""

PARAMETERS = {
    "mase_leaky_relu": [{"Shift": 1}, {"SlopeValue": 37, "InSigned": 0}],
}
