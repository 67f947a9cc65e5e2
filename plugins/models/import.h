// What the importers share. A file is walked node by node; its constants and the arithmetic on its shapes fold away,
// and every form of one network (ONNX, torch.export, TorchScript) becomes the same graph in our own vocabulary.
//
// Each value is traced at two batch sizes. What is equal at both does not depend on the batch; what differs grows
// with it, and an operator that needs such a size is written so that it works for any batch.
#pragma once
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mase/context.h"
#include "mase/execute.h"
#include "mase/graph.h"
#include "mase/op.h"

namespace models {

// The fields of every importer.
struct ImportFields {
  mase::Path file;
  std::vector<std::string> inputs, outputs;
  std::map<std::string, double> constants;
  std::map<std::string, std::vector<int64_t>> shapes;
};
template <class C>
void import_fields(mase::Schema<C>& s) {
  s.field("file", &C::file, "the model's file").required();
  s.field("inputs", &C::inputs, "inputs to keep, in this order; one left out is cut off with its branch; empty: all");
  s.field("outputs", &C::outputs, "results to keep: outputs or nodes of the file; empty: every output that is left");
  s.field("constants", &C::constants, "inputs that always have one value, by name");
  s.field("shapes", &C::shapes, "shapes of inputs with the batch, where the file leaves sizes open");
}

// A size at the two batch sizes.
struct Size {
  std::array<int64_t, 2> at{};
  Size() = default;
  Size(int64_t n) : at{n, n} {}
  Size(int64_t small, int64_t large) : at{small, large} {}
  bool fixed() const { return at[0] == at[1]; }  // does not grow with the batch
  bool operator==(const Size&) const = default;
};
using Sizes = std::vector<Size>;
// The sizes of a graph's values, result by result.
using SizeTable = std::map<const mase::Node*, std::vector<Sizes>>;

// A value of the network at hand.
struct Wire {
  enum class State {
    live,     // computed when the graph runs
    known,    // a constant of the file, or what follows from constants and shapes
    absent,   // depends on an input that the recipe left out
    unknown,  // comes from an operator that is not known; reported at the end
  };
  State state = State::absent;
  std::array<at::Tensor, 2> trace;  // known: the values; live: meta tensors
  mase::Argument from;              // live
  std::string key;                  // known: its name in the file, which becomes its key in the tensor table
  std::string repeated;             // known: the name of the matrix that is repeated along a first axis
  // Absent: what it would be with the input (its shape may be asked for), and what is left without it where it is the
  // mask of an attention: scores, or weights after a softmax.
  std::shared_ptr<const Wire> shadow, rest;
  // Of the only axis that grows with the batch: how many of its elements are one sample's next to each other. An axis
  // of 12 is two samples of 6 (6 inside), or six steps of 2 samples (1 inside). 0: as if the batch were the outermost.
  int64_t inside = 0;
  bool is_weights = false;
  bool of_shape = false;  // absent: follows from a shape that is not known, which no mask does

  bool live() const { return state == State::live; }
  bool known() const { return state == State::known; }
  bool absent() const { return state == State::absent; }
  bool usable() const { return live() || known(); }
  at::ScalarType dtype() const { return trace[0].scalar_type(); }
  int64_t rank() const { return trace[0].dim(); }
  Size size(int64_t axis) const { return {trace[0].size(axis), trace[1].size(axis)}; }
  Sizes sizes() const;
  int64_t batch_step(int64_t batch) const;                // elements from one sample to the next; 0: not known
  void keep_batch_step(const Wire& x, int64_t batch);     // of what it is a reshape of
  void keep_batch_axis(const std::vector<Wire>& inputs);  // of an operator's inputs
};
// The axis of `to`, a reshape of `x` in a file with one batch size, that grows with the batch.
std::optional<size_t> axis_of_batch(const Wire& x, const Sizes& to, int64_t batch);
using Wires = std::vector<Wire>;

// What an operator does where one of its inputs is absent, by its name in our vocabulary. A mask that is left out hides
// nothing: what was added to scores before their softmax goes, and their product with values is there again.
// Everything else that needs an absent value is absent.
struct LeftOut {
  enum class Mode {
    absent,     // so are the results
    runs,       // the operator knows what it does without
    operand,    // the result is what remains of `take`, an operand, if it is a mask indeed
    tentative,  // the operator runs on what remains, and so do its results
    live,       // the operator runs on what remains, which is there
  } mode = Mode::absent;
  size_t take = 0;
  bool is_weights = false;
};
LeftOut left_out(const std::string& op, const Wires& inputs, bool is_last_axis);
Wire missing(const Wire& shadow);  // an absent wire of a live shadow; one that is known does not need what is absent
Wire remains(const Wire& wire);    // an absent wire's rest, any other wire itself
Wire tentative(const Wire& rest, bool is_weights);  // an absent wire with a rest

// An input as the file declares it. An axis without a size is open; an open first axis is the batch. What the file
// does not say at all (TorchScript) comes from the recipe's `shapes`, or from the data set.
struct InputInfo {
  std::string name;
  std::optional<std::vector<std::optional<int64_t>>> shape;
  std::optional<at::ScalarType> dtype;
  std::vector<std::string> symbols = {};  // of open sizes, by axis; equal ones are equal sizes
};

// The wire `index` of a call's results, also where the call gave up on them.
const Wire& result_of(const Wires& results, size_t index);

// What a graph is built for, where a file has one batch size written out.
enum class ForBatch {
  any,        // a first axis that is expanded to the file's batch follows the batch
  any_fixed,  // such a size is a length that happens to be equal
  own,        // the file's batch only
};

class ImportBuilder {
 public:
  ImportBuilder(const ImportFields& fields, mase::Context& context, ForBatch batch);

