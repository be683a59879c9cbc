#ifndef WEIR_JSON_NAMES_H
#define WEIR_JSON_NAMES_H

#include "CSimdjson.h"

#include <algorithm>
#include <cstring>

namespace weir {

// A member's name while its object is open.
struct Name {
  uint64_t hash;
  uint32_t member;
};

// Objects up to this size are compared as they grow, larger ones are sorted when they close.
constexpr uint32_t small_object = 16;

inline bool same_name(const weir_json_member &left, const weir_json_member &right, const char *text) {
  return left.hash == right.hash && left.length == right.length && memcmp(text + left.offset, text + right.offset, left.length) == 0;
}

// Whether the last of the `count` names occurs among those before it.
inline bool repeats_last(const Name *names, uint32_t count, const weir_json_member *members, const char *text) {
  const Name last = names[count - 1];
  for (uint32_t i = 0; i + 1 < count; i++)
    if (names[i].hash == last.hash && same_name(members[names[i].member], members[last.member], text)) return true;
  return false;
}

// The first member whose name an earlier one has, or WEIR_JSON_NOT_A_MEMBER; sorts `names`.
//
// Ties of the hash are decided by the bytes, so that even colliding names cost no more than a sort.
inline uint32_t first_repeated(Name *names, uint32_t count, const weir_json_member *members, const char *text) {
  const auto before = [=](const Name &left, const Name &right) {
    if (left.hash != right.hash) return left.hash < right.hash;
    const weir_json_member &a = members[left.member], &b = members[right.member];
    if (a.length != b.length) return a.length < b.length;
    const int order = memcmp(text + a.offset, text + b.offset, a.length);
    return order != 0 ? order < 0 : left.member < right.member;
  };
  std::sort(names, names + count, before);
  uint32_t first = WEIR_JSON_NOT_A_MEMBER;
  for (uint32_t i = 1; i < count; i++)
    if (same_name(members[names[i - 1].member], members[names[i].member], text)) first = std::min(first, names[i].member);
  return first;
}

}  // namespace weir

#endif
