// ATen's operators in our vocabulary: what torch.export and TorchScript have in common.
//
// Python's own numbers never become nodes: sizes and what is computed from them are worked out here, at both batch
// sizes. Arguments carry the names of ATen's schemas, which also give the defaults.
#pragma once
#include <set>
#include <variant>

#include "import.h"

namespace c10 {
struct FunctionSchema;
struct IValue;
}  // namespace c10

namespace models {

// What an argument or a result can be.
class AtenValue {
 public:
  using List = std::vector<AtenValue>;
  // An object of a TorchScript file, or one of its methods' functions.
  struct Object {
    uint32_t index = 0;
    std::string path;  // "encoder.layer.0"
  };
  AtenValue() = default;  // None
  AtenValue(Wire v) : data_(std::move(v)) {}
  AtenValue(Size v) : data_(v) {}
  AtenValue(double v) : data_(v) {}
  AtenValue(bool v) : data_(v) {}
  AtenValue(std::string v) : data_(std::move(v)) {}
  AtenValue(at::ScalarType v) : data_(v) {}
  AtenValue(List v) : data_(std::move(v)) {}
  AtenValue(Object v) : data_(std::move(v)) {}
  template <class T>
  AtenValue(T*) = delete;  // would become a bool

  template <class T>
  const T* get() const {
    return std::get_if<T>(&data_);
  }
  bool is_none() const { return data_.index() == 0; }
  const char* type_name() const;  // "a tensor", for messages

 private:
  std::variant<std::monostate, Wire, Size, double, bool, std::string, at::ScalarType, List, Object> data_;
};
using AtenValues = std::vector<AtenValue>;

// One result of a call. Where a single one, unknown or absent, stands for all, nothing is known about the others.
AtenValue result_at(const AtenValues& results, size_t index);

// Whether `pair` is one of a dictionary, with this key.
bool is_key(const AtenValue& pair, const std::string& key);

// Every wire in `value`, lists included.
void for_each_wire(const AtenValue& value, const std::function<void(const Wire&)>& visit);

// One call of an operator.
struct AtenCall {
  ImportBuilder& builder;
  std::string node;    // its name in the file
  std::string op;      // "add.Tensor"
  std::string target;  // the module that calls it; may be empty
  std::map<std::string, AtenValue> args;

  std::string base() const { return op.substr(0, op.find('.')); }
  const AtenValue& arg(const std::string& name) const;  // None when absent
  bool has(const std::string& name) const { return !arg(name).is_none(); }
  // Each refuses another type, naming the argument.
  Wire tensor(const std::string& name) const;                       // None is an absent wire
  Wire operand(const std::string& name, const Wire& beside) const;  // a tensor, or a number as the other's type asks
  Size size(const std::string& name) const;
  int64_t integer(const std::string& name) const;  // of a size that does not grow
  double number(const std::string& name) const;
  bool flag(const std::string& name) const;
  std::string text(const std::string& name) const;
  Sizes sizes(const std::string& name) const;  // a single one counts as a list of one
  std::vector<int64_t> integers(const std::string& name) const;
  std::optional<at::ScalarType> dtype(const std::string& name) const;  // TorchScript writes them as numbers
  Wires tensors(const std::string& name) const;
  int64_t axis(const std::string& name, int64_t rank) const;  // counted from 0
  [[noreturn]] void refuse(const std::string& why, const std::string& hint = {}) const;
  // An operator of ours on these inputs.
  Wire emit(const std::string& op, Wires inputs, mase::Map with = {}) const;