  // The placeholders, in the recipe's order; by name, those left out as absent wires.
  std::map<std::string, Wire> inputs(const std::vector<InputInfo>& infos);
  static Wire known(at::Tensor value, std::string key = {});
  static Wire known(const Sizes& values);  // int64 [n]
  static Wire known(const Size& value);    // int64, a scalar
  static Wire absent() { return {}; }
  static Wire unknown();
  // A copy of a constant with other values at places, which index its first axes as in PyTorch; all of them known.
  Wire assigned(const Wire& whole, const Wires& places, const Wire& values);
  static std::optional<Sizes> integers(const Wire& wire);  // of a known scalar or vector of integers

  // One operator. `name` is the node's in the file. Results are known where all inputs are and there are no params.
  // A trailing input beyond the first `required` may be absent and is left out; any other absent one makes the
  // results absent. `target` is the module path ("encoder.fc1"); empty takes it from the params' keys.
  Wires apply(const std::string& name, mase::Chosen op, Wires inputs, std::map<std::string, Wire> params = {},
              size_t required = SIZE_MAX, std::string target = {});
  // apply() for one result; `op` without its plugin: "relu".
  Wire call(const std::string& name, const std::string& op, Wires inputs, mase::Map with = {});

  // Canonical forms: what means the same becomes the same operator, and nothing where nothing changes.
  Wire reshape(const std::string& name, const Wire& x, Sizes sizes);  // one size may be -1
  Wire permute(const std::string& name, const Wire& x, std::vector<int64_t> order);
  Wire transpose(const std::string& name, const Wire& x, int64_t first, int64_t second);
  Wire repeat(const std::string& name, const Wire& x, Sizes times);
  Wire expand(const std::string& name, const Wire& x, Sizes sizes);  // -1 keeps; sizes align at the last axis
  Wire slice(const std::string& name, const Wire& x, int64_t axis, int64_t start, int64_t end,
             int64_t step);  // end: INT64_MAX for all
  Wire index(const std::string& name, const Wire& x, const std::vector<std::optional<Wire>>& indices);  // x[i, :, j]
  Wire cat(const std::string& name, const Wires& all, int64_t axis);
  // The parts that cat() joined along the last axis, without that axis; nothing unless each is one place wide.
  std::optional<Wires> columns(const std::string& name, const Wire& joined);
  // Rows at known places; a reshape where these are all rows in order.
  Wire index_select(const std::string& name, const Wire& x, int64_t axis, const Wire& index);
  Wire cast(const std::string& name, const Wire& x, at::ScalarType dtype);
  Wire binary(const std::string& name, const std::string& op, Wire a, Wire b, mase::Map with = {});
  Wire pow(const std::string& name, const Wire& x, const Wire& exponent);
  Wire mean(const std::string& name, const Wire& x, std::vector<int64_t> axes, bool keepdim);           // no axes: all
  Wire clamp(const std::string& name, const Wire& x, const mase::Value& low, const mase::Value& high);  // null: none
  Wire where(const std::string& name, const Wire& condition, Wire a, Wire b);
  Wire matmul(const std::string& name, const Wire& a, const Wire& b);
  // The products and sums that an equation without spaces stands for.
  Wire einsum(const std::string& name, const std::string& equation, const Wires& operands);
  Wire prelu(const std::string& name, const Wire& x, const Wire& slopes);
  Wire linear(const std::string& name, const Wire& x, const Wire& weight, const Wire& bias, std::string target = {});
  // Of log_softmax along axis 1 and classes; `reduction`: mean, sum or none.
  Wire negative_log_likelihood(const std::string& name, const Wire& log_probabilities, const Wire& target,
                               int64_t ignored, const std::string& reduction);
  Wire embedding(const std::string& name, const Wire& weight, const Wire& indices, mase::Map with = {},
                 std::string target = {});

