// eval.accuracy: the share of right answers, per class and as a confusion matrix on request.
#include <algorithm>

#include "evaluate.h"
#include "mase/loss.h"
#include "mase/output.h"
#include "mase/runner.h"
#include "register.h"

namespace eval {

namespace {

// counts[target][predicted]
class Confusion {
 public:
  void add(const at::Tensor& output, const at::Tensor& target, double threshold) {
    const std::vector<int64_t> predicted = mase::predicted_classes(output, threshold);
    const at::Tensor labels = target.to(at::kLong).contiguous();
    const int64_t* label = labels.const_data_ptr<int64_t>();
    resize(std::max<int64_t>(output.dim() == 2 ? output.size(1) : 2, 2));
    for (size_t i = 0; i < predicted.size(); ++i) {
      if (label[i] < 0 || label[i] >= classes_)
        throw mase::Error(mase::format("a target is class {}, but the model has {} outputs", label[i], classes_));
      ++counts_[static_cast<size_t>(label[i] * classes_ + predicted[i])];
    }
  }
  int64_t classes() const { return classes_; }
  int64_t at(int64_t target, int64_t predicted) const {
    return counts_[static_cast<size_t>(target * classes_ + predicted)];
  }
  int64_t of_target(int64_t c) const {
    return sum([&](int64_t k) { return at(c, k); });
  }
  int64_t of_prediction(int64_t c) const {
    return sum([&](int64_t k) { return at(k, c); });
  }

 private:
  template <class Get>
  int64_t sum(Get get) const {
    int64_t n = 0;
    for (int64_t k = 0; k < classes_; ++k) n += get(k);
    return n;
  }
  void resize(int64_t classes) {
    if (counts_.empty())
      classes_ = std::max<int64_t>(classes, 2), counts_.resize(static_cast<size_t>(classes_ * classes_));
  }
  int64_t classes_ = 0;
  std::vector<int64_t> counts_;
};

mase::Value ratio(int64_t part, int64_t whole) {
  return whole ? mase::Value(static_cast<double>(part) / static_cast<double>(whole)) : mase::Value();
}

struct Accuracy final : mase::Runner {
  struct Config : Evaluation {
    bool per_class = false, confusion = false;
    std::optional<double> threshold;
    static void schema(mase::Schema<Config>& s) {
      fields(s);
      s.field("per_class", &Config::per_class, "also recall and precision of each class, to per_class.csv");
      s.field("confusion", &Config::confusion, "also the confusion matrix, to confusion.csv: a row per true class");
      s.field("threshold", &Config::threshold, "single output: class 1 above it; null: 0.5 behind a sigmoid, else 0");
    }
  };
  explicit Accuracy(Config c) : config(std::move(c)) {}

  std::vector<mase::MetricInfo> metrics() const override {
    return {{"accuracy", "1", mase::MetricInfo::Direction::maximize, false, "share of right answers, 0 to 1"}};
  }
  mase::RunnerNeeds needs() const override { return {.dataset = true}; }

  mase::Map run(mase::Graph& graph, mase::Context& context) override {
    const double threshold = config.threshold.value_or(mase::decision_threshold(graph));
    const bool tables = config.per_class || config.confusion;
    Confusion confusion;
    int64_t correct = 0;
    const int64_t total = evaluate(graph, context, config, [&](const at::Tensor& output, const at::Tensor& target) {
      correct += mase::count_correct(output, target, threshold);
      if (tables) confusion.add(output, target, threshold);
    });
    if (config.per_class) write_per_class(confusion, context);
    if (config.confusion) write_confusion(confusion, context);
    context.report("samples", total);
    return {{"accuracy", static_cast<double>(correct) / static_cast<double>(total)}};
  }

 private:
  static void write_per_class(const Confusion& c, mase::Context& context) {
    mase::List rows;
    std::string text = "class,samples,recall,precision\n";
    for (int64_t k = 0; k < c.classes(); ++k) {
      const mase::Value recall = ratio(c.at(k, k), c.of_target(k)), precision = ratio(c.at(k, k), c.of_prediction(k));
      rows.push_back(
          mase::Map{{"class", k}, {"samples", c.of_target(k)}, {"recall", recall}, {"precision", precision}});
      text += mase::csv_row({k, c.of_target(k), recall, precision});
    }
    mase::write_file(context.out_dir() + "/per_class.csv", text);
    context.report("per_class", std::move(rows));
  }

  static void write_confusion(const Confusion& c, mase::Context& context) {
    mase::List rows, header{"target"};
    for (int64_t k = 0; k < c.classes(); ++k) header.push_back(mase::format("predicted_{}", k));
    std::string text = mase::csv_row(header);
    for (int64_t t = 0; t < c.classes(); ++t) {
      mase::List counts;
      for (int64_t k = 0; k < c.classes(); ++k) counts.push_back(c.at(t, k));
      mase::List row{t};
      row.insert(row.end(), counts.begin(), counts.end());
      text += mase::csv_row(row);
      rows.push_back(std::move(counts));
    }
    mase::write_file(context.out_dir() + "/confusion.csv", text);
    context.report("confusion", std::move(rows));
  }
  Config config;
};

}  // namespace

void register_accuracy(mase::Registrar& r) {
  r.add<Accuracy>("eval.accuracy", "Share of right answers on a split, in float, double or integer arithmetic");
}

}  // namespace eval
