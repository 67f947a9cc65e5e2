# Kernels are shared out among LibTorch's threads (its OpenMP), and vectorised though comparisons could trap.
set(plugin_libs -fopenmp)
set_source_files_properties(${folder}/integer.cpp PROPERTIES COMPILE_OPTIONS -fopenmp)
set_source_files_properties(${folder}/fixed_kernel.cpp PROPERTIES COMPILE_OPTIONS -fno-trapping-math)
