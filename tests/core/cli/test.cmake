# The program is started, with a plugin that tests of lifetimes build, and examples are made of these plugins.
add_dependencies(${test_target} mase lifetime_keeper mase_plugin_quant mase_plugin_report mase_plugin_cost)
