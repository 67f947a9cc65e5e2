// What most tests include anyway, parsed once (plugin_api/cmake/MasePrecompiled.cmake). No source includes this file.
// Catch2 comes after LibTorch's logging: both define CHECK.
#pragma once
#include "plugin_api/src/precompiled.h"

#include <catch2/catch.hpp>
