// Model of register_slice: the beats themselves.
#include "pass_through.h"
