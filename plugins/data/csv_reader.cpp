// A streaming reader: one pass over the text, numbers straight into the table.
#include "csv_reader.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <deque>
#include <map>

#include "file.h"

namespace data {

namespace {

// Splits text into rows of cells. Quoted cells may hold delimiters, doubled quotes and line ends.
class Lines {
 public:
  Lines(std::string_view text, std::string_view file, char delimiter)
      : text_(text), file_(mase::Loc::intern(file)), delimiter_(delimiter) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  // The next row that is not blank; false at the end.
  bool next(std::vector<std::string_view>& cells) {
    while (at_ < text_.size()) {
      cells.clear(), scratch_.clear();
      line_ = next_line_;
      read_row(cells);
      if (cells.size() > 1 || !cells[0].empty()) return true;
    }
    return false;
  }
  mase::Loc loc(size_t cell) const { return {file_, line_, static_cast<int>(cell) + 1}; }
  int line() const { return line_; }

 private:
  void read_row(std::vector<std::string_view>& cells) {
    for (;;) {
      cells.push_back(text_[at_] == '"' ? quoted(cells.size()) : plain());
      if (at_ >= text_.size()) break;
      const char c = text_[at_++];
      if (c == '\n') break;
      if (at_ >= text_.size()) {
        cells.emplace_back();
        break;
      }  // the text ends behind a delimiter
    }
    ++next_line_;
  }

  std::string_view plain() {
    const size_t start = at_;
    while (at_ < text_.size() && text_[at_] != delimiter_ && text_[at_] != '\n') ++at_;
    return trimmed(text_.substr(start, at_ - start));
  }

  std::string_view quoted(size_t cell) {
    std::string& out = scratch_.emplace_back();
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n') ++next_line_;
      if (text_[at_] != '"') {
        out += text_[at_];
        continue;
      }
      if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        out += text_[at_++];
        continue;
      }
      ++at_;
      if (!plain().empty()) throw mase::Error("text behind a closing quote", loc(cell));
      return out;
    }
    throw mase::Error("a quote that is never closed", loc(cell));
  }

  static std::string_view trimmed(std::string_view s) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!s.empty() && blank(s.front())) s.remove_prefix(1);
    while (!s.empty() && blank(s.back())) s.remove_suffix(1);
    return s;
  }

  std::string_view text_, file_;
  char delimiter_;
  size_t at_ = 0;
  int line_ = 1, next_line_ = 1;
  std::deque<std::string> scratch_;
};

// Which cells of a row are what.
struct Layout {
  size_t cells = 0, label = 0;
  std::vector<size_t> features;
  std::vector<std::string> names;  // of all cells, with a header
  bool label_given = true, features_given = true;

  // How this column came to be read as numbers.
  std::string roles() const {
    if (label_given && features_given) return {};
    std::string text;
    if (!label_given)
      text = mase::format("the label is the last column{}, unless 'label' names another; ", name(label));
    if (!features_given) text += "all others are features, unless 'features' names some; ";
    return text + all();
  }

  std::string all() const {
    constexpr size_t kMost = 30;
    std::string text;
    for (size_t i = 0; i < std::min(names.size(), kMost); ++i) text += (i ? ", " : "columns are: ") + names[i];
    return names.size() > kMost ? text + ", ..." : text;
  }
  std::string name(size_t cell) const { return cell < names.size() ? " ('" + names[cell] + "')" : ""; }
};

size_t find_column(const Column& column, const Layout& layout, const std::string& file) {
  if (column.named) {
    const auto at = std::find(layout.names.begin(), layout.names.end(), column.name);
    if (at == layout.names.end())
      throw mase::Error(mase::format("{} has no column '{}'{}", file, column.name,
                                     mase::did_you_mean(column.name, mase::NameList(layout.names))),
                        column.loc,
                        layout.names.empty() ? "it is read without a header: give the column's index" : layout.all());
    return static_cast<size_t>(at - layout.names.begin());
  }
  const auto cells = static_cast<int64_t>(layout.cells);
  const int64_t index = column.index < 0 ? column.index + cells : column.index;
  if (index < 0 || index >= cells)
    throw mase::Error(mase::format("{} has no column {}, its rows have {} {}", file, column.index, cells,
                                   cells == 1 ? "cell" : "cells"),
                      column.loc, layout.all());
  return static_cast<size_t>(index);
}

// What else may have been meant to part the cells.
std::string delimiter_hint(std::string_view row, const std::string& delimiter) {
  for (const auto& [mark, written] : {std::pair{';', ";"}, {'\t', "\\t"}, {'|', "|"}, {',', ","}, {' ', " "}})
    if (row.find(mark) != row.npos && delimiter[0] != mark)
      return mase::format("the file seems to be parted by others: delimiter: \"{}\"", written);
  return mase::format("cells are parted by '{}'", delimiter);
}

