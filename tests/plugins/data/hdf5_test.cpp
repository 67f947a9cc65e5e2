// data.hdf5: arrays and tables, written here through HDF5's own library.
#include <hdf5.h>
#include <catch2/catch.hpp>

#include "files.h"

using namespace test;
using Catch::Contains;
using mase::List;
using mase::Map;

namespace {

// A table as in the hls4ml jet file: t_allpar_new with features and one-hot labels, ten rows.
struct Jet {
  float zlogz;
  double mass;
  int32_t multiplicity;
  int8_t j_g, j_q;
  char text[4];
};

void write_table(const std::string& file) {
  std::vector<Jet> rows;
  for (int i = 0; i < 10; ++i)
    rows.push_back({i * 0.5f, i * 2.0, i * 3, static_cast<int8_t>(i % 3 == 0), static_cast<int8_t>(i % 3 != 0), "abc"});
  const hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, 4);
  const hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(Jet));
  H5Tinsert(type, "j_zlogz", HOFFSET(Jet, zlogz), H5T_NATIVE_FLOAT);
  H5Tinsert(type, "j_mass_mmdt", HOFFSET(Jet, mass), H5T_NATIVE_DOUBLE);
  H5Tinsert(type, "j_multiplicity", HOFFSET(Jet, multiplicity), H5T_NATIVE_INT32);
  H5Tinsert(type, "j_g", HOFFSET(Jet, j_g), H5T_NATIVE_INT8);
  H5Tinsert(type, "j_q", HOFFSET(Jet, j_q), H5T_NATIVE_INT8);
  H5Tinsert(type, "text", HOFFSET(Jet, text), text);
  const hsize_t n = 10;
  const hid_t f = H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
              space = H5Screate_simple(1, &n, nullptr);
  const hid_t d = H5Dcreate2(f, "t_allpar_new", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows.data());
  H5Dclose(d), H5Sclose(space), H5Fclose(f), H5Tclose(type), H5Tclose(text);
}

// X float64 [10, 2] and y int64 [10], X compressed; `claim` rows are declared for an array that nobody wrote.
void write_arrays(const std::string& file, hsize_t claim = 0) {
  const hsize_t shape[2] = {10, 2}, far[2] = {claim, 1000}, chunk[2] = {5, 2};
  std::vector<double> x;
  std::vector<int64_t> y;
  for (int i = 0; i < 10; ++i) x.insert(x.end(), {i * 1.0, i * 10.0}), y.push_back(i % 4);
  const hid_t f = H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const auto put = [&](const char* name, hid_t type, int rank, const hsize_t* sizes, const void* values) {
    const hid_t space = H5Screate_simple(rank, sizes, nullptr), list = H5Pcreate(H5P_DATASET_CREATE);
    if (rank == 2) H5Pset_chunk(list, 2, chunk), H5Pset_deflate(list, 6);
    const hid_t d = H5Dcreate2(f, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    if (values) H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Dclose(d), H5Pclose(list), H5Sclose(space);
  };
  put("X", H5T_NATIVE_DOUBLE, 2, shape, x.data());
  put("y", H5T_NATIVE_INT64, 1, shape, y.data());
  if (claim) put("far", H5T_NATIVE_DOUBLE, 2, far, nullptr);
  H5Fclose(f);
}

}  // namespace

TEST_CASE("data.hdf5 reads named columns of a table, with one-hot labels") {
  TempDir dir;
  write_table(dir / "jets.h5");
  auto context = opened(dir, "data.hdf5",
                        {{"file", "jets.h5"},
                         {"features", "t_allpar_new"},
                         {"columns", List{"j_mass_mmdt", "j_zlogz", "j_multiplicity"}},
                         {"label_columns", List{"j_g", "j_q"}},
                         {"splits", ten_rows()}});
  const auto test = whole(*context, "test");
  CHECK(floats(test.inputs[0]) == std::vector<float>{16, 4, 24, 18, 4.5, 27});
  CHECK(integers(test.targets[0]) == std::vector<int64_t>{1, 0});
}

TEST_CASE("data.hdf5 takes a single label column as class indices") {
  TempDir dir;
  write_table(dir / "jets.h5");
  auto context = opened(dir, "data.hdf5",
                        {{"file", "jets.h5"},
                         {"features", "t_allpar_new"},
                         {"columns", List{"j_zlogz"}},
                         {"label_columns", List{"j_multiplicity"}},
                         {"splits", ten_rows()}});
  CHECK(integers(whole(*context, "test").targets[0]) == std::vector<int64_t>{24, 27});
}

TEST_CASE("data.hdf5 reads arrays of features and labels") {
  TempDir dir;
  write_arrays(dir / "a.h5");
  auto context =
      opened(dir, "data.hdf5", {{"file", "a.h5"}, {"features", "X"}, {"labels", "y"}, {"splits", ten_rows()}});
  CHECK(floats(whole(*context, "test").inputs[0]) == std::vector<float>{8, 80, 9, 90});
  CHECK(integers(whole(*context, "test").targets[0]) == std::vector<int64_t>{0, 1});
}

TEST_CASE("data.hdf5 refuses what is absent, damaged or not numbers") {
  TempDir dir;
  write_table(dir / "jets.h5"), write_arrays(dir / "a.h5");
  write(dir / "text.h5", "no such format");
  const std::string whole_file = read(dir / "a.h5");
  write(dir / "cut.h5", whole_file.substr(0, whole_file.size() / 2));
  const auto table = [&](List columns, List labels) {
    return refusal(
        dir, "data.hdf5",
        {{"file", "jets.h5"}, {"features", "t_allpar_new"}, {"columns", columns}, {"label_columns", labels}});
  };
  CHECK_THAT(table({"j_zlog"}, {"j_g"}), Contains("no column 'j_zlog'") && Contains("'j_zlogz'"));
  CHECK_THAT(table({"text"}, {"j_g"}), Contains("no numbers in column 'text'"));
  CHECK_THAT(table({"j_zlogz", "j_zlogz"}, {"j_g"}), Contains("twice"));
  CHECK_THAT(table({}, {"j_g"}), Contains("'columns'"));
  CHECK_THAT(table({"j_zlogz"}, {}), Contains("label_columns"));
  const auto array = [&](const char* file, const char* x, const char* y) {
    return refusal(dir, "data.hdf5", {{"file", file}, {"features", x}, {"labels", y}});
  };
  CHECK_THAT(array("a.h5", "x", "y"), Contains("no dataset 'x'"));
  CHECK_THAT(array("text.h5", "X", "y"), Contains("not an HDF5 file"));
  CHECK_THAT(array("cut.h5", "X", "y"), Contains("cut.h5"));
}

TEST_CASE("data.hdf5 takes no memory for what a file only claims") {
  TempDir dir;
  write_arrays(dir / "far.h5", hsize_t{1} << 40);
  CHECK_THAT(refusal(dir, "data.hdf5", {{"file", "far.h5"}, {"features", "far"}, {"labels", "y"}}),
             Contains("more values than the file can hold"));
}
