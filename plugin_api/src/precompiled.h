// What most sources include anyway, parsed once (plugin_api/cmake/MasePrecompiled.cmake). No source includes this file.
#pragma once
#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <c10/util/Logging.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "mase/dataset.h"
#include "mase/execute.h"
#include "mase/format.h"
#include "mase/generator.h"
#include "mase/model.h"
#include "mase/pass.h"
#include "mase/pick.h"
#include "mase/plugin.h"
#include "mase/runner.h"
#include "mase/sampler.h"
#include "mase/text.h"