Layout make_layout(const std::vector<std::string_view>& first, const std::string& file, const CsvOptions& options) {
  Layout layout;
  layout.cells = first.size();
  if (options.header) layout.names.assign(first.begin(), first.end());
  layout.label_given = options.label.loc || options.label.named || options.label.index != -1;
  layout.features_given = !options.features.empty();
  layout.label = find_column(options.label, layout, file);
  for (const Column& c : options.features) layout.features.push_back(find_column(c, layout, file));
  if (options.features.empty())
    for (size_t i = 0; i < layout.cells; ++i)
      if (i != layout.label) layout.features.push_back(i);
  if (layout.features.empty())
    bad_file(file, mase::format("its rows have one cell ('{}'), none is left for the features", first[0].substr(0, 40)),
             delimiter_hint(first[0], options.delimiter));
  if (std::find(layout.features.begin(), layout.features.end(), layout.label) != layout.features.end())
    bad_file(file, mase::format("column {}{} is both label and feature", layout.label, layout.name(layout.label)));
  return layout;
}

bool parse_number(std::string_view cell, double& out) {
  if (cell.starts_with('+')) cell.remove_prefix(1);
  const auto [end, ec] = std::from_chars(cell.data(), cell.data() + cell.size(), out);
  return ec == std::errc() && end == cell.data() + cell.size() && !cell.empty();
}

double number(const Lines& lines, const Layout& layout, size_t cell, std::string_view text) {
  double value = 0;
  if (!parse_number(text, value))
    throw mase::Error(mase::format("'{}' in column {}{} is not a number", text.substr(0, 40), cell, layout.name(cell)),
                      lines.loc(cell),
                      lines.line() == 1 ? "does the file have a header? set header: true" : layout.roles());
  if (!std::isfinite(static_cast<float>(value)))
    throw mase::Error(mase::format("{} in column {}{}, expected a finite number", value, cell, layout.name(cell)),
                      lines.loc(cell));
  return value;
}

at::Tensor float_tensor(const std::vector<float>& values, mase::Shape shape) {
  at::Tensor out = at::empty(shape, at::TensorOptions().dtype(at::kFloat));
  std::memcpy(out.mutable_data_ptr(), values.data(), values.size() * sizeof(float));
  return out;
}

// Labels by name: a class index each, in the given or in sorted order. Whole numbers from 0 are indices
// already.
class Labels {
 public:
  void add(std::string_view text) {
    auto at = ids_.find(text);
    if (at == ids_.end()) at = ids_.emplace(std::string(text), static_cast<int64_t>(ids_.size())).first;
    rows_.push_back(at->second);
  }

  at::Tensor targets(const std::string& file, std::vector<std::string> order) const {
    std::vector<int64_t> index(ids_.size());
    if (order.empty() && all_indices(index)) return finish(index, file);
    if (order.empty())
      for (const auto& [name, id] : ids_) order.push_back(name);  // a map is sorted
    for (const auto& [name, id] : ids_) {
      const auto at = std::find(order.begin(), order.end(), name);
      if (at == order.end())
        bad_file(file, mase::format("label '{}' is not among 'classes'{}", name,
                                    mase::did_you_mean(name, mase::NameList(order))));
      index[static_cast<size_t>(id)] = at - order.begin();
    }
    return finish(index, file);
  }

 private:
  bool all_indices(std::vector<int64_t>& index) const {
    for (const auto& [name, id] : ids_) {
      double value = 0;
      if (!parse_number(name, value) || value != std::floor(value) || std::abs(value) > 1e15) return false;
      index[static_cast<size_t>(id)] = static_cast<int64_t>(value);
    }
    return true;
  }
  at::Tensor finish(const std::vector<int64_t>& index, const std::string& file) const {
    at::Tensor out = at::empty({static_cast<int64_t>(rows_.size())}, at::TensorOptions().dtype(at::kLong));
    int64_t* to = out.mutable_data_ptr<int64_t>();
    for (size_t i = 0; i < rows_.size(); ++i) to[i] = index[static_cast<size_t>(rows_[i])];
    return class_targets(out, file);
  }

  std::map<std::string, int64_t, std::less<>> ids_;
  std::vector<int64_t> rows_;
};

}  // namespace

Table read_csv(std::string_view text, const std::string& file, const CsvOptions& options) {
  Lines lines(text, file, options.delimiter[0]);
  std::vector<std::string_view> cells;
  if (!lines.next(cells)) bad_file(file, "no rows");
  const Layout layout = make_layout(cells, file, options);
  bool more = options.header ? lines.next(cells) : true;
  if (!more) bad_file(file, "a header but no rows");

  std::vector<float> inputs, values;
  Labels labels;
  int64_t rows = 0;
  for (; more; more = lines.next(cells), ++rows) {
    if (cells.size() != layout.cells)
      throw mase::Error(mase::format("a row of {} cells, expected {} as in the first row", cells.size(), layout.cells),
                        lines.loc(0));
    for (size_t f : layout.features) inputs.push_back(static_cast<float>(number(lines, layout, f, cells[f])));
    const std::string_view label = cells[layout.label];
    if (label.empty()) throw mase::Error("an empty label", lines.loc(layout.label));
    if (options.classification)
      labels.add(label);
    else
      values.push_back(static_cast<float>(number(lines, layout, layout.label, label)));
  }

  Table table;
  table.source = file;
  table.inputs = float_tensor(inputs, {rows, static_cast<int64_t>(layout.features.size())});
  table.targets = options.classification ? labels.targets(file, options.classes) : float_tensor(values, {rows, 1});
  for (size_t f : layout.features)
    if (f < layout.names.size()) table.column_names.push_back(layout.names[f]);
  return table;
}

}  // namespace data
