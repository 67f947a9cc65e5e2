// format_apply: runs formats for tests in other languages. Reads one JSON request a line,
//   {"component": "quant.integer", "with": {...}, "input": FILE, "shape": [..], "values": FILE, "elements": FILE,
//    "exponents": FILE, "scale": FILE}
// and answers each with one line, {} or {"error": "..."}. Files are raw: the input and values float32, elements and
// exponents int64, scale float64. Results that a request does not name are not computed; {} alone lists all formats.
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <cstdio>
#include <fstream>
#include <iostream>

#include "loader/registry.h"
#include "mase/format.h"

using namespace mase;

namespace {

at::Tensor read_floats(const std::string& file, const Shape& shape) {
  at::Tensor t = at::empty(shape, at::kFloat);
  std::ifstream in(file, std::ios::binary);
  in.read(reinterpret_cast<char*>(t.mutable_data_ptr<float>()), t.numel() * 4);
  if (!in) throw Error(file + " is shorter than its shape");
  return t;
}

void write(const Map& request, const char* name, const at::Tensor& t) {
  const Value* file = request.find(name);
  if (!file) return;
  if (!t.defined()) throw Error(std::string("the codes have no ") + name);
  const at::Tensor dense = t.contiguous();
  std::ofstream out(file->as_string(), std::ios::binary);
  out.write(static_cast<const char*>(dense.const_data_ptr()), static_cast<std::streamsize>(dense.nbytes()));
  if (!out) throw Error("cannot write " + file->as_string());
}

Value answer(Registry& registry, const Map& request) {
  if (request.empty()) {
    List names;
    for (const ComponentInfo* info : registry.list("format")) names.push_back(info->name);
    return Map{{"formats", names}};
  }
  Shape shape;
  for (const Value& v : request.at("shape").as_list()) shape.push_back(v.as_int());
  const Value* with = request.find("with");
  const auto f = registry.create<Format>(Chosen(request.at("component").as_string(), with ? with->as_map() : Map()));
  const at::Tensor x = read_floats(request.at("input").as_string(), shape);
  if (request.find("values")) write(request, "values", f->quantize(x, {}));
  if (!request.find("elements") && !request.find("exponents") && !request.find("scale")) return Map();
  const Codes codes = f->encode(x, {});
  write(request, "elements", codes.elements);
  write(request, "exponents", codes.exponents);
  write(request, "scale", codes.scale);
  return Map();
}

}  // namespace

int main() {
  at::set_num_threads(1);
  Registry registry;
  registry.load_folders(plugin_folders({}));
  for (std::string line; std::getline(std::cin, line);) {
    Value reply;
    try {
      reply = answer(registry, Value::parse_json(line, "request").as_map());
    } catch (const std::exception& e) {
      reply = Map{{"error", std::string(e.what())}};
    }
    std::printf("%s\n", reply.json().c_str());
    std::fflush(stdout);
  }
}
