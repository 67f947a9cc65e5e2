// Model of fixed_flatten: the beats themselves.
#include "pass_through.h"
