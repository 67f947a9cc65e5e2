"""Parameters with which modules are synthesised besides their defaults."""

PARAMETERS = {
    "mase_fork": [{"Outputs": 1}],
    "mase_repack": [{"InLanes": 3, "OutLanes": 5}, {"InLanes": 2, "OutLanes": 8}, {"InLanes": 4, "OutLanes": 4}],
}
