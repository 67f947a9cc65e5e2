// LibTorch's TorchScript compiler, kept from running anything: source text to plain data.
#include <pthread.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/frontend/parser.h>
#include <torch/csrc/jit/frontend/tree_views.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/serialization/import_source.h>

#include <algorithm>
#include <exception>

#include "mase/text.h"
#include "torchscript_program.h"

namespace models {

namespace jit = torch::jit;

namespace {

constexpr size_t kStack = size_t{512} << 20;  // LibTorch's parser and compiler recurse as deep as the text nests
constexpr size_t kMostTokensInLine = 20'000;
constexpr int kMostBrackets = 200, kMostLines = 40'000;
constexpr size_t kMostBlanks = 400;

// Runs `work` where its recursion has room.
void on_large_stack(const std::function<void()>& work) {
  struct Job {
    const std::function<void()>& work;
    std::exception_ptr error;
  } job{work, nullptr};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStack);
  pthread_t thread;
  const int failed = pthread_create(
      &thread, &attributes,
      [](void* data) -> void* {
        auto& mine = *static_cast<Job*>(data);
        try {
          mine.work();
        } catch (...) {
          mine.error = std::current_exception();
        }
        return nullptr;
      },
      &job);
  pthread_attr_destroy(&attributes);
  if (failed) throw mase::Error("no thread with a large stack can be had for reading TorchScript");
  pthread_join(thread, nullptr);
  if (job.error) std::rethrow_exception(job.error);
}

// Refuses text that nests deeper than a writer of TorchScript ever does, before anything recurses into it.
void check_nesting(const std::string& path, const std::string& text) {
  int depth = 0, lines = 0;
  size_t tokens = 0, blanks = 0, branches = 0;
  bool at_start = true, in_word = false;
  const auto deep = [&] { throw mase::Error(mase::format("'code/{}' nests too deep", path)); };
  for (const char c : text) {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (c == '\n' && depth <= 0) tokens = 0, depth = 0;
    if (c == '\n' && ++lines > kMostLines)
      throw mase::Error(mase::format("'code/{}' has more than {} lines", path, kMostLines));
    blanks = c == '\n' ? 0 : at_start && c == ' ' ? blanks + 1 : blanks;
    at_start = c == '\n' || (at_start && c == ' ');
    if (c != ' ' && c != '\n' && !(is_word && in_word)) ++tokens;
    in_word = is_word;
    if (depth > kMostBrackets || tokens > kMostTokensInLine || blanks > kMostBlanks) deep();
  }
  for (size_t at = text.find("elif"); at != text.npos; at = text.find("elif", at + 4))
    if (++branches > 1000) deep();
}

// Nothing that calls or computes.
bool is_literal(const jit::TreeRef& tree) {
  switch (tree->kind()) {
    case jit::TK_CONST:
    case jit::TK_STRINGLITERAL:
    case jit::TK_TRUE:
    case jit::TK_FALSE:
    case jit::TK_NONE:
    case jit::TK_STRING:
      return true;
    case jit::TK_UNARY_MINUS:
    case jit::TK_VAR:  // names, as those of types
    case jit::TK_IDENT:
    case jit::TK_SUBSCRIPT:
    case '.':
    case jit::TK_LIST_LITERAL:
    case jit::TK_TUPLE_LITERAL:
    case jit::TK_LIST:
    case jit::TK_OPTION:
      return std::all_of(tree->trees().begin(), tree->trees().end(), is_literal);
    default:
      return false;
  }
}

// LibTorch evaluates default arguments and attributes of classes when it compiles.
void check_literals(const std::string& path, const jit::TreeRef& tree) {
  const auto check = [&](const jit::TreeRef& value) {
    if (!is_literal(value))
      throw mase::Error(
          mase::format("'code/{}' has a default argument or an attribute that is computed when the file is "
                       "read; nothing is executed",
                       path));
  };
  if (tree->kind() == jit::TK_PARAM && tree->trees().size() > 2) check(tree->trees()[2]);
  if (tree->kind() == jit::TK_CLASS_DEF)
    for (const jit::Stmt& statement : jit::ClassDef(tree).body())
      if (statement.kind() == jit::TK_ASSIGN && jit::Assign(statement).rhs().present())
        check(jit::Assign(statement).rhs().get().tree());
  for (const jit::TreeRef& part : tree->trees()) check_literals(path, part);
}

// How many parts the type of a value has, as far as tuples tell. LibTorch writes types out, and a tuple of one tuple
// twice, which is one of another twice, has a type that no memory holds.
class TupleTypes {
 public:
  explicit TupleTypes(const std::string& path) : path_(path) {}

