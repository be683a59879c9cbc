#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WEIR_JSON_NOT_A_MEMBER 0xffffffffu

enum {
  WEIR_JSON_OBJECT = 0,
  WEIR_JSON_ARRAY = 1,
  WEIR_JSON_STRING = 2,
  WEIR_JSON_NUMBER = 3,
  WEIR_JSON_TRUE = 4,
  WEIR_JSON_FALSE = 5,
  WEIR_JSON_NULL = 6,

  WEIR_JSON_KIND_SHIFT = 29,
  // Bytes: offsets are 32 bits wide, and child counts 29.
  WEIR_JSON_MAXIMUM_LENGTH = 32 << 20,
  WEIR_JSON_MAXIMUM_DEPTH = 256,
};

// One value of a document; values lie in the order in which they begin.
typedef struct {
  uint32_t next;            // index just after this value's subtree
  uint32_t kind_and_count;  // the kind in the three highest bits, the number of children below
  uint32_t text;            // where its text begins in `text`; for a string, one past its opening quote
  uint32_t text_length;     // bytes of text, after unescaping; for a container, of its source
  uint32_t end;             // just after the value in the input
  uint32_t member;          // index of its name in `members`, or WEIR_JSON_NOT_A_MEMBER
} weir_json_node;

// A member's name, unescaped, in `text`.
typedef struct {
  uint32_t offset;
  uint32_t length;
  uint64_t hash;
} weir_json_member;

typedef enum {
  WEIR_JSON_OK = 0,
  WEIR_JSON_ERROR_EMPTY,
  WEIR_JSON_ERROR_UTF8,
  WEIR_JSON_ERROR_SYNTAX,
  WEIR_JSON_ERROR_DUPLICATE,
  WEIR_JSON_ERROR_DEPTH,
  WEIR_JSON_ERROR_LENGTH,
} weir_json_code;

typedef struct {
  weir_json_code code;
  size_t offset;
  const char *message;  // static text
  const weir_json_node *nodes;
  uint32_t count;
  const weir_json_member *members;
  uint32_t member_count;
  const char *text;
} weir_json_result;

typedef struct weir_json_parser weir_json_parser;

// NULL when there is no memory.
weir_json_parser *weir_json_create(void);
void weir_json_destroy(weir_json_parser *parser);

// Everything in the result belongs to the parser and is valid until its next call.
weir_json_result weir_json_parse(weir_json_parser *parser, const void *bytes, size_t length, size_t depth);

// Gives back buffers that are larger than an ordinary document needs.
void weir_json_trim(weir_json_parser *parser);

// A hash keyed anew in each process.
uint64_t weir_json_hash(const void *bytes, size_t length);

// Whether both hold the same `length` bytes.
static inline int weir_json_equal(const void *left, const void *right, size_t length) { return length == 0 || memcmp(left, right, length) == 0; }

// How many of the first bytes stand in a JSON string as they are: no quotation mark, backslash or control character.
size_t weir_json_plain_prefix(const void *bytes, size_t length);

// Just after the value that begins at `at`, by quotation marks and brackets alone; 0 where none begins, or it has no end.
size_t weir_json_value_end(const void *bytes, size_t length, size_t at);

#ifdef __cplusplus
}
#endif

#endif
