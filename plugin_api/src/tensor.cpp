// Copy-on-write clones and generators for random streams.
#include "mase/tensor.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/_lazy_clone.h>
#include <ATen/ops/clone.h>
#include <c10/core/impl/COW.h>

namespace mase {

at::Tensor lazy_clone(const at::Tensor& t) {
  at::AutoDispatchBelowADInplaceOrView no_autograd;  // a clone has no history
  const c10::StorageImpl& storage = *t.storage().unsafeGetStorageImpl();
  // Memory that someone else owns (a mapped file, another library) cannot be shared this way.
  if (!c10::impl::cow::has_simple_data_ptr(storage) && !c10::impl::cow::is_cow_data_ptr(storage.data_ptr()))
    return t.clone();
  return at::_lazy_clone(t);
}

at::Generator torch_generator(const Random& random) { return at::detail::createCPUGenerator(random.seed()); }

}  // namespace mase
