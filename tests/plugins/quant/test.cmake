# Kernels are tested path by path, below the components that choose among them, and compiled as the plugin's are.
set(kernel_options "-fno-trapping-math;-ffp-contract=off")
foreach(source fixed_kernel.cpp float_kernel.cpp kernel.cpp)
  target_sources(${test_target} PRIVATE ${CMAKE_SOURCE_DIR}/plugins/quant/${source})
  set_source_files_properties(${CMAKE_SOURCE_DIR}/plugins/quant/${source} PROPERTIES COMPILE_OPTIONS "${kernel_options}")
endforeach()
# Kernels over blocks have loops whose lengths are not constant.
file(GLOB block_kernels CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/plugins/quant/block_*_kernel.cpp
     ${CMAKE_SOURCE_DIR}/plugins/quant/*ed_integer_kernel.cpp)
target_sources(${test_target} PRIVATE ${block_kernels} ${CMAKE_SOURCE_DIR}/plugins/quant/block_elements.cpp
                                      ${CMAKE_SOURCE_DIR}/plugins/quant/block_geometry.cpp)
set_source_files_properties(${block_kernels} PROPERTIES COMPILE_OPTIONS "-fopenmp;${kernel_options};-O3")
target_link_libraries(${test_target} PRIVATE -fopenmp) # kernels over blocks share them out among threads
