#include "CSimdjson.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

extern "C" size_t weir_json_plain_prefix(const void *bytes, size_t length) {
  const unsigned char *at = static_cast<const unsigned char *>(bytes);
  size_t i = 0;
#if defined(__SSE2__)
  const __m128i quotes = _mm_set1_epi8('"'), backslashes = _mm_set1_epi8('\\'), last_control = _mm_set1_epi8(0x1f);
  for (; i + 16 <= length; i += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at + i));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, last_control), block);
    const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(block, quotes), _mm_cmpeq_epi8(block, backslashes));
    const int found = _mm_movemask_epi8(_mm_or_si128(control, special));
    if (found) return i + static_cast<size_t>(__builtin_ctz(static_cast<unsigned>(found)));
  }
#endif
  while (i < length && at[i] >= 0x20 && at[i] != '"' && at[i] != '\\') i++;
  return i;
}