  // Notes an operator that cannot be read; its results are unknown wires. Where an output needs one, finish() names all
  // of them in one error.
  Wires unknown(const std::string& node, const std::string& op, size_t results, const std::string& why = {});
  // An operator that cannot be read may have changed tensors that others use: no output can do without it.
  void lose_track() { is_lost_ = true; }
  // A value that `outputs:` may name, and one that is an output of the file.
  void name(const std::string& name, const Wire& wire) { named_[name] = wire; }
  void output(const std::string& name, const Wire& wire);

  // The graph, without what no output needs. `what` names the file's kind in messages ("ONNX").
  mase::Graph finish(const std::string& what);

  // Whether that many bytes may be made of the file's constants, `from` among them: memory stays in proportion to what
  // the file holds. make_room() refuses.
  bool has_room(const Wires& from, uint64_t bytes);
  void make_room(const Wires& from, uint64_t bytes);
  void hold(const at::Tensor& made);  // what was made counts while it is there

  // What `run` gives on the shadows of values that are absent: what follows from shapes is known, the rest is absent.
  // Nothing where it fails.
  bool try_shadow(const std::function<void()>& run);

  void visit() { ++visited_; }  // a node of the file
  size_t visited() const { return visited_; }
  Size batch() const { return {batch_[0], batch_[1]}; }
  mase::Context& context() { return context_; }
  mase::Graph& graph() { return graph_; }
  // A format in the file: on the result or argument that carries it. `wire` must be live.
  void set_result_format(const Wire& wire, mase::Chosen format);
  [[noreturn]] void fail(const std::string& node, const std::string& why, const std::string& hint = {}) const;

 private:
  struct Call;
  static std::string given(const Call& call);
  mase::Tensors trace(const Call& call, size_t at);
  bool gathers_own_batch(const Call& call) const;
  std::array<mase::Tensors, 2> trace_both(Call& call);
  void shrink_rows(Call& call, const std::array<mase::Tensors, 2>& traced);
  Wire common_row_of(const Wire& wire) const;
  bool may_fold(const Call& call, size_t at);
  std::optional<Wires> fold(const Call& call);
  bool may_reshape(const Wire& x, const Sizes& to);
  void give(const Wire& wire);
  bool fit_constants(const mase::Chosen& op, Wires& inputs);
  Wires emit(Call& call);
  void add_params(Call& call, mase::Node& node);
  mase::Shape given_shape(const InputInfo& info, mase::Shape shape) const;
  mase::Shape input_shape(const InputInfo& info, size_t place) const;
  std::vector<const InputInfo*> chosen_inputs(const std::vector<InputInfo>& infos) const;
  std::optional<mase::Shape> shape_left_out(const InputInfo& info, const std::vector<const InputInfo*>& chosen,
                                            const std::vector<mase::Shape>& shapes) const;
  Wire placeholder(const InputInfo& info, const mase::Shape& shape, size_t place);
  std::vector<std::pair<std::string, Wire>> wanted_outputs(const std::string& what) const;
  Sizes expanded(const std::string& name, const Sizes& from, Sizes sizes) const;
  mase::Argument argument(const std::string& name, const Wire& wire);
  mase::Argument constant(const std::string& name, const at::Tensor& value, const std::string& key);
  std::string store(const std::string& key, const at::Tensor& value);
  void record(mase::TensorMeta& meta, const Wire& wire) const;
  bool numbers_samples(const Wire& x, const Wire& index) const;
  std::optional<Wire> index_rows(const std::string& name, const Wire& x,
                                 const std::vector<std::optional<Wire>>& indices);
  std::optional<Wire> index_each(const std::string& name, const Wire& x,
                                 const std::vector<std::optional<Wire>>& indices);
  mase::Argument rows(const std::string& name, const at::Tensor& row);
  std::optional<mase::Argument> blocks(const std::string& name, const Wire& wire);
  std::optional<mase::Argument> counted(const std::string& name, const Wire& numbers);
  std::optional<Wire> slopes_of(const Wire& condition, std::string_view op, const Wire& x, const Wire& scaled) const;
  std::optional<Wire> stack_of(const Wire& matrices) const;
  std::optional<Sizes> picks_all(const Wire& x, const std::vector<std::optional<Wire>>& indices) const;
  std::optional<mase::Map> picks_padding(const Wire& x, int64_t axis, const Wire& index) const;
  Sizes complete(const std::string& name, const Wire& x, Sizes sizes) const;
  void check_unknown(const std::string& what) const;
  void drop_unused();

