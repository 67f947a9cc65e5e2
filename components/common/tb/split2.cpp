// Model of split2: the beats themselves.
#include "pass_through.h"
