// ONNX's sequences: lists of tensors, which are made and taken apart while a file is read.
#include <ATen/ops/zeros.h>

#include "mase/text.h"
#include "onnx_operators.h"

namespace models::onnx {

namespace {

Value sequence_of(Values parts) {
  Value value(ImportBuilder::known(at::zeros({0})));
  for (const Value& part : parts)
    if (!part.wire.usable()) value.wire = part.wire;
  value.sequence = std::make_shared<const Values>(std::move(parts));
  return value;
}

const Values& parts_in(const Node& n, int input) {
  const auto& parts = n.value(input).sequence;
  if (!parts) throw mase::Error("its input is no sequence");
  return *parts;
}

Values split_to_sequence(const Node& n) {
  const Wire x = n.in(0);
  const int64_t axis = n.axis(n.integer("axis", 0), x.rank());
  const Size size = x.size(axis);
  if (!size.fixed()) throw OneBatchOnly{mase::format("node '{}' splits the batch", n.name())};
  std::vector<int64_t> sizes = n.has(1) ? n.fixed(1, "split") : std::vector<int64_t>{1};
  constexpr int64_t kMostParts = 4096;
  if (!n.has(1) || n.value(1).wire.rank() == 0) {
    const int64_t each = sizes.at(0);
    if (each < 1 || size.at[0] / each > kMostParts) throw mase::Error(mase::format("it has parts of {}", each));
    sizes.clear();
    for (int64_t rest = size.at[0]; rest > 0; rest -= each) sizes.push_back(std::min(each, rest));
  }
  if (sizes.empty()) throw mase::Error("it has no parts");
  Wires wires{x};
  if (sizes.size() > 1)
    wires = n.build().apply(n.name(), mase::Chosen("nn.split", {{"sizes", mase::Value(sizes)}, {"dim", axis}}), {x});
  Values parts;
  for (size_t i = 0; i < sizes.size(); ++i) {
    Wire part = result_of(wires, i);
    if (!n.has(1) && !n.integer("keepdims", 1) && part.usable()) {
      Sizes to = part.sizes();
      to.erase(to.begin() + axis);
      part = n.build().reshape(mase::format("{}_{}", n.name(), i), part, to);
    }
    parts.emplace_back(part);
  }
  return {sequence_of(std::move(parts))};
}

Values at_place(const Node& n) {
  const Values& parts = parts_in(n, 0);
  auto place = static_cast<int64_t>(n.number(1, "position"));
  const auto count = static_cast<int64_t>(parts.size());
  if (place < 0) place += count;
  if (place < 0 || place >= count) throw mase::Error(mase::format("there is no part {} among {}", place, count));
  return {parts[static_cast<size_t>(place)]};
}

Values construct(const Node& n) {
  Values parts;
  for (int i = 0; i < n.inputs(); ++i) parts.push_back(n.value(i));
  return {sequence_of(std::move(parts))};
}

Values join_sequence(const Node& n) {
  Wires wires;
  for (const Value& part : parts_in(n, 0)) wires.push_back(n.reader().resolve(part));
  if (wires.empty()) throw mase::Error("it joins nothing");
  const bool stacks = n.integer("new_axis", 0) != 0;
  const int64_t axis = n.axis(n.integer("axis", 0), wires[0].rank() + stacks);
  if (wires.size() == 1 && !stacks) return {wires[0]};
  return {n.build().call(n.name(), stacks ? "stack" : "cat", wires, {{"dim", axis}})};
}

}  // namespace

void add_sequences(Table& t) {
  t["SplitToSequence"] = split_to_sequence, t["SequenceAt"] = at_place, t["SequenceConstruct"] = construct;
  t["ConcatFromSequence"] = join_sequence;
}

}  // namespace models::onnx
