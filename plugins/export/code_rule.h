// How codes become values, found by trying: what is written into a header is what decode() does.
#pragma once
#include "weights.h"

namespace mase::exporting {

struct CodeRule {
  std::string text;              // a sentence for the reader of the header
  std::string exponents_suffix;  // of the array beside the codes: _zero_point or _exponent; empty: none is needed
};

CodeRule rule_of(const Weight& weight, const Codes& codes);

}  // namespace mase::exporting
