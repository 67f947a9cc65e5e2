// What a pickle of PyTorch holds: containers, numbers, texts and descriptions of tensors. Nothing is ever executed.
#pragma once
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "mase/error.h"

namespace models {

// One object. Others are named by their index in Pickle::objects, for pickles share objects and may form cycles.
struct PickleObject {
  enum class Kind : int8_t {
    none,
    boolean,
    integer,
    real,
    text,
    bytes,
    list,
    tuple,
    dict,
    dtype,
    storage,
    tensor,
    global,
    object
  };
  Kind kind = Kind::none;
  at::ScalarType type = at::kByte;  // dtype, storage
  int64_t integer = 0;              // boolean, integer; storage: how many elements; tensor: its first one
  double real = 0;
  std::string_view text;        // text, bytes, global ("torch.Size"); storage: its key; object: its class, with a line
                                // break before its last part. Lies in the bytes that were read
  std::vector<uint32_t> items;  // list, tuple; dict: key, value, key, value, ...; tensor: storage, sizes, strides;
                                // object: its state
};

struct Pickle {
  std::deque<PickleObject> objects;
  uint32_t root = 0;
  size_t length = 0;  // bytes up to the pickle's end

  const PickleObject& operator[](uint32_t index) const { return objects[index]; }
  const PickleObject* find(const PickleObject& dict, std::string_view key) const;  // nullptr when absent
};

// Protocols 2 to 5 as torch.save writes them. `bytes` must outlive the result. Error, at `place`, for everything else:
// "the pickle asks for os.system, but only tensors, numbers, texts and containers are read; nothing is executed".
// With `objects`, also objects of the classes that a TorchScript file defines (`__torch__...`), which stay as
// described.
// How many objects there may be grows with the file that the pickle lies in.
Pickle read_pickle(std::string_view bytes, mase::Loc place, bool objects = false, uint64_t file_bytes = 0);

}  // namespace models
