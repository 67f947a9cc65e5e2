# mase::zip: libzip, for every plugin that reads or writes archives of PyTorch or NumPy.
#
# Its own CMake package asks for programs that the library does not need and Debian ships apart.
include_guard(GLOBAL)
find_path(MASE_ZIP_INCLUDE zip.h REQUIRED)
find_library(MASE_ZIP_LIBRARY zip REQUIRED)
add_library(mase::zip UNKNOWN IMPORTED GLOBAL)
set_target_properties(mase::zip PROPERTIES
  IMPORTED_LOCATION ${MASE_ZIP_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${MASE_ZIP_INCLUDE})
