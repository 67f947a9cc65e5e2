# Kernels are shared out among LibTorch's threads (its OpenMP), vectorised though comparisons could trap, and every
# path computes the same bits: no multiplication and addition are fused where the processor could.
set(plugin_libs -fopenmp)
set_source_files_properties(${sources} PROPERTIES COMPILE_OPTIONS "-fopenmp;-fno-trapping-math;-ffp-contract=off")
