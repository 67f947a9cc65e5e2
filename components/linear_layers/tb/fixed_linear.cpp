// Integer model of fixed_linear: puts the tiles back into matrices, multiplies those, cuts the result into tiles.
#include "bench.h"

namespace {

using Matrix = std::vector<std::vector<bench::Wide>>;

struct Tensor {
  int columns, rows, tile_columns, tile_rows, width, frac;
};

Tensor tensor(const bench::Case& c, const std::string& name) {
  return {c[name + "_TENSOR_SIZE_DIM_0"], c[name + "_TENSOR_SIZE_DIM_1"], c[name + "_PARALLELISM_DIM_0"],
          c[name + "_PARALLELISM_DIM_1"], c[name + "_PRECISION_0"],       c[name + "_PRECISION_1"]};
}

// Calls visit(row, column, beat, element) for every element of the tensor.
template <class Visit>
void tiles(const Tensor& t, Visit visit) {
  for (int row = 0; row < t.rows; ++row)
    for (int column = 0; column < t.columns; ++column) {
      const int beat = row / t.tile_rows * (t.columns / t.tile_columns) + column / t.tile_columns;
      visit(row, column, beat, row % t.tile_rows * t.tile_columns + column % t.tile_columns);
    }
}

Matrix matrix(const Tensor& t, const bench::Beats& beats, int first, bool is_signed) {
  Matrix m(t.rows, std::vector<bench::Wide>(t.columns));
  tiles(t, [&](int row, int column, int beat, int element) {
    m[row][column] = bench::value_of(beats.at(first + beat)[element], t.width, is_signed);
  });
  return m;
}

}  // namespace

std::vector<bench::Beats> bench::model(const Case& c, const std::vector<Beats>& in) {
  const Tensor x = tensor(c, "DATA_IN_0"), w = tensor(c, "WEIGHT"), b = tensor(c, "BIAS"), y = tensor(c, "DATA_OUT_0");
  const Matrix data = matrix(x, in[0], 0, c["DATA_IN_0_SIGNED"]);
  const int weight_tiles = (w.columns / w.tile_columns) * (w.rows / w.tile_rows);
  const int bias_tiles = b.columns / b.tile_columns;
  const int product_frac = x.frac + w.frac;
  const int frac = c["HAS_BIAS"] ? std::max(product_frac, b.frac) : product_frac;

  Beats out((y.columns / y.tile_columns) * (y.rows / y.tile_rows), Beat(y.tile_columns * y.tile_rows));
  tiles(y, [&](int row, int column, int beat, int element) {
    const int pass = c["WEIGHT_REPLAY"] ? 0 : row / x.tile_rows;
    const Matrix weight = matrix(w, in[1], pass * weight_tiles, c["WEIGHT_SIGNED"]);
    Wide sum = 0;
    for (int i = 0; i < x.columns; ++i)
      sum += data[row][i] * (c["WEIGHTS_PRE_TRANSPOSED"] ? weight[i][column] : weight[column][i]);
    sum <<= frac - product_frac;
    if (c["HAS_BIAS"]) sum += matrix(b, in[2], pass * bias_tiles, c["BIAS_SIGNED"])[0][column] << (frac - b.frac);
    out[beat][element] = cast(sum, frac, y.width, y.frac, c["DATA_OUT_0_SIGNED"], c["ROUNDING"], c["OVERFLOW"]);
  });
  return {out};
}