 private:
  [[noreturn]] void mistyped(const std::string& name, const char* expected) const;
};

using AtenHandler = std::function<AtenValues(AtenCall&)>;
// By operator ("add"), or by operator and overload ("max.dim"), which wins.
using AtenTable = std::map<std::string, AtenHandler, std::less<>>;

// The handler of an operator that is known, and never read: one unknown wire stands for all results.
struct Refused {
  const char* why;
  AtenValues operator()(AtenCall& call) const {
    return {call.builder.unknown(call.node, "aten." + call.op, 1, why)[0]};
  }
};

// The families, one per file.
void add_aten_sizes(AtenTable& table);
void add_aten_lists(AtenTable& table);
void add_aten_elementwise(AtenTable& table);
void add_aten_activations(AtenTable& table);
void add_aten_shapes(AtenTable& table);
void add_aten_indexing(AtenTable& table);
void add_aten_creation(AtenTable& table);
void add_aten_layers(AtenTable& table);
void add_aten_norms(AtenTable& table);
void add_aten_pools(AtenTable& table);
void add_aten_products(AtenTable& table);
void add_aten_reductions(AtenTable& table);
void add_aten_losses(AtenTable& table);
void add_aten_transformers(AtenTable& table);
const AtenTable& aten_table();

// Python numbers under the names of ATen's operators: "mul.int" with arguments a and b.
AtenValue python_arithmetic(AtenCall& call);
AtenValue from_ivalue(const c10::IValue& value);
// The schema of "add.Tensor"; nullptr when LibTorch has no such operator.
const c10::FunctionSchema* aten_schema(const std::string& op);

// What the results of a call are part of.
struct AtenBase {
  std::string label;  // "" for nothing
  // The call that makes a view of it, to be made again after the base was written to; null where that is not known.
  std::shared_ptr<const AtenCall> view;
  bool may_copy = false;  // as reshape does where it cannot make a view
};

// The values of a file by label, kept right where operators work in place.
class AtenWalk {
 public:
  explicit AtenWalk(ImportBuilder& builder) : builder_(builder) {}

  // An input, weight or constant; nothing may write to it.
  void define(const std::string& label, AtenValue value);
  bool has(const std::string& label) const { return values_.contains(label); }
  // Refuses a value that was changed through another view of it.
  const AtenValue& use(const std::string& label, const std::string& node) const;
  // Another label for the same thing.
  void alias(const std::string& label, const std::string& of);
  // A new value, or a part of the one that `of` names.
  void set(const std::string& label, AtenValue value, const AtenBase& of = {});

  // The list, tuple or dictionary `list` has the value `item` in it.
  void put(const std::string& item, const std::string& list);
  // Another list under every label of the one that `label` names.
  void replace(const std::string& label, const AtenValue& list);

  // Runs one operator. `labels` names the file's values among the arguments; the results go to `results`, in which a
  // list stands for a result that is a list.
  AtenValues run(AtenCall& call, const std::map<std::string, std::string>& labels);
  // Which argument the results are views of.
  AtenBase base_of(const AtenCall& call, const std::map<std::string, std::string>& labels) const;

 private:
  // How a view comes from the whole storage: by these calls, one after the other.
  struct Path {
    std::shared_ptr<const Path> before;
    std::shared_ptr<const AtenCall> call;
    int length = 1;
  };
  struct Held {
    AtenValue value;
    size_t storage = 0;
    std::string changed_by = {};            // the node after which this view is no longer right
    bool is_view = false;                   // of the storage, by `path`, and not perhaps a copy
    std::shared_ptr<const Path> path = {};  // null: the whole
  };
  AtenValues call(AtenCall& call);
  AtenValues call_without(AtenCall& call);
  AtenValues shadowed(const AtenCall& call);
  AtenValues dispatch(AtenCall& call);
  void overwrite(const AtenCall& call, const std::string& label, const Wire& with);
  void invalidate(const AtenCall& call, const Held& before);
  void refuse_fixed(const AtenCall& call, const std::string& label, size_t storage) const;
  std::optional<Wire> written(const AtenCall& call, const Held& part, const Wire& with);
  Wire part_of(const Wire& whole, const Path* path);

  ImportBuilder& builder_;
  std::map<std::string, Held> values_;
  std::map<size_t, std::vector<std::string>> shared_;  // labels by storage
  std::map<size_t, Wire> wholes_;                      // constants by storage, while it is known what they hold
  int64_t written_ = 0;                                // elements, for writing to parts of constants
  std::set<size_t> fixed_;                             // storages of inputs and weights
  std::map<size_t, std::set<size_t>> copies_;          // what may be the same storage, or a copy
  std::map<size_t, std::set<size_t>> lists_;           // by an item's storage
  std::map<size_t, std::set<size_t>> items_;           // by the list's
  size_t storages_ = 0;
};

}  // namespace models
