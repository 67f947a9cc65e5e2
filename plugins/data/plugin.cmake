# zlib reads compressed files, HDF5's C library HDF5, libzip NumPy's archives. All are found without enabling C.
find_package(ZLIB REQUIRED)
find_path(MASE_HDF5_INCLUDE hdf5.h PATH_SUFFIXES hdf5/serial REQUIRED)
find_library(MASE_HDF5_LIBRARY NAMES hdf5_serial hdf5 PATH_SUFFIXES hdf5/serial REQUIRED)
if(NOT TARGET mase::hdf5)
  add_library(mase::hdf5 UNKNOWN IMPORTED GLOBAL)
  set_target_properties(mase::hdf5 PROPERTIES
    IMPORTED_LOCATION ${MASE_HDF5_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${MASE_HDF5_INCLUDE})
endif()
include(${CMAKE_CURRENT_SOURCE_DIR}/zip.cmake)
set(plugin_libs ZLIB::ZLIB mase::hdf5 mase::zip ${CMAKE_DL_LIBS})
# The digits that tools/setup fetched travel with the plugin; without them data.digits says how to get them.
if(EXISTS ${CMAKE_SOURCE_DIR}/.deps/data/digits.csv.gz)
  set(plugin_files ${CMAKE_SOURCE_DIR}/.deps/data/digits.csv.gz)
endif()
