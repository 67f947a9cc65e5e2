# The program is started, with a plugin that tests of lifetimes build.
add_dependencies(${test_target} mase)
if(TARGET lifetime_keeper)
  add_dependencies(${test_target} lifetime_keeper)
endif()
