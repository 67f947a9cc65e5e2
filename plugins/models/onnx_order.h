// The order of an ONNX graph's nodes.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "onnx_file.h"

namespace models::onnx {

// Nodes so that each stands behind what it uses; the file's own order where that is one. `is_known` tells the names
// that exist beforehand. Error for a name that nothing makes, for two makers of one name, and for a cycle.
std::vector<const proto::NodeProto*> in_order(const google::protobuf::RepeatedPtrField<proto::NodeProto>& nodes,
                                              const std::function<bool(const std::string&)>& is_known);

}  // namespace models::onnx
