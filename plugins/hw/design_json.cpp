// design.json: the ports and watched streams of an emitted design, for simulation and other tools.
#include "design.h"

namespace mase::hw {
namespace {

Map point_map(const FixedPoint& p) {
  return {{"width", p.width}, {"frac_width", p.frac_width}, {"signed", p.is_signed}};
}
FixedPoint point_from(const Map& m) {
  return {static_cast<int>(m.at("width").as_int()), static_cast<int>(m.at("frac_width").as_int()),
          m.at("signed").as_bool()};
}

Map stream_map(const Stream& s) {
  return {{"point", point_map(s.point)}, {"size", List{s.size0, s.size1}}, {"parallelism", List{s.par0, s.par1}}};
}
Stream stream_from(const Map& m) {
  Stream s;
  s.point = point_from(m.at("point").as_map());
  s.size0 = m.at("size").as_list().at(0).as_int(), s.size1 = m.at("size").as_list().at(1).as_int();
  s.par0 = m.at("parallelism").as_list().at(0).as_int(), s.par1 = m.at("parallelism").as_list().at(1).as_int();
  if (s.par0 < 1 || s.par1 < 1 || s.size0 < 1 || s.size1 < 1) throw Error("a stream of design.json has no elements");
  return s;
}

List ports_list(const std::vector<TopPort>& ports) {
  List list;
  for (const TopPort& p : ports)
    list.push_back(Map{{"name", p.name},
                       {"stream", stream_map(p.shape)},
                       {"node", p.node},
                       {"result", p.result},
                       {"consumer", p.consumer},
                       {"argument", p.argument}});
  return list;
}
std::vector<TopPort> ports_from(const List& list) {
  std::vector<TopPort> ports;
  for (const Value& v : list) {
    const Map& m = v.as_map();
    TopPort p;
    p.name = m.at("name").as_string(), p.shape = stream_from(m.at("stream").as_map()),
    p.node = m.at("node").as_string();
    p.result = static_cast<int>(m.at("result").as_int());
    p.consumer = m.at("consumer").as_string(), p.argument = m.at("argument").as_string();
    ports.push_back(p);
  }
  return ports;
}

}  // namespace

Value to_value(const Design& d) {
  List probes;
  for (const Probe& p : d.probes)
    probes.push_back(Map{{"node", p.node},
                         {"stream", p.stream},
                         {"signal", p.signal},
                         {"shape", stream_map(p.shape)},
                         {"producer", p.producer},
                         {"result", p.result},
                         {"producer_point", point_map(p.producer_point)},
                         {"rounding", static_cast<int>(p.rule.rounding)},
                         {"overflow", static_cast<int>(p.rule.overflow)}});
  return Map{{"top", d.top}, {"inputs", ports_list(d.inputs)}, {"outputs", ports_list(d.outputs)}, {"streams", probes}};
}

Design from_value(const Value& value) {
  const Map& m = value.as_map();
  Design d;
  d.top = m.at("top").as_string();
  d.inputs = ports_from(m.at("inputs").as_list()), d.outputs = ports_from(m.at("outputs").as_list());
  for (const Value& v : m.at("streams").as_list()) {
    const Map& s = v.as_map();
    Probe p;
    p.node = s.at("node").as_string(), p.stream = s.at("stream").as_string(), p.signal = s.at("signal").as_string();
    p.shape = stream_from(s.at("shape").as_map()), p.producer = s.at("producer").as_string();
    p.result = static_cast<int>(s.at("result").as_int());
    p.producer_point = point_from(s.at("producer_point").as_map());
    p.rule.rounding = static_cast<CastRule::Rounding>(s.at("rounding").as_int());
    p.rule.overflow = static_cast<CastRule::Overflow>(s.at("overflow").as_int());
    d.probes.push_back(p);
  }
  return d;
}

}  // namespace mase::hw