  const ImportFields& fields_;
  mase::Context& context_;
  mase::Components& components_;
  mase::Graph graph_;
  const bool any_batch_, expands_to_batch_;
  bool literal_batch_ = true;  // the file has one batch size, written out wherever a shape is
  std::array<int64_t, 2> batch_{1, 1};
  mase::Node* like_ = nullptr;          // an input with the batch as its first axis
  std::set<std::string> needs_values_;  // operators that meta tensors cannot trace
  std::map<std::string, Wire> named_;
  std::map<const mase::Node*, Wire> reshaped_;  // what reshape() worked on, by the node that it made
  std::map<const mase::Node*, Wires> joined_;   // what cat() joined along the last axis
  std::map<const mase::Node*, Wire> factors_;   // with a name in the file, by the product that they are in
  std::vector<std::pair<std::string, Wire>> outputs_;
  std::vector<std::string> left_out_;
  std::set<const mase::Node*> hidden_;  // placeholders of inputs left out, for their shapes
  std::map<std::pair<std::string, std::string>, std::set<std::string>> unknown_;  // operator and why: its nodes
  bool is_lost_ = false;
  bool is_doubtful_ = false;  // the operator at hand takes a zero of the file's only sample for one of each sample
  std::set<const mase::Node*> doubtful_;                      // the nodes of such operators
  std::map<std::string, std::string> stored_as_;              // keys that were taken, and what stands for them
  std::map<const void*, mase::Node*> constants_;              // one get_attr node per tensor
  std::vector<at::Tensor> kept_;                              // those tensors: no other one takes their address
  std::map<mase::Shape, std::vector<mase::Node*>> computed_;  // those without a name in the file
  SizeTable sizes_;
  size_t visited_ = 0;
  std::set<const void*> given_;               // the file's constants that were computed with
  int64_t given_bytes_ = 0, held_bytes_ = 0;  // of these, and of what became of them
  int64_t computed_with_ = 0;                 // elements
  std::vector<std::pair<c10::weak_intrusive_ptr<c10::StorageImpl>, int64_t>> made_;  // what may go again, and its bytes
};

// Thrown where a graph cannot be written for any batch; import_graph() then builds it for the file's own batch.
struct OneBatchOnly {
  std::string why;
};

// Builds the graph by `walk`, for any batch if the network allows it, else for the batch that the file was written for.
// `tidy` has the last word; then the graph's size is said, and reported as nodes_in_file and operators.
mase::Graph import_graph(const ImportFields& fields, mase::Context& context, const std::string& what,
                         const std::function<void(ImportBuilder&)>& walk,
                         const std::function<void(mase::Graph&)>& tidy = {});

// Runs an import; whatever goes wrong becomes one Error that names the file, on one line that is safe to show.
mase::Graph import_with_errors(const ImportFields& fields, const std::function<mase::Graph()>& build);

// Text from a file for a terminal: names in files may hold line breaks, escape sequences and bytes that are no UTF-8.
std::string printable(std::string_view text);

// Merges what stands in several nodes for one operator: a product and its bias, attention, GELU.
void simplify(mase::Graph& graph, SizeTable sizes);

// The operator that reshapes, named by what it does; nothing where two sizes grow with the batch.
std::optional<mase::Chosen> reshape_op(const Sizes& from, const Sizes& to);

// The operator that rolls axes, by no more than half a turn each; nothing where one grows with the batch.
using Shifts = std::map<int64_t, int64_t>;  // by axis, counted from 0
std::optional<mase::Chosen> roll_op(const Shifts& shifts, const Sizes& sizes);

// The operator that limits floats: relu, relu6, hardtanh between -1 and 1, or clamp. Null is no limit.
mase::Chosen clamp_between(const mase::Value& low, const mase::Value& high);

// How many of an operator's tensors in the file are inputs; its parameters are the last ones. Error where it has
// others.
size_t count_inputs(const mase::Op& op, const std::string& component, size_t tensors);

// "float32" and the like, as nn.cast names them.
std::string dtype_name(at::ScalarType type);

}  // namespace models
