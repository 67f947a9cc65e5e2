// Journal: state/journal.json.
#include "run/journal.h"

#include <filesystem>

#include "mase/random.h"
#include "mase/text.h"
#include "recipe/scope.h"
#include "run/files.h"

namespace mase {
namespace fs = std::filesystem;
namespace {

std::string file_in(const std::string& run_dir) { return (fs::path(run_dir) / "state" / "journal.json").string(); }

Map finished_value(const Finished& f) {
  Map m = f.record.value();
  m.set("metrics", f.record.metrics);
  m.set("lineage", f.record.lineage);
  m.set("print", f.print);
  m.set("graph", f.graph);
  return m;
}

Finished finished_from(const Map& m) {
  Finished f;
  f.record.use = m.at("use").as_string(), f.record.name = m.at("name").as_string(), f.record.where = m.at("where");
  f.record.nodes = m.at("nodes").as_int(), f.record.seconds = m.at("seconds").as_double();
  f.record.report = m.at("report").as_map(), f.record.metrics = m.at("metrics").as_map();
  f.record.lineage = m.at("lineage").as_list();
  f.print = m.at("print").as_string(), f.graph = m.at("graph").as_string();
  return f;
}

}  // namespace

void Journal::write(const std::string& run_dir) const {
  List pairs, finished;
  for (const auto& [name, value] : sets) pairs.push_back(List{name, value});
  for (const Finished& f : steps) finished.push_back(finished_value(f));
  const Value all = Map{{"recipe", text}, {"sets", std::move(pairs)},    {"seed", seed}, {"base", base},
                        {"plan", plan},   {"steps", std::move(finished)}};
  write_whole(file_in(run_dir), all.json(1) + "\n");
}

Journal Journal::read(const std::string& run_dir) {
  const std::string file = file_in(run_dir);
  const Value all = Value::parse_json(read_text(file), file);
  const Map& m = all.as_map();
  Journal j;
  j.text = m.at("recipe").as_string(), j.seed = m.at("seed").as_int(), j.base = m.at("base").as_string();
  j.plan = m.at("plan").as_string();
  for (const Value& pair : m.at("sets").as_list())
    j.sets.emplace_back(pair.as_list().at(0).as_string(), pair.as_list().at(1).as_string());
  for (const Value& f : m.at("steps").as_list()) j.steps.push_back(finished_from(f.as_map()));
  return j;
}

namespace {

// References are followed, so that a changed param changes the print of the steps that use it and of no others.
// The environment stays unread: its values are secrets.
Value print_value(const Template& t, View view, int depth) {
  constexpr int kDeepest = 64;
  if (depth > kDeepest) return "...";
  if (t.kind == Template::Kind::reference) {
    const auto found = find_name(view, t.name);
    return found ? print_value(*found->value, found->view, depth + 1) : Value("$" + t.name);
  }
  if (t.kind == Template::Kind::list) {
    List list;
    for (const Template& item : t.items) list.push_back(print_value(item, view, depth + 1));
    return list;
  }
  if (t.kind == Template::Kind::map) {
    Map map;
    for (const Template::Entry& e : t.entries) map.set(e.key, print_value(e.value, view, depth + 1));
    return map;
  }
  if (t.kind == Template::Kind::text) {
    Map names;  // the text itself and what stands behind its names
    for (const Scope* s = view.scope; s; s = s->outer)
      for (const Template::Entry& e : s->names)
        if (t.scalar.as_string().find("${" + e.key + "}") != std::string::npos)
          names.set(e.key, print_value(e.value, view, depth + 1));
    return List{t.scalar, std::move(names)};
  }
  return as_written(t);
}

Value print_steps(const std::vector<Step>& steps, const Scope& scope);

Value print_control(const Control& c, const Scope& scope) {
  const auto print = [&](const Template& t) { return print_value(t, {&scope}, 0); };
  const auto texts = [](const auto& pairs) {
    List list;
    for (const auto& [text, loc] : pairs) list.push_back(text);
    return list;
  };
  return List{print_steps(c.steps, scope),
              print(c.over),
              print(c.repeats),
              print(c.sampler_choice),
              print(c.trials),
              print(c.timeout),
              print(c.space),
              print_steps(c.evaluate, scope),
              print(c.score),
              print(c.objectives),
              c.relative_to_start,
              texts(c.require),
              texts(c.constraints),
              print(c.pick),
              c.allow_test_in_search};
}

Value print_step(const Step& s, const Scope& scope) {
  const auto print = [&](const Template& t) { return print_value(t, {&scope}, 0); };
  List all{static_cast<int>(s.kind), s.name,      s.named,       s.component,   print(s.with),    s.where.present,
           print(s.where.raw),       s.each_node, print(s.when), print(s.seed), s.skip_if_missing};
  if (s.control) all.push_back(print_control(*s.control, scope));
  if (s.recipe) all.push_back(print_steps(s.recipe->steps, scope_of(*s.recipe, &scope)));
  return all;
}

Value print_steps(const std::vector<Step>& steps, const Scope& scope) {
  List list;
  for (const Step& s : steps) list.push_back(print_step(s, scope));
  return list;
}

}  // namespace

std::string step_print(const Step& step, const Scope& scope) {
  const std::string text = print_step(step, scope).json();
  return format("{:016x}{:016x}", stream_hash(0, text), stream_hash(1, text));
}

}  // namespace mase
