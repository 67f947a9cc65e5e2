// Model of split_n: the beats themselves.
#include "pass_through.h"
