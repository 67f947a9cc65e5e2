// The quant plugin: number formats, and the passes that give them to a graph.
#include <mase/plugin.h>

#include "asymmetric_integer.h"
#include "bfloat16.h"
#include "bias_correction.h"
#include "binary.h"
#include "binary_residual_sign.h"
#include "binary_scaling.h"
#include "bipolar.h"
#include "block_fp.h"
#include "block_log.h"
#include "block_minifloat.h"
#include "calibrate.h"
#include "channel_integer.h"
#include "channel_minifloat.h"
#include "equalize.h"
#include "fp8.h"
#include "integer.h"
#include "log.h"
#include "lsq_integer.h"
#include "minifloat_denorm.h"
#include "minifloat_ieee.h"
#include "minifloat_mx.h"
#include "mxfp.h"
#include "mxint.h"
#include "mxint_hardware.h"
#include "nvfp4.h"
#include "power_of_two.h"
#include "quantize.h"
#include "scale_integer.h"
#include "summarize.h"
#include "ternary.h"

MASE_PLUGIN("quant", "0.1.0", "Number formats, and the passes that quantize a graph with them") {
  using namespace mase::quant;
  r.add<AsymmetricInteger>("quant.asymmetric_integer", "Integers with scale and zero point, per tensor or channel");
  r.add<Bfloat16>("quant.bfloat16", "The upper half of a float32: 8 bits of exponent, 7 of mantissa");
  r.add<BiasCorrection>("quant.bias_correction", "Correct each bias by the error that quantization makes on average");
  r.add<Binary>("quant.binary", "+1 and -1, or 1 and 0");
  r.add<BinaryResidualSign>("quant.binary_residual_sign", "A sum of up to three signs with trainable weights (ReBNet)");
  r.add<BinaryScaling>("quant.binary_scaling", "+a and -a, a the mean magnitude of a channel (XNOR-Net)");
  r.add<Bipolar>("quant.bipolar", "+s and -s, with scales that the recipe gives");
  r.add<BlockFp>("quant.block_fp", "Block floating point: integers that share an exponent");
  r.add<BlockLog>("quant.block_log", "Signed powers of two that share their exponent's bias");
  r.add<BlockMinifloat>("quant.block_minifloat", "Small floating-point numbers that share their exponent's bias");
  r.add<Calibrate>("quant.calibrate", "Choose fractional widths, scales and biases of formats from data");
  r.add<ChannelInteger>("quant.channel_integer", "Symmetric integers with a scale per channel, or one per tensor");
  r.add<ChannelMinifloat>("quant.channel_minifloat", "Small floating-point numbers with a scale per channel or tensor");
  r.add<Equalize>("quant.equalize", "Trade scales between neighbouring layers until their channels' ranges are equal");
  r.add<Integer>("quant.fixed", "The same as quant.integer");
  r.add<Fp8>("quant.fp8", "8-bit floating-point numbers by their names: e4m3fn, e5m2, e4m3fnuz, ...");
  r.add<Integer>("quant.integer", "Fixed-point numbers: width bits, of which frac_width lie right of the point");
  r.add<Log>("quant.log", "Signed powers of two, the nearest by logarithm");
  r.add<LsqInteger>("quant.lsq_integer", "Integers with a learned step size (LSQ)");
  r.add<MinifloatDenorm>("quant.minifloat_denorm", "Floating-point numbers without a leading one, all of them finite");
  r.add<MinifloatIeee>("quant.minifloat_ieee", "Floating-point numbers with subnormals, all of them finite");
  r.add<MinifloatMx>("quant.minifloat_mx", "The element of MXFP by itself, all finite or with infinity and NaN");
  r.add<Mxfp>("quant.mxfp", "OCP microscaling with floating-point elements: MXFP8, MXFP6, MXFP4");
  r.add<Mxint>("quant.mxint", "OCP microscaling with integer elements: MXINT8, and other widths");
  r.add<MxintHardware>("quant.mxint_hardware", "Integers that share an exponent in tiles, as MASE's hardware has them");
  r.add<Nvfp4>("quant.nvfp4", "NVFP4: e2m1 elements, an e4m3 scale for 16 of them, a float32 scale for the tensor");
  r.add<PowerOfTwo>("quant.power_of_two", "Zero and signed powers of two, the nearest by value");
  r.add<Quantize>("quant.quantize", "Give weights, inputs and results of the selected nodes their number formats");
  r.add<ScaleInteger>("quant.scale_integer", "Integers with one scale per row of the last axis");
  r.add<Summarize>("quant.summarize", "Table and histogram of what quantization changed, with bits before and after");
  r.add<Ternary>("quant.ternary", "-a, 0 and +a, by a threshold on the magnitude");
}
