# Curves are tested below the pass that draws them.
set(report_sources curves.cpp results.cpp figure.h)
list(TRANSFORM report_sources PREPEND ${CMAKE_SOURCE_DIR}/plugins/report/)
target_sources(${test_target} PRIVATE ${report_sources})
