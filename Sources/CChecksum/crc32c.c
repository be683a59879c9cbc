#include "CChecksum.h"

// The polynomial of RFC 3720, reflected. Hardware has an instruction for exactly this one.
#define POLYNOMIAL 0x82f63b78u

static uint32_t table[256];

__attribute__((constructor)) static void fill_table(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; bit++) value = value & 1 ? (value >> 1) ^ POLYNOMIAL : value >> 1;
    table[i] = value;
  }
}

static uint32_t portable(uint32_t crc, const unsigned char *bytes, size_t length) {
  while (length--) crc = (crc >> 8) ^ table[(crc ^ *bytes++) & 0xff];
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t hardware(uint32_t crc, const unsigned char *bytes, size_t length) {
  unsigned long long value = crc;
  for (; length >= 8; bytes += 8, length -= 8) {
    unsigned long long word;
    __builtin_memcpy(&word, bytes, 8);
    value = __builtin_ia32_crc32di(value, word);
  }
  uint32_t rest = (uint32_t)value;
  while (length--) rest = __builtin_ia32_crc32qi(rest, *bytes++);
  return rest;
}
#endif

uint32_t weir_crc32c(uint32_t crc, const void *bytes, size_t length) {
  crc = ~crc;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return ~hardware(crc, bytes, length);
#endif
  return ~portable(crc, bytes, length);
}
