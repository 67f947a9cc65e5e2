// Model of fixed_identity: the beats themselves.
#include "pass_through.h"
