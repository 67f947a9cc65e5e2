# Finds LibTorch and defines mase::torch: libtorch_cpu and libc10 only, never libtorch_python or the CUDA parts.
#
# Looked at, in this order: MASE_TORCH_DIR (CMake, then environment), then the folders in MASE_TORCH_HINTS.
# Sets MaseTorch_DIR_USED, MaseTorch_LIB_DIR, MaseTorch_VERSION. LibTorch's own CMake package is not used:
# it insists on every CUDA library that the wheel was built with.
if(TARGET mase::torch)
  set(MaseTorch_FOUND TRUE)
  return()
endif()

set(_mase_torch_remedy "Run tools/setup to install the pinned one, or pass -DMASE_TORCH_DIR=<folder with lib/ and include/>.")

if(MASE_TORCH_DIR)
  set(_mase_torch_where ${MASE_TORCH_DIR})
elseif(DEFINED ENV{MASE_TORCH_DIR})
  set(_mase_torch_where $ENV{MASE_TORCH_DIR})
else()
  set(_mase_torch_where ${MASE_TORCH_HINTS})
endif()

set(MaseTorch_DIR_USED "")
foreach(_dir IN LISTS _mase_torch_where)
  if(EXISTS ${_dir}/lib/libtorch_cpu.so AND EXISTS ${_dir}/lib/libc10.so)
    get_filename_component(MaseTorch_DIR_USED ${_dir} ABSOLUTE)
    break()
  endif()
endforeach()
if(NOT MaseTorch_DIR_USED)
  if(_mase_torch_where)
    message(FATAL_ERROR "No LibTorch in '${_mase_torch_where}': lib/libtorch_cpu.so or lib/libc10.so is missing. ${_mase_torch_remedy}")
  endif()
  message(FATAL_ERROR "LibTorch was not found. ${_mase_torch_remedy}")
endif()
set(MaseTorch_LIB_DIR ${MaseTorch_DIR_USED}/lib)

# The version stands in a header, whose place changed over the releases.
set(MaseTorch_VERSION "")
foreach(_header torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
  set(_header ${MaseTorch_DIR_USED}/include/${_header})
  if(EXISTS ${_header} AND NOT MaseTorch_VERSION)
    file(STRINGS ${_header} _lines REGEX "^#define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]+")
    if(_lines)
      list(TRANSFORM _lines REPLACE "^.* ([0-9]+).*$" "\\1")
      list(JOIN _lines "." MaseTorch_VERSION)
    endif()
  endif()
endforeach()
if(NOT MaseTorch_VERSION)
  message(FATAL_ERROR "The LibTorch in ${MaseTorch_DIR_USED} has no version header under include/. ${_mase_torch_remedy}")
endif()

# A LibTorch built for the C++ ABI before GCC 5 links with no other library of the system.
file(STRINGS ${MaseTorch_LIB_DIR}/libc10.so _cxx11 REGEX "__cxx11" LIMIT_COUNT 1)
if(NOT _cxx11)
  message(FATAL_ERROR "The LibTorch in ${MaseTorch_DIR_USED} was built without the C++11 ABI; take the 'cxx11 ABI' download. ${_mase_torch_remedy}")
endif()

# libtorch_cpu.so finds the CUDA run-time and CUPTI by its own rpath; ld wants to be told where they are.
file(GLOB _nvidia_dirs ${MaseTorch_DIR_USED}/../nvidia/*/lib)
set(_link_dirs -Wl,-rpath-link,${MaseTorch_LIB_DIR})
foreach(_dir IN LISTS _nvidia_dirs)
  get_filename_component(_dir ${_dir} ABSOLUTE)
  list(APPEND _link_dirs -Wl,-rpath-link,${_dir})
endforeach()

# The wheel's include/ also holds a newer fmt, which would be taken for the system's. So what the compiler sees is a
# folder of links to everything but that. In mase's own tree all build folders share one, so that a compiler cache does too.
if(CMAKE_SOURCE_DIR STREQUAL mase_SOURCE_DIR)
  string(MD5 _torch_key ${MaseTorch_DIR_USED})
  string(SUBSTRING ${_torch_key} 0 8 _torch_key)
  set(_include ${CMAKE_SOURCE_DIR}/.deps/include-${_torch_key})
else()
  set(_include ${CMAKE_BINARY_DIR}/torch_include)
endif()
file(MAKE_DIRECTORY ${_include})
file(GLOB _entries RELATIVE ${MaseTorch_DIR_USED}/include ${MaseTorch_DIR_USED}/include/*)
list(REMOVE_ITEM _entries fmt)
foreach(_entry IN LISTS _entries)
  if(NOT EXISTS ${_include}/${_entry}) # a compiler may be reading the others at this moment
    file(CREATE_LINK ${MaseTorch_DIR_USED}/include/${_entry} ${_include}/${_entry} SYMBOLIC)
  endif()
endforeach()

add_library(mase::c10 UNKNOWN IMPORTED)
set_target_properties(mase::c10 PROPERTIES IMPORTED_LOCATION ${MaseTorch_LIB_DIR}/libc10.so)
add_library(mase::torch UNKNOWN IMPORTED)
set_target_properties(mase::torch PROPERTIES
  IMPORTED_LOCATION ${MaseTorch_LIB_DIR}/libtorch_cpu.so
  INTERFACE_INCLUDE_DIRECTORIES "${_include};${_include}/torch/csrc/api/include"
  INTERFACE_COMPILE_DEFINITIONS "AT_PER_OPERATOR_HEADERS;_GLIBCXX_USE_CXX11_ABI=1"
  INTERFACE_LINK_LIBRARIES mase::c10
  INTERFACE_LINK_OPTIONS "${_link_dirs}")

message(STATUS "LibTorch ${MaseTorch_VERSION} in ${MaseTorch_DIR_USED}")
set(MaseTorch_FOUND TRUE)
