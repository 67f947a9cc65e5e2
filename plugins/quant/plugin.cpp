// The quant plugin: number formats, and the passes that give them to a graph.
#include <mase/plugin.h>

#include "bias_correction.h"
#include "calibrate.h"
#include "equalize.h"
#include "integer.h"
#include "quantize.h"
#include "summarize.h"

MASE_PLUGIN("quant", "0.1.0", "Number formats, and the passes that quantize a graph with them") {
  using namespace mase::quant;
  r.add<BiasCorrection>("quant.bias_correction", "Correct each bias by the error that quantization makes on average");
  r.add<Calibrate>("quant.calibrate", "Choose fractional widths, scales and biases of formats from data");
  r.add<Equalize>("quant.equalize", "Trade scales between neighbouring layers until their channels' ranges are equal");
  r.add<Integer>("quant.integer", "Fixed-point numbers: width bits, of which frac_width lie right of the point");
  r.add<Integer>("quant.fixed", "The same as quant.integer");
  r.add<Quantize>("quant.quantize", "Give weights, inputs and results of the selected nodes their number formats");
  r.add<Summarize>("quant.summarize", "Table and histogram of what quantization changed, with bits before and after");
}
