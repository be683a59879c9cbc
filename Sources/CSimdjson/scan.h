#ifndef WEIR_JSON_SCAN_H
#define WEIR_JSON_SCAN_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace weir {

inline bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

inline bool is_space(char byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

// The first quotation mark or backslash from `at` on; one must follow, with 16 readable bytes after it.
inline const char *quote_or_backslash(const char *at) {
#if defined(__SSE2__)
  const __m128i quotes = _mm_set1_epi8('"'), backslashes = _mm_set1_epi8('\\');
  for (;; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at));
    const int found = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(block, quotes), _mm_cmpeq_epi8(block, backslashes)));
    if (found) return at + __builtin_ctz(static_cast<unsigned>(found));
  }
#else
  while (*at != '"' && *at != '\\') at++;
  return at;
#endif
}

// The value of four hex digits, or -1.
inline int32_t hex4(const char *at) {
  int32_t value = 0;
  for (int i = 0; i < 4; i++) {
    const char byte = at[i];
    int digit;
    if (is_digit(byte)) digit = byte - '0';
    else if (byte >= 'a' && byte <= 'f') digit = byte - 'a' + 10;
    else if (byte >= 'A' && byte <= 'F') digit = byte - 'A' + 10;
    else return -1;
    value = value << 4 | digit;
  }
  return value;
}

// Writes a Unicode scalar value as UTF-8 and returns where it ends.
inline char *put_utf8(char *out, uint32_t scalar) {
  if (scalar < 0x80) {
    *out++ = static_cast<char>(scalar);
  } else if (scalar < 0x800) {
    *out++ = static_cast<char>(0xc0 | scalar >> 6);
    *out++ = static_cast<char>(0x80 | (scalar & 0x3f));
  } else if (scalar < 0x10000) {
    *out++ = static_cast<char>(0xe0 | scalar >> 12);
    *out++ = static_cast<char>(0x80 | (scalar >> 6 & 0x3f));
    *out++ = static_cast<char>(0x80 | (scalar & 0x3f));
  } else {
    *out++ = static_cast<char>(0xf0 | scalar >> 18);
    *out++ = static_cast<char>(0x80 | (scalar >> 12 & 0x3f));
    *out++ = static_cast<char>(0x80 | (scalar >> 6 & 0x3f));
    *out++ = static_cast<char>(0x80 | (scalar & 0x3f));
  }
  return out;
}

// The offset of the first sequence that is no UTF-8 (Unicode 15, table 3-7), or `length`.
inline size_t invalid_utf8(const unsigned char *bytes, size_t length) {
  size_t at = 0;
  while (at < length) {
    const unsigned char first = bytes[at];
    size_t count;
    unsigned char low = 0x80, high = 0xbf;
    if (first < 0x80) { at++; continue; }
    else if (first >= 0xc2 && first <= 0xdf) count = 1;
    else if (first >= 0xe0 && first <= 0xef) {
      count = 2;
      if (first == 0xe0) low = 0xa0;
      if (first == 0xed) high = 0x9f;
    } else if (first >= 0xf0 && first <= 0xf4) {
      count = 3;
      if (first == 0xf0) low = 0x90;
      if (first == 0xf4) high = 0x8f;
    } else return at;
    if (length - at <= count) return at;
    if (bytes[at + 1] < low || bytes[at + 1] > high) return at;
    for (size_t i = 2; i <= count; i++)
      if ((bytes[at + i] & 0xc0) != 0x80) return at;
    at += count + 1;
  }
  return length;
}

}  // namespace weir

#endif
