# Kernels are shared out among LibTorch's threads (its OpenMP), and vectorised though comparisons could trap.
find_package(OpenMP REQUIRED COMPONENTS CXX)
set(plugin_libs OpenMP::OpenMP_CXX)
set_source_files_properties(${folder}/fixed_kernel.cpp PROPERTIES COMPILE_OPTIONS -fno-trapping-math)
