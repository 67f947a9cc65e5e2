# PyTorch's archives and ONNX's protocol buffers.
include(${CMAKE_CURRENT_SOURCE_DIR}/zip.cmake)
include(${CMAKE_CURRENT_SOURCE_DIR}/onnx_proto.cmake)
set(plugin_libs mase::zip mase_onnx_proto)
