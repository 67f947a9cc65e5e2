// The training loop: epochs of shuffled batches, validation, checkpoints.
#include "trainer.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "mase/output.h"
#include "parameters.h"
#include "schedule.h"

namespace train {

namespace {

// Row numbers in the order of one epoch: a function of step, seed and epoch alone, so that a resumed run
// repeats it.
at::Tensor order_of(const mase::Context& context, bool shuffle, int64_t rows, int64_t epoch) {
  at::Tensor order = at::empty({rows}, at::TensorOptions().dtype(at::kLong));
  int64_t* row = order.mutable_data_ptr<int64_t>();
  std::iota(row, row + rows, 0);
  if (!shuffle) return order;
  mase::Random random = context.random("shuffle").fork(std::to_string(epoch));
  for (int64_t i = rows; i > 1; --i) std::swap(row[i - 1], row[random.below(static_cast<uint64_t>(i))]);
  return order;
}

mase::Tensors select(const mase::Tensors& tensors, const at::Tensor& rows) {
  mase::Tensors out;
  for (const at::Tensor& t : tensors) out.push_back(at::index_select(t, 0, rows));
  return out;
}

mase::Value or_null(const std::optional<double>& v) { return v ? mase::Value(*v) : mase::Value(""); }

// The step's folder, or "" in a trial of a search, which keeps nothing.
std::string own_folder(mase::Context& context) {
  try {
    return context.out_dir();
  } catch (const mase::Error&) {
    return {};
  }
}

std::string text_of(const std::optional<double>& v) { return v ? mase::format("{:.4f}", *v) : "-"; }

}  // namespace

std::optional<double> Trainer::Sums::accuracy() const {
  if (!classes || !samples) return std::nullopt;
  return static_cast<double>(correct) / static_cast<double>(samples);
}

Trainer::Trainer(mase::Graph& graph, mase::Context& context, const Config& config)
    : graph_(graph),
      context_(context),
      config_(config),
      train_(context.dataset("train")),
      checkpoints_(context.checkpoint_dir()),
      folder_(own_folder(context)) {
  if (train_.size() == 0) throw mase::Error("the train split is empty");
  if (const mase::Split& v = context.dataset("validation"); v.size() > 0) validation_ = &v;
  const int64_t rows = train_.size(), full = rows / config.batch_size;
  steps_per_epoch_ = config.drop_last || rows % config.batch_size == 0 ? full : full + 1;
  if (steps_per_epoch_ == 0)
    throw mase::Error(mase::format("{} training samples do not fill one batch of {}", rows, config.batch_size), {},
                      "lower batch_size, or set drop_last: false");
  total_steps_ = config.steps ? *config.steps : config.epochs.value_or(10) * steps_per_epoch_;
  total_epochs_ = (total_steps_ + steps_per_epoch_ - 1) / steps_per_epoch_;
  threshold_ = mase::decision_threshold(graph);
  samples_ = train_.batch(0, rows);
  progress_.config = mase::dump(config);
  find_tensors();
}

// Leaves of our own for what is trained, and copies of the buffers: clones of the graph never see an update.
void Trainer::find_tensors() {
  const Trainable found = find_trainable(graph_, context_);
  mase::NamedTensors leaves;
  for (const std::string& key : found.parameters) {
    at::Tensor leaf = graph_.tensor(key).detach().clone();
    leaf.set_requires_grad(true);
    graph_.set_tensor(key, leaf);
    leaves.emplace_back(key, leaf);
  }
  for (const std::string& key : found.buffers) graph_.set_tensor(key, graph_.tensor(key).detach().clone());
  buffers_ = found.buffers, frozen_ = found.frozen;
  updater_ = std::make_unique<Updater>(config_, std::move(leaves));
}

double Trainer::rate(int64_t step) const { return learning_rate(config_, step, total_steps_, steps_per_epoch_); }

bool Trainer::done() const {
  const bool patience_ended = config_.patience > 0 && progress_.without_improvement >= config_.patience;
  return progress_.step >= total_steps_ || patience_ended;
}

Progress Trainer::run() {
  const c10::AutoGradMode gradients(true);
  const mase::ThreadScope threads(graph_, context_.components(), config_.batch_size);
  resume();
  while (!done()) {
    const EpochFigures figures = epoch(progress_.epoch());
    progress_.epochs.push_back(figures);
    judge(figures);
    say(figures);
    progress_.counts = updater_->counts();
    progress_.finished = done();
    checkpoints_.save(progress_, checkpoint());
    write_csv();
  }
  if (config_.restore_best && progress_.best_epoch > 0) put(best_);
  release();
  return progress_;
}

void Trainer::resume() {
  std::optional<Progress> saved = checkpoints_.load();
  if (!saved) return;
  if (!(saved->config == progress_.config)) {
    context_.warn("the checkpoint has other settings, training starts anew");
    return;
  }
  mase::NamedTensors state, weights = checkpoints_.tensors(saved->epoch());
  for (auto it = weights.begin(); it != weights.end();) {
    const bool optimizer = it->first.starts_with("optimizer.");
    if (optimizer) state.emplace_back(it->first.substr(10), it->second);
    it = optimizer ? weights.erase(it) : it + 1;
  }
  put(weights);
  updater_->restore(state, saved->counts);
  if (saved->best_epoch > 0) {
    best_ = checkpoints_.tensors(saved->best_epoch);
    std::erase_if(best_, [](const auto& t) { return t.first.starts_with("optimizer."); });
  }
  progress_ = std::move(*saved);
  context_.info("continues after epoch {}", progress_.epoch());
  write_csv();
}

EpochFigures Trainer::epoch(int64_t number) {
  mase::ExecuteOptions options;
  options.training = true;
  options.frozen = frozen_;
  options.seed = context_.random("execute").fork(std::to_string(number)).seed();
  mase::Executor executor(graph_, context_.components(), options);
  executor.set_epoch(number);
  const at::Tensor order = order_of(context_, config_.shuffle, train_.size(), number);
  Sums sums;
  for (int64_t i = 0; i < steps_per_epoch_ && progress_.step < total_steps_; ++i) {
    if (context_.cancelled()) throw mase::Cancelled();
    const int64_t first = i * config_.batch_size;
    const at::Tensor rows = order.narrow(0, first, std::min(config_.batch_size, train_.size() - first));
    step(executor, {select(samples_.inputs, rows), select(samples_.targets, rows)}, number, sums);
    context_.progress(progress_.step, total_steps_);
  }
  EpochFigures figures;
  figures.epoch = number + 1;
  figures.train_loss = sums.loss / static_cast<double>(sums.samples);
  figures.train_accuracy = sums.accuracy();
  figures.learning_rate = rate(progress_.step - 1);
  validate(figures);
  return figures;
}

void Trainer::step(mase::Executor& executor, const mase::Batch& batch, int64_t epoch, Sums& sums) {
  const mase::Tensors outputs = executor.run(batch.inputs);
  const at::Tensor loss = mase::loss(config_.loss, outputs.at(0), batch.targets.at(0));
  const double value = loss.item<double>();
  if (!std::isfinite(value))
    throw mase::Error(mase::format("the loss is {} in epoch {}, step {} (learning rate {})", value, epoch + 1,
                                   progress_.step + 1, rate(progress_.step)),
                      {}, "lower learning_rate, or set warmup_steps; standardize the inputs");
  if (!loss.requires_grad())
    throw mase::Error("no trained parameter reaches the output", {}, "select nodes on the way to it");
  updater_->clear_gradients();
  loss.backward();
  updater_->step(rate(progress_.step));
  ++progress_.step;
  add(sums, value, outputs[0], batch.targets[0]);
}

void Trainer::add(Sums& sums, double loss, const at::Tensor& output, const at::Tensor& target) const {
  const int64_t n = target.size(0);
  sums.loss += loss * static_cast<double>(n);
  sums.samples += n;
  const bool classes = target.numel() == n && output.dim() <= 2 &&
                       (target.scalar_type() == at::kLong || config_.loss == mase::Loss::bce ||
                        config_.loss == mase::Loss::bce_with_logits);
  if (!classes || config_.loss == mase::Loss::mse) return;
  sums.classes = true;
  sums.correct += mase::count_correct(output.detach(), target, threshold_);
}

void Trainer::validate(EpochFigures& figures) {
  if (!validation_) return;
  const c10::AutoGradMode none(false);
  mase::Executor executor(graph_, context_.components());
  Sums sums;
  for (int64_t first = 0; first < validation_->size(); first += config_.evaluation_batch_size) {
    const mase::Batch batch = validation_->batch(first, config_.evaluation_batch_size);
    const mase::Tensors outputs = executor.run(batch.inputs);
    add(sums, mase::loss(config_.loss, outputs.at(0), batch.targets.at(0)).item<double>(), outputs[0],
        batch.targets[0]);
  }
  figures.validation_loss = sums.loss / static_cast<double>(sums.samples);
  figures.validation_accuracy = sums.accuracy();
}

// Is this the best epoch so far? Without a validation split the training figures have to do.
void Trainer::judge(const EpochFigures& figures) {
  const bool by_accuracy = config_.best_by == BestBy::accuracy;
  const std::optional<double> accuracy = validation_ ? figures.validation_accuracy : figures.train_accuracy;
  if (by_accuracy && !accuracy) throw mase::Error("best_by: accuracy, but this loss and these targets have none");
  const double value = by_accuracy ? *accuracy : figures.validation_loss.value_or(figures.train_loss);
  const double gain = by_accuracy ? value - progress_.best_value : progress_.best_value - value;
  if (progress_.best_epoch > 0 && !(gain > config_.minimum_improvement)) {
    ++progress_.without_improvement;
    return;
  }
  progress_.best_epoch = figures.epoch, progress_.best_value = value, progress_.without_improvement = 0;
  if (!config_.restore_best) return;
  best_.clear();
  for (const auto& [key, tensor] : weights()) best_.emplace_back(key, tensor.detach().clone());
}

mase::NamedTensors Trainer::weights() const {
  mase::NamedTensors out;
  for (const auto& [key, leaf] : updater_->parameters()) out.emplace_back(key, leaf.detach());
  for (const std::string& key : buffers_) out.emplace_back(key, graph_.tensor(key));
  return out;
}

mase::NamedTensors Trainer::checkpoint() const {
  if (!checkpoints_.enabled()) return {};
  mase::NamedTensors out = weights();
  for (const auto& [name, tensor] : updater_->state()) out.emplace_back("optimizer." + name, tensor);
  return out;
}

// Writes into the leaves and buffers, which executor and optimizer hold.
void Trainer::put(const mase::NamedTensors& weights) {
  if (weights.size() != updater_->parameters().size() + buffers_.size())
    throw mase::Error("the checkpoint is of another model or selection");
  for (const auto& [key, tensor] : weights) {
    at::Tensor to = graph_.tensor(key).detach();
    if (to.sizes() != tensor.sizes()) throw mase::Error(mase::format("the checkpoint's '{}' has another shape", key));
    to.copy_(tensor);
  }
}

// What stays in the graph are plain tensors.
void Trainer::release() {
  updater_->clear_gradients();
  for (const auto& [key, leaf] : updater_->parameters()) graph_.set_tensor(key, leaf.detach());
}

void Trainer::write_csv() const {
  if (folder_.empty()) return;
  std::string text = "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy,learning_rate\n";
  for (const EpochFigures& e : progress_.epochs)
    text += mase::csv_row({e.epoch, e.train_loss, or_null(e.train_accuracy), or_null(e.validation_loss),
                           or_null(e.validation_accuracy), e.learning_rate});
  mase::write_file(folder_ + "/fit.csv", text);
}

void Trainer::say(const EpochFigures& e) const {
  const int64_t every = std::max<int64_t>(total_epochs_ / 20, 1);
  if (e.epoch % every && !done()) return;
  context_.info("epoch {}/{}: loss {:.4f}, accuracy {}; validation loss {}, accuracy {}", e.epoch, total_epochs_,
                e.train_loss, text_of(e.train_accuracy), text_of(e.validation_loss), text_of(e.validation_accuracy));
}

}  // namespace train
