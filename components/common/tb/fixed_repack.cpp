// Model of fixed_repack: tiles to a matrix, matrix to tiles.
#include "bench.h"

std::vector<bench::Beats> bench::model(const Case& c, const std::vector<Beats>& in) {
  const int columns = c["DATA_IN_0_TENSOR_SIZE_DIM_0"], rows = c["DATA_IN_0_TENSOR_SIZE_DIM_1"];
  const int tile_rows = c["DATA_IN_0_PARALLELISM_DIM_1"];
  const int before = c["DATA_IN_0_PARALLELISM_DIM_0"], after = c["DATA_OUT_0_PARALLELISM_DIM_0"];
  Beats out(columns / after * (rows / tile_rows), Beat(after * tile_rows));
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column) {
      const int band = row / tile_rows, line = row % tile_rows;
      out[band * (columns / after) + column / after][line * after + column % after] =
          in[0][band * (columns / before) + column / before][line * before + column % before];
    }
  return {out};
}
