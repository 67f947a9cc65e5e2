# mase_onnx_proto: classes for ONNX files, for every plugin that reads or writes them.
#
# Generated here from the installed onnx.proto, into a package of its own (mase_onnx): LibTorch and onnxruntime carry
# ONNX's classes of other versions, and names that nobody else has cannot meet theirs. The lite runtime keeps no table
# of descriptors for the process, hidden visibility gives each plugin a copy of its own.
include_guard(GLOBAL)
find_program(MASE_PROTOC protoc REQUIRED)
find_path(MASE_ONNX_INCLUDE onnx/onnx.proto REQUIRED)
find_path(MASE_PROTOBUF_INCLUDE google/protobuf/message_lite.h REQUIRED)
find_library(MASE_PROTOBUF_LITE protobuf-lite REQUIRED)

function(_mase_onnx_proto)
  set(dir ${CMAKE_BINARY_DIR}/onnx_proto)
  file(READ ${MASE_ONNX_INCLUDE}/onnx/onnx.proto text)
  string(REGEX REPLACE "\npackage [a-zA-Z0-9_.]+;" "\npackage mase_onnx;" text "${text}")
  if(NOT text MATCHES "LITE_RUNTIME")
    string(APPEND text "option optimize_for = LITE_RUNTIME;\n")
  endif()
  # Newer than Debian's file: several functions of one name, and defaults of a function's attributes.
  if(NOT text MATCHES "string overload")
    string(REPLACE "\nmessage NodeProto {" "\nmessage NodeProto {\n  optional string overload = 8;" text "${text}")
    string(REPLACE "\nmessage FunctionProto {" "\nmessage FunctionProto {\n  optional string overload = 13;" text
      "${text}")
  endif()
  if(NOT text MATCHES "attribute_proto")
    string(REPLACE "\nmessage FunctionProto {" "\nmessage FunctionProto {\n  repeated AttributeProto attribute_proto = 11;"
      text "${text}")
  endif()
  file(CONFIGURE OUTPUT ${dir}/mase_onnx.proto CONTENT "${text}" @ONLY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${MASE_ONNX_INCLUDE}/onnx/onnx.proto)
  add_custom_command(OUTPUT ${dir}/mase_onnx.pb.cc ${dir}/mase_onnx.pb.h
    COMMAND ${MASE_PROTOC} --cpp_out=${dir} --proto_path=${dir} ${dir}/mase_onnx.proto
    DEPENDS ${dir}/mase_onnx.proto COMMENT "Generating classes for ONNX files" VERBATIM)
  add_library(mase_onnx_proto STATIC ${dir}/mase_onnx.pb.cc)
  target_include_directories(mase_onnx_proto SYSTEM PUBLIC ${dir} ${MASE_PROTOBUF_INCLUDE})
  target_link_libraries(mase_onnx_proto PUBLIC ${MASE_PROTOBUF_LITE})
  target_compile_options(mase_onnx_proto PRIVATE -w)
  set_target_properties(mase_onnx_proto PROPERTIES POSITION_INDEPENDENT_CODE ON UNITY_BUILD OFF
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endfunction()
_mase_onnx_proto()
