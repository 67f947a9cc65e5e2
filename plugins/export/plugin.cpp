// The export plugin: passes that write a graph, or its tensors, for other programs.
#include <mase/plugin.h>

#include "c_header.h"
#include "onnx.h"
#include "qonnx.h"
#include "safetensors.h"
#include "torch_state_dict.h"

MASE_PLUGIN("export", "0.1.0", "Passes that write a graph or its tensors for other programs") {
  using namespace mase::exporting;
  r.add<CHeader>("export.c_header", "Parameters as C arrays: codes in the narrowest type, with their formats");
  r.add<Onnx>("export.onnx", "The graph as an ONNX file, in floating point");
  r.add<Qonnx>("export.qonnx", "The graph as an ONNX file whose formats are QONNX's operators");
  r.add<Safetensors>("export.safetensors", "The tensors of the graph as a safetensors file");
  r.add<TorchStateDict>("export.torch_state_dict", "The tensors of the graph as PyTorch's torch.save writes them");
}
