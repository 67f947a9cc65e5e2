"""Parameters with which modules are synthesised besides their defaults."""

PARAMETERS = {
    "mase_fifo": [{"Depth": 1}, {"Depth": 5}],
    "mase_repeat_buffer": [{"Size": 1, "Repeat": 3}, {"Size": 5, "Repeat": 1}],
}
