// data.digits: the 1,797 handwritten 8x8 digits of the UCI repository, shipped beside the plugin.
#include <dlfcn.h>

#include <filesystem>

#include "csv_reader.h"
#include "file.h"
#include "register.h"

namespace data {

namespace {

// data/digits.csv.gz in the folder of this shared library.
std::string shipped_file() {
  Dl_info info{};
  if (!dladdr(reinterpret_cast<const void*>(&register_digits), &info) || !info.dli_fname) return {};
  return (std::filesystem::path(info.dli_fname).parent_path() / "data" / "digits.csv.gz").string();
}

struct Digits final : TableDataset {
  struct Config : Preparation {
    Config() { flatten = true; }
    mase::Path file;
    static void schema(mase::Schema<Config>& s) {
      s.field("file", &Config::file, "digits.csv.gz (65 columns, the label last); empty: the one shipped with mase");
      fields(s);
    }
  };
  explicit Digits(Config c) : TableDataset(c), config(std::move(c)) {}

  Table read(mase::Context& context) override {
    const std::string file = config.file.name.empty() ? shipped_file() : find_file(context, config.file);
    if (!std::filesystem::is_regular_file(file))
      throw mase::Error(mase::format("the digits are not installed (looked at {})", file), {},
                        "run `make setup` and build again, or set 'file'");
    CsvOptions options;
    options.header = false;
    Table table = read_csv(read_all(file), file, options);
    if (table.inputs.size(1) != 64)
      bad_file(file, mase::format("{} values per image, expected 64", table.inputs.size(1)));
    table.inputs = table.inputs.view({-1, 1, 8, 8});
    table.column_names.clear();
    table.scale = 1.0 / 16;  // pixels are 0...16
    return table;
  }
  Config config;
};

}  // namespace

void register_digits(mase::Registrar& r) {
  r.add<Digits>("data.digits", "1,797 handwritten digits of 8x8 pixels, scaled to 0...1");
}

}  // namespace data
