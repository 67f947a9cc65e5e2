# Kernels are shared out among LibTorch's threads (its OpenMP), vectorised though comparisons could trap, and every
# path computes the same bits: no multiplication and addition are fused where the processor could.
set(plugin_libs -fopenmp)
set(plugin_options -fopenmp -fno-trapping-math -ffp-contract=off)
# Blocks have loops whose lengths are not constant.
file(GLOB long_loops CONFIGURE_DEPENDS ${folder}/block_*_kernel.cpp ${folder}/*ed_integer_kernel.cpp)
list(APPEND long_loops ${folder}/affine_format.cpp)
set_property(SOURCE ${long_loops} APPEND PROPERTY COMPILE_OPTIONS -O3)
