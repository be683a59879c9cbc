#include "CSimdjson.h"

#include <cstdlib>
#include <cstring>
#include <sys/random.h>
#include <unistd.h>

// Two 64-bit multiplications folded to their middle (the construction of wyhash), with random odd secrets, so that
// nobody outside can prepare names that collide.
namespace {

uint64_t secrets[4];

__attribute__((constructor)) void seed() {
  if (getentropy(secrets, sizeof secrets) != 0) abort();
  for (uint64_t &secret : secrets) secret |= 1;
}

inline uint64_t fold(uint64_t a, uint64_t b) {
  const __uint128_t product = static_cast<__uint128_t>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t read8(const unsigned char *at) {
  uint64_t value;
  memcpy(&value, at, 8);
  return value;
}

inline uint64_t read4(const unsigned char *at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return value;
}

}  // namespace

extern "C" uint64_t weir_json_hash(const void *bytes, size_t length) {
  const unsigned char *at = static_cast<const unsigned char *>(bytes);
  uint64_t state = secrets[0] ^ length, a = 0, b = 0;
  size_t rest = length;
  for (; rest > 16; rest -= 16, at += 16) state = fold(read8(at) ^ secrets[1], read8(at + 8) ^ state);
  if (rest >= 8) {
    a = read8(at);
    b = read8(at + rest - 8);
  } else if (rest >= 4) {
    a = read4(at);
    b = read4(at + rest - 4);
  } else if (rest > 0) {
    a = static_cast<uint64_t>(at[0]) << 16 | static_cast<uint64_t>(at[rest >> 1]) << 8 | at[rest - 1];
  }
  return fold(fold(a ^ secrets[2], b ^ state) ^ secrets[3], secrets[1] ^ length);
}
