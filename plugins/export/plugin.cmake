# libzip writes PyTorch's archives. Its CMake package asks for programs that the library does not need.
find_path(MASE_ZIP_INCLUDE zip.h REQUIRED)
find_library(MASE_ZIP_LIBRARY zip REQUIRED)
if(NOT TARGET mase::zip)
  add_library(mase::zip UNKNOWN IMPORTED GLOBAL)
  set_target_properties(mase::zip PROPERTIES
    IMPORTED_LOCATION ${MASE_ZIP_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${MASE_ZIP_INCLUDE})
endif()
include(${CMAKE_CURRENT_SOURCE_DIR}/onnx_proto.cmake)
set(plugin_libs mase::zip mase_onnx_proto)
