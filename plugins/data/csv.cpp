// data.csv: a table in a text file, plain or gzip.
#include "csv_reader.h"
#include "file.h"
#include "register.h"

namespace data {

namespace {

enum class Task { classification, regression };

struct Csv final : TableDataset {
  struct Config : Preparation {
    mase::Path file;
    std::string delimiter = ",";
    bool header = true;
    Column label{{}, -1, false};
    std::vector<Column> features;
    std::vector<std::string> classes;
    Task task = Task::classification;
    static void schema(mase::Schema<Config>& s);
    void check(const mase::Value& v) const {
      if (delimiter.size() != 1 || delimiter == "\"" || delimiter == "\n")
        throw mase::Error(mase::format("delimiter '{}' is not one character", delimiter), v.loc);
    }
  };
  explicit Csv(Config c) : TableDataset(c), config(std::move(c)) {}

  Table read(mase::Context& context) override {
    const std::string file = find_file(context, config.file);
    return read_csv(read_all(file), file,
                    {config.delimiter, config.header, config.label, config.features, config.classes,
                     config.task == Task::classification});
  }
  Config config;
};

}  // namespace
}  // namespace data

template <>
struct mase::EnumNames<data::Task> {
  static const std::vector<std::string>& names() {
    static const std::vector<std::string> names{"classification", "regression"};
    return names;
  }
};

namespace data {

void Csv::Config::schema(mase::Schema<Config>& s) {
  s.field("file", &Config::file, "the file, plain or gzip").required();
  s.field("delimiter", &Config::delimiter, "the character between cells");
  s.field("header", &Config::header, "the first row names the columns");
  s.field("label", &Config::label, "column of the label, by name or index; -1 is the last");
  s.field("features", &Config::features, "columns of the features, by name or index; empty: all but the label");
  s.field("classes", &Config::classes, "class names in the order of their indices; empty: sorted");
  s.field("task", &Config::task, "classification: the label is a class; regression: a number to predict");
  fields(s);
}

void register_csv(mase::Registrar& r) {
  r.add<Csv>("data.csv", "A table in a CSV file, plain or gzip, with named or numbered columns");
}

}  // namespace data
