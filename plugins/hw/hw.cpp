// The hw plugin's table of contents.
#include "add_hardware_metadata.h"
#include "emit.h"
#include "generators.h"
#include "map.h"
#include "mase/plugin.h"
#include "simulate.h"

MASE_PLUGIN("hw", "0.1.0", "Hardware: from metadata to SystemVerilog proven bit by bit in simulation") {
  using namespace mase::hw;
  r.add<AddHardwareMetadata>("hw.add_hardware_metadata",
                             "Choose a module, its parameters and its files for every node");
  r.add<MapPass>("hw.map", "Say how selected nodes become hardware: parallelism, slope form, an own module");
  r.add<Emit>("hw.emit", "Write the graph as a SystemVerilog design to hardware/rtl");
  r.add<Simulate>("hw.simulate",
                  "Simulate the emitted design with Verilator and compare every word with the integer model");
  r.add<Linear>("hw.linear", "fixed_linear: matrix times vector, one weight tile per cycle, exact accumulation");
  r.add<Relu>("hw.relu", "fixed_relu: negative values become 0, combinational");
  r.add<LeakyRelu>("hw.leaky_relu", "fixed_leaky_relu: negative values times a slope, by shift or by multiplier");
  r.add<Identity>("hw.identity", "fixed_identity: wires");
  r.add<Flatten>("hw.flatten", "fixed_flatten: rows one after another, wires");
  r.add<Dropout>("hw.dropout", "fixed_identity: dropout does nothing outside training");
  r.add<Reshape>("hw.reshape", "fixed_flatten: the same elements in the same order, wires");
  r.add<View>("hw.view", "fixed_flatten: the same elements in the same order, wires");
}
