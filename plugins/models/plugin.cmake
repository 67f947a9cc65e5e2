# libzip reads the archives that PyTorch writes. Its own CMake files ask for programs that Debian ships apart.
find_path(MASE_ZIP_INCLUDE zip.h REQUIRED)
find_library(MASE_ZIP_LIBRARY zip REQUIRED)
if(NOT TARGET mase::zip)
  add_library(mase::zip UNKNOWN IMPORTED GLOBAL)
  set_target_properties(mase::zip PROPERTIES
    IMPORTED_LOCATION ${MASE_ZIP_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${MASE_ZIP_INCLUDE})
endif()
list(APPEND plugin_libs mase::zip)

# ONNX files are protocol buffers.
include(${CMAKE_CURRENT_SOURCE_DIR}/onnx_proto.cmake)
list(APPEND plugin_libs mase_onnx_proto)
