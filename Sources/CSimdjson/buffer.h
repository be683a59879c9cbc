#ifndef WEIR_JSON_BUFFER_H
#define WEIR_JSON_BUFFER_H

#include <cstddef>
#include <cstdlib>

namespace weir {

// Memory for plain items that is used again from document to document.
template <typename Item>
struct Buffer {
  Item *items = nullptr;
  size_t capacity = 0;

  Buffer() = default;
  Buffer(const Buffer &) = delete;
  Buffer &operator=(const Buffer &) = delete;
  ~Buffer() { free(items); }

  // Room for `count` items, keeping the first `kept`; false when there is no memory.
  bool reserve(size_t count, size_t kept) {
    if (count <= capacity) return true;
    if (kept == 0) release();
    const size_t room = count + count / 4 + 64;
    Item *larger = static_cast<Item *>(realloc(items, room * sizeof(Item)));
    if (larger == nullptr) return false;
    items = larger;
    capacity = room;
    return true;
  }

  // Room for one more item than the `count` there are.
  bool grow(size_t count) { return count < capacity || reserve(count + 1, count); }

  void release() {
    free(items);
    items = nullptr;
    capacity = 0;
  }

  size_t bytes() const { return capacity * sizeof(Item); }
};

}  // namespace weir

#endif
