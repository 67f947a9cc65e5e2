// Choosing among grids of one format by what a tensor holds: range, percentile, squared error, entropy.
#pragma once
#include <mase/format.h>

#include <functional>
#include <string_view>

namespace mase::quant {

// Grids from the widest, 0, to the finest, count - 1.
struct GridChoice {
  int count = 0;
  std::function<double(int)> limit;  // magnitudes up to here are not cut off
  std::function<at::Tensor(int, const at::Tensor&)> quantize;
  int tried = 16;  // mse and entropy look at so many grids finer than the one that cuts nothing off
};

// The best grid's number; -1 where the samples say nothing (none finite, or all zero). `format` is for messages.
int choose_grid(const CalibrationData& data, const GridChoice& grids, std::string_view format);

// The samples of each channel, where data say that there are channels and blocks are one each; else all.
std::vector<CalibrationData> channels_of(const CalibrationData& data, const BlockGeometry& blocks);

// |x| of the finite samples.
std::vector<float> finite_magnitudes(const at::Tensor& samples);

}  // namespace mase::quant