  void visit(const jit::TreeRef& tree) {
    if (tree->kind() == jit::TK_ASSIGN && jit::Assign(tree).rhs().present()) {
      const uint64_t parts = parts_of(jit::Assign(tree).rhs().get().tree());
      if (parts > kMostParts)
        throw mase::Error(mase::format("'code/{}' has a tuple of more than {} parts", path_, kMostParts));
      for (const jit::Expr& left : jit::Assign(tree).lhs_list())
        if (left.kind() == jit::TK_VAR) parts_[jit::Var(left.tree()).name().name()] = parts;
    }
    for (const jit::TreeRef& part : tree->trees()) visit(part);
  }

 private:
  static constexpr uint64_t kMostParts = 10'000;
  uint64_t parts_of(const jit::TreeRef& tree) const {
    if (tree->kind() == jit::TK_VAR) {
      const auto found = parts_.find(jit::Var(tree).name().name());
      return found == parts_.end() ? 1 : found->second;
    }
    const bool is_tuple = tree->kind() == jit::TK_TUPLE_LITERAL;
    const auto& parts = is_tuple ? tree->trees().at(0)->trees() : tree->trees();
    uint64_t count = 1;
    for (const jit::TreeRef& part : parts) count = is_tuple ? count + parts_of(part) : std::max(count, parts_of(part));
    return std::min(count, 2 * kMostParts);
  }
  const std::string& path_;
  std::map<std::string, uint64_t> parts_;
};

void check_definition(const std::string& path, const jit::TreeRef& tree) {
  check_literals(path, tree);
  TupleTypes(path).visit(tree);
}

void check_source(const std::string& path, const std::shared_ptr<jit::Source>& source) {
  jit::Parser parser(source);
  jit::Lexer& lexer = parser.lexer();
  while (lexer.cur().kind != jit::TK_EOF) {
    const int kind = lexer.cur().kind;
    if (kind == jit::TK_CLASS_DEF)
      check_definition(path, parser.parseClass());
    else if (kind == jit::TK_DEF)
      check_definition(path, parser.parseFunction(false));
    else
      lexer.next();  // imports and the version
  }
}

AtenValue constant_of(const jit::Node& node) {
  const auto value = jit::toIValue(node.output());
  return value ? from_ivalue(*value) : AtenValue();
}

// One function of the file, translated.
class Translation {
 public:
  explicit Translation(const std::shared_ptr<jit::Graph>& graph) { block(*graph->block(), result.body); }
  ScriptFunction result;

 private:
  size_t value(const jit::Value* v) {
    const auto [found, is_new] = places_.try_emplace(v, result.values.size());
    if (is_new) result.values.push_back(v->debugName());
    return found->second;
  }
  void block(const jit::Block& from, ScriptBlock& to) {
    for (const jit::Value* v : from.inputs()) to.inputs.push_back(value(v));
    for (const jit::Node* n : from.nodes()) to.nodes.push_back(node(*n));
    for (const jit::Value* v : from.outputs()) to.outputs.push_back(value(v));
  }
  ScriptNode node(const jit::Node& from) {
    ScriptNode to;
    to.kind = from.kind().toQualString();
    if (const c10::FunctionSchema* schema = from.maybeSchema()) {
      to.overload = schema->overload_name();
      for (const c10::Argument& argument : schema->arguments()) to.arguments.push_back(argument.name());
    }
    if (from.hasAttribute(jit::attr::name) && from.kindOf(jit::attr::name) == jit::AttributeKind::s)
      to.name = from.s(jit::attr::name);
    if (from.kind() == jit::prim::Constant) {
      if (const auto type = from.output()->type()->cast<c10::FunctionType>())
        to.name = type->function()->qualname().qualifiedName();
      else
        to.constant = constant_of(from);
    }
    for (const jit::Value* v : from.inputs()) to.inputs.push_back(value(v));
    for (const jit::Value* v : from.outputs()) to.outputs.push_back(value(v));
    for (const jit::Block* b : from.blocks()) block(*b, to.blocks.emplace_back());
    return to;
  }
  std::map<const jit::Value*, size_t> places_;
};

ScriptFunction translated(jit::Function& function) {
  Translation translation(jit::toGraphFunction(function).graph());
  for (const c10::Argument& argument : function.getSchema().arguments()) {
    ScriptFunction::Parameter parameter{
        argument.name(), argument.type()->str(), argument.default_value().has_value(), {}};
    if (argument.default_value()) parameter.value = from_ivalue(*argument.default_value());
    translation.result.parameters.push_back(std::move(parameter));
  }
  return std::move(translation.result);
}

}  // namespace

