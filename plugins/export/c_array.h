// Arrays of numbers in C: the narrowest integer type, floats that read back bit for bit.
#pragma once
#include <mase/tensor.h>

#include <string>

namespace mase::exporting {

// "static const int8_t name[4] = {...};" for an integer or floating-point tensor. Integers take the narrowest type that
// holds all of them and `least_bits`. Error where a float is not finite, which C cannot write as a number.
std::string c_array(const std::string& name, const at::Tensor& tensor, int least_bits = 1);

std::string c_identifier(std::string_view text);  // every other character becomes '_'
std::string c_comment(std::string_view text);     // as it may stand inside /* */
std::string upper(std::string text);

}  // namespace mase::exporting
