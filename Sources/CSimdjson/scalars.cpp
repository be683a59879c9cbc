#include "parser.h"

#include "scan.h"

#include <cstring>

// The string whose opening quotation mark is at `quote`: its unescaped text stays where it is, at `quote` + 1.
bool weir_json_parser::string(uint32_t quote, uint32_t &text_length, uint32_t &end) {
  const char *start = text.items + quote + 1;
  const char *found = weir::quote_or_backslash(start);
  if (*found == '\\') return unescape(quote + 1, found, text_length, end);
  const size_t closing = static_cast<size_t>(found - text.items);
  if (closing >= length) return fail(WEIR_JSON_ERROR_SYNTAX, quote, "a string has no end");
  text_length = static_cast<uint32_t>(found - start);
  end = static_cast<uint32_t>(closing + 1);
  return true;
}

// Unescapes in place: what an escape stands for is never longer than the escape.
bool weir_json_parser::unescape(uint32_t start, const char *backslash, uint32_t &text_length, uint32_t &end) {
  char *out = const_cast<char *>(backslash);
  const char *in = backslash;
  for (;;) {
    if (*in == '"') break;
    if (static_cast<size_t>(in - text.items) >= length) return fail(WEIR_JSON_ERROR_SYNTAX, start - 1, "a string has no end");
    const char *after = escape(in, out);
    if (after == nullptr) return fail(WEIR_JSON_ERROR_SYNTAX, static_cast<size_t>(in - text.items), "an escape is not one of JSON's");
    in = weir::quote_or_backslash(after);
    const size_t plain = static_cast<size_t>(in - after);
    memmove(out, after, plain);
    out += plain;
  }
  const size_t closing = static_cast<size_t>(in - text.items);
  if (closing >= length) return fail(WEIR_JSON_ERROR_SYNTAX, start - 1, "a string has no end");
  text_length = static_cast<uint32_t>(out - (text.items + start));
  end = static_cast<uint32_t>(closing + 1);
  return true;
}

// Writes what the escape at `backslash` stands for and returns where it ends, or NULL; half a surrogate pair is U+FFFD.
const char *weir_json_parser::escape(const char *backslash, char *&out) {
  switch (backslash[1]) {
    case '"': *out++ = '"'; return backslash + 2;
    case '\\': *out++ = '\\'; return backslash + 2;
    case '/': *out++ = '/'; return backslash + 2;
    case 'b': *out++ = '\b'; return backslash + 2;
    case 'f': *out++ = '\f'; return backslash + 2;
    case 'n': *out++ = '\n'; return backslash + 2;
    case 'r': *out++ = '\r'; return backslash + 2;
    case 't': *out++ = '\t'; return backslash + 2;
    case 'u': break;
    default: return nullptr;
  }
  const int32_t unit = weir::hex4(backslash + 2);
  if (unit < 0) return nullptr;
  const char *after = backslash + 6;
  uint32_t scalar = static_cast<uint32_t>(unit);
  if (scalar >= 0xd800 && scalar <= 0xdfff) {
    const int32_t second = scalar <= 0xdbff && after[0] == '\\' && after[1] == 'u' ? weir::hex4(after + 2) : -1;
    if (second >= 0xdc00 && second <= 0xdfff) {
      scalar = 0x10000 + ((scalar - 0xd800) << 10) + (static_cast<uint32_t>(second) - 0xdc00);
      after += 6;
    } else {
      scalar = 0xfffd;
    }
  }
  out = weir::put_utf8(out, scalar);
  return after;
}

// A number or literal, with nothing but white space, a comma or a bracket behind it.
bool weir_json_parser::scalar(uint32_t at, uint32_t &kind, uint32_t &end) {
  const char *start = text.items + at;
  const char *after = nullptr;
  if (*start == '-' || weir::is_digit(*start)) {
    kind = WEIR_JSON_NUMBER;
    after = number(start);
  } else if (memcmp(start, "true", 4) == 0) {
    kind = WEIR_JSON_TRUE;
    after = start + 4;
  } else if (memcmp(start, "false", 5) == 0) {
    kind = WEIR_JSON_FALSE;
    after = start + 5;
  } else if (memcmp(start, "null", 4) == 0) {
    kind = WEIR_JSON_NULL;
    after = start + 4;
  }
  if (at >= length) return fail(WEIR_JSON_ERROR_SYNTAX, length, "the document ends too early");
  if (after == nullptr) return fail(WEIR_JSON_ERROR_SYNTAX, at, kind == WEIR_JSON_NUMBER ? "a number is malformed" : "a value is expected");
  const size_t position = static_cast<size_t>(after - text.items);
  const bool delimited = position >= length || weir::is_space(*after) || *after == ',' || *after == ']' || *after == '}';
  if (!delimited) return fail(WEIR_JSON_ERROR_SYNTAX, at, kind == WEIR_JSON_NUMBER ? "a number is malformed" : "a value is expected");
  end = static_cast<uint32_t>(position);
  return true;
}

// The end of the number at `at` (RFC 8259 section 6), or NULL; the zero behind the text ends it at the latest.
const char *weir_json_parser::number(const char *at) {
  if (*at == '-') at++;
  if (*at == '0') {
    at++;
  } else {
    if (!weir::is_digit(*at)) return nullptr;
    while (weir::is_digit(*at)) at++;
  }
  if (*at == '.') {
    at++;
    if (!weir::is_digit(*at)) return nullptr;
    while (weir::is_digit(*at)) at++;
  }
  if (*at == 'e' || *at == 'E') {
    at++;
    if (*at == '+' || *at == '-') at++;
    if (!weir::is_digit(*at)) return nullptr;
    while (weir::is_digit(*at)) at++;
  }
  return at;
}
