// What the parts of the oracle family share.
#pragma once
#include <string>
#include <vector>

#include "files.h"
#include "loader/registry.h"
#include "report.h"

namespace vectors {

struct Element {  // a component that is to have the behaviour of an oracle's element format
  std::string component;
  mase::Map fields;
};

// All components that implement the element format `name` of the manifest.
std::vector<Element> elements_of(mase::Registry& registry, const mase::Map& manifest, const std::string& name);

void run_mx(Folder& folder, mase::Registry& registry, Report& report, const mase::Map& manifest);

}  // namespace vectors
