// SGD, Adam and AdamW. Scalars are double, elements float32, as in PyTorch's own CPU kernels.
#include "optimizer.h"

#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <cstring>

#include "mase/text.h"

namespace train {

namespace {

void sgd(const Config& c, double rate, bool first, int64_t n, float* p, const float* gradient, float* momentum) {
  const float lr = static_cast<float>(rate), decay = static_cast<float>(c.weight_decay);
  const float keep = static_cast<float>(c.momentum), take = static_cast<float>(1 - c.dampening);
  for (int64_t i = 0; i < n; ++i) {
    float g = gradient[i] + decay * p[i];
    if (momentum) {
      momentum[i] = first ? g : keep * momentum[i] + take * g;
      g = c.nesterov ? g + keep * momentum[i] : momentum[i];
    }
    p[i] -= lr * g;
  }
}

void adam(const Config& c, double rate, int64_t count, int64_t n, float* p, const float* gradient, float* mean,
          float* square) {
  const bool decoupled = c.optimizer == Optimizer::adamw;
  const float shrink = static_cast<float>(decoupled ? 1 - rate * c.weight_decay : 1);
  const float decay = static_cast<float>(decoupled ? 0 : c.weight_decay);
  const double b1 = c.betas[0], b2 = c.betas[1], t = static_cast<double>(count);
  const float step = static_cast<float>(rate / (1 - std::pow(b1, t)));
  const float root = static_cast<float>(std::sqrt(1 - std::pow(b2, t))), epsilon = static_cast<float>(c.epsilon);
  const float toward = static_cast<float>(1 - b1), keep = static_cast<float>(b2), take = static_cast<float>(1 - b2);
  for (int64_t i = 0; i < n; ++i) {
    const float x = p[i] * shrink;
    const float g = gradient[i] + decay * x;
    mean[i] += toward * (g - mean[i]);
    square[i] = keep * square[i] + take * g * g;
    p[i] = x - step * mean[i] / (std::sqrt(square[i]) / root + epsilon);
  }
}

}  // namespace

Updater::Updater(const Config& config, mase::NamedTensors parameters)
    : config_(config), parameters_(std::move(parameters)), state_(parameters_.size()), counts_(parameters_.size()) {
  if (config.optimizer != Optimizer::sgd)
    names_ = {"exp_avg", "exp_avg_sq"};
  else if (config.momentum > 0)
    names_ = {"momentum_buffer"};
  for (size_t i = 0; i < parameters_.size(); ++i)
    for (size_t k = 0; k < names_.size(); ++k) state_[i].push_back(at::zeros_like(parameters_[i].second.detach()));
}

void Updater::step(double rate) {
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const at::Tensor& p = parameters_[i].second;
    if (!p.grad().defined()) continue;
    const at::Tensor gradient = p.grad().contiguous();
    const float* g = gradient.const_data_ptr<float>();
    float* to = p.mutable_data_ptr<float>();
    std::vector<at::Tensor>& s = state_[i];
    const int64_t count = ++counts_[i];
    if (config_.optimizer == Optimizer::sgd)
      sgd(config_, rate, count == 1, p.numel(), to, g, s.empty() ? nullptr : s[0].mutable_data_ptr<float>());
    else
      adam(config_, rate, count, p.numel(), to, g, s[0].mutable_data_ptr<float>(), s[1].mutable_data_ptr<float>());
  }
}

void Updater::clear_gradients() {
  for (auto& [name, p] : parameters_) p.mutable_grad().reset();
}

mase::NamedTensors Updater::state() const {
  mase::NamedTensors out;
  for (size_t i = 0; i < parameters_.size(); ++i)
    for (size_t k = 0; k < names_.size(); ++k)
      out.emplace_back(mase::format("{}.{}", names_[k], parameters_[i].first), state_[i][k]);
  return out;
}

void Updater::restore(const mase::NamedTensors& state, std::vector<int64_t> counts) {
  const mase::NamedTensors own = this->state();
  if (state.size() != own.size() || counts.size() != counts_.size())
    throw mase::Error("the checkpoint is of another optimizer");
  for (size_t i = 0; i < own.size(); ++i) {
    bool found = false;
    for (const auto& [name, tensor] : state)
      if (name == own[i].first && tensor.sizes() == own[i].second.sizes()) own[i].second.copy_(tensor), found = true;
    if (!found) throw mase::Error(mase::format("the checkpoint has no '{}' of that shape", own[i].first));
  }
  counts_ = std::move(counts);
}

}  // namespace train
