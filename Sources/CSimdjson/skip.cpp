#include "CSimdjson.h"
#include "scan.h"

// Just after the string whose quotation mark stands at `at`; 0 where it has no end.
static size_t string_end(const unsigned char *bytes, size_t length, size_t at) {
  at++;
  while (at < length) {
    at += weir_json_plain_prefix(bytes + at, length - at);
    if (at >= length) break;
    if (bytes[at] == '"') return at + 1;
    at += bytes[at] == '\\' ? 2 : 1;
  }
  return 0;
}

static bool ends_scalar(unsigned char byte) {
  return weir::is_space(static_cast<char>(byte)) || byte == ',' || byte == ':' || byte == ']' || byte == '}' || byte == '"' || byte == '[' || byte == '{';
}

extern "C" size_t weir_json_value_end(const void *document, size_t length, size_t at) {
  const unsigned char *bytes = static_cast<const unsigned char *>(document);
  if (at < length && bytes[at] != '"' && bytes[at] != '[' && bytes[at] != '{') {
    const size_t start = at;
    while (at < length && !ends_scalar(bytes[at])) at++;
    return at > start ? at : 0;
  }
  size_t depth = 0;
  while (at < length) {
    switch (bytes[at]) {
      case '"':
        at = string_end(bytes, length, at);
        if (at == 0) return 0;
        break;
      case '[':
      case '{':
        depth++;
        at++;
        break;
      case ']':
      case '}':
        depth--;
        at++;
        break;
      default:
        at++;
        continue;
    }
    if (depth == 0) return at;
  }
  return 0;
}