struct ScriptCompiler::State {
  Load load;
  std::vector<at::IValue> constants;
  std::shared_ptr<jit::CompilationUnit> unit = std::make_shared<jit::CompilationUnit>();
  std::unique_ptr<jit::SourceImporter> importer;
  std::map<std::string, ScriptFunction> functions;

  std::shared_ptr<jit::Source> source(const std::string& qualifier) const {
    std::string path = qualifier;
    std::replace(path.begin(), path.end(), '.', '/');
    path += ".py";
    const std::unique_ptr<std::string> text = load(path);
    if (!text) return nullptr;
    check_nesting(path, *text);
    auto source = std::make_shared<jit::Source>(*text, path, 1);
    check_source(path, source);
    return source;
  }
  // Compiled and translated on first use.
  const ScriptFunction& get(const std::string& name, const std::function<jit::Function*()>& find) {
    const auto found = functions.find(name);
    if (found != functions.end()) return found->second;
    ScriptFunction result;
    on_large_stack([&] {
      try {
        jit::Function* function = find();
        if (!function || !function->isGraphFunction())
          throw mase::Error(mase::format("the file has no function '{}'", name));
        result = translated(*function);
      } catch (const c10::Error& e) {
        throw mase::Error(mase::format("'{}' cannot be compiled: {}", name, first_line(e.what_without_backtrace())));
      } catch (const mase::Error&) {
        throw;
      } catch (const std::exception& e) {
        throw mase::Error(mase::format("'{}' cannot be compiled: {}", name, first_line(e.what())));
      }
    });
    return functions.emplace(name, std::move(result)).first->second;
  }
  static std::string first_line(std::string text) {
    if (text.find("INTERNAL ASSERT") != text.npos) return "its code is damaged";  // LibTorch asks for a report of a bug
    while (!text.empty() && text[0] == '\n') text.erase(0, 1);
    return text.substr(0, text.find('\n'));
  }
};

ScriptCompiler::ScriptCompiler(Load load, const std::vector<at::Tensor>& constants, int64_t version)
    : state_(std::make_unique<State>()) {
  state_->load = std::move(load);
  for (const at::Tensor& t : constants) state_->constants.emplace_back(t);
  State* const state = state_.get();
  state_->importer = std::make_unique<jit::SourceImporter>(
      state_->unit, &state_->constants, [state](const std::string& qualifier) { return state->source(qualifier); },
      static_cast<size_t>(version));
}

ScriptCompiler::~ScriptCompiler() = default;

const ScriptFunction& ScriptCompiler::method(const std::string& type, const std::string& name) {
  return state_->get(type + "." + name, [&]() -> jit::Function* {
    const auto found = state_->importer->loadType(c10::QualifiedName(type));
    const auto class_type = found ? found->cast<c10::ClassType>() : nullptr;
    if (!class_type) throw mase::Error(mase::format("the file has no class '{}'", type));
    return class_type->findMethod(name);
  });
}

const ScriptFunction& ScriptCompiler::function(const std::string& name) {
  return state_->get(name, [&] { return state_->unit->find_function(c10::QualifiedName(name)); });
}

}  // namespace models
