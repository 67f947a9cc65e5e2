# Kernels are tested path by path, below the components that choose among them: as the plugin compiled them, since its
# library shows nothing but its manifest.
target_sources(${test_target} PRIVATE $<TARGET_OBJECTS:mase_plugin_quant>)
target_link_libraries(${test_target} PRIVATE -fopenmp) # kernels over blocks share them out among threads
