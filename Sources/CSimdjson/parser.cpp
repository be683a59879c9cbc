#include "parser.h"

#include "scan.h"

#include <cstring>
#include <new>

// Buffers up to this many bytes stay with the parser.
static constexpr size_t kept_bytes = 1 << 20;
// Documents up to this many bytes may take what they like; the memory that a larger one takes is at most so many times its size.
static constexpr size_t small_length = 256 << 10, cost_maximum = 8;
// Behind the text: a zero that ends every token, a quotation mark that ends every search, and room for wide reads.
static constexpr size_t padding = simdjson::SIMDJSON_PADDING + 16;

weir_json_result weir_json_parser::parse(const void *bytes, size_t count, size_t depth) {
  node_count = member_count = name_count = 0;
  failure = weir_json_result{};
  if (count <= kept_bytes / 16) trim();
  if (!load(bytes, count) || !index() || !walk(depth)) return failure;
  weir_json_result result{};
  result.nodes = nodes.items;
  result.count = node_count;
  result.members = members.items;
  result.member_count = member_count;
  result.text = text.items;
  return result;
}

void weir_json_parser::trim() {
  if (text.bytes() > kept_bytes) text.release();
  if (nodes.bytes() > kept_bytes) nodes.release();
  if (members.bytes() > kept_bytes) members.release();
  if (names.bytes() > kept_bytes) names.release();
  if (indexer && indexer->capacity() > kept_bytes / sizeof(uint32_t)) indexer.reset();
}

bool weir_json_parser::fail(weir_json_code code, size_t offset, const char *message) {
  failure.code = code;
  failure.offset = offset;
  failure.message = message;
  return false;
}

bool weir_json_parser::load(const void *bytes, size_t count) {
  if (count == 0) return fail(WEIR_JSON_ERROR_EMPTY, 0, "the document is empty");
  if (count > WEIR_JSON_MAXIMUM_LENGTH) return fail(WEIR_JSON_ERROR_LENGTH, WEIR_JSON_MAXIMUM_LENGTH, "the document is larger than 32 MiB");
  length = count;
  if (!text.reserve(count + padding, 0)) return fail(WEIR_JSON_ERROR_LENGTH, 0, "there is no memory for the document");
  memcpy(text.items, bytes, count);
  memset(text.items + count, 0, padding);
  text.items[count + 1] = '"';
  return true;
}

bool weir_json_parser::index() {
  simdjson::error_code error = simdjson::SUCCESS;
  const size_t room = length + length / 4 + 1024;
  if (!indexer) {
    error = simdjson::get_active_implementation()->create_dom_parser_implementation(room, 1, indexer);
  } else if (indexer->capacity() < length) {
    error = indexer->set_capacity(room);
  }
  if (error != simdjson::SUCCESS) {
    indexer.reset();
    return fail(WEIR_JSON_ERROR_LENGTH, 0, "there is no memory for the document");
  }
  error = indexer->stage1(reinterpret_cast<const uint8_t *>(text.items), length, simdjson::stage1_mode::regular);
  if (error != simdjson::SUCCESS) return explain_index_failure();
  const uint32_t tokens = indexer->n_structural_indexes;
  // The walk stops at the end of the text, where a zero stands that begins no token.
  indexer->structural_indexes[tokens] = static_cast<uint32_t>(length);
  if (!nodes.reserve(tokens / 2 + 1, 0)) return fail(WEIR_JSON_ERROR_LENGTH, 0, "there is no memory for the document");
  return true;
}

// The first stage says that something is wrong, not where.
bool weir_json_parser::explain_index_failure() {
  const size_t invalid = weir::invalid_utf8(reinterpret_cast<const unsigned char *>(text.items), length);
  if (invalid < length) return fail(WEIR_JSON_ERROR_UTF8, invalid, "the bytes are not UTF-8");
  bool blank = true, inside = false;
  size_t opening = 0;
  for (size_t at = 0; at < length; at++) {
    const char byte = text.items[at];
    blank = blank && weir::is_space(byte);
    if (byte == '\\') {
      if (!inside) return fail(WEIR_JSON_ERROR_SYNTAX, at, "a backslash stands outside a string");
      at++;
    } else if (byte == '"') {
      inside = !inside;
      opening = at;
    } else if (inside && static_cast<unsigned char>(byte) < 0x20) {
      return fail(WEIR_JSON_ERROR_SYNTAX, at, "a control character stands in a string");
    }
  }
  if (blank) return fail(WEIR_JSON_ERROR_EMPTY, 0, "the document is blank");
  return fail(WEIR_JSON_ERROR_SYNTAX, opening, "a string has no end");
}

// The copy of the text, where its tokens begin, and what has been found in it.
size_t weir_json_parser::spent() const {
  return length + indexer->n_structural_indexes * sizeof(uint32_t) + node_count * sizeof(weir_json_node) + member_count * sizeof(weir_json_member) +
         name_count * sizeof(weir::Name);
}

bool weir_json_parser::walk(size_t limit) {
  const uint32_t *token = indexer->structural_indexes.get();
  const uint32_t *const last = token + indexer->n_structural_indexes;
  Open stack[WEIR_JSON_MAXIMUM_DEPTH];
  size_t depth = 0;
  uint32_t member = WEIR_JSON_NOT_A_MEMBER;

value: {
  const uint32_t at = *token;
  const char byte = text.items[at];
  if (!nodes.grow(node_count)) return fail(WEIR_JSON_ERROR_LENGTH, at, "there is no memory for the document");
  if (length > small_length && spent() > length * cost_maximum)
    return fail(WEIR_JSON_ERROR_LENGTH, at, "the document has more values than its size allows");
  weir_json_node &node = nodes.items[node_count];
  node.member = member;
  if (byte == '{' || byte == '[') {
    if (depth == limit) return fail(WEIR_JSON_ERROR_DEPTH, at, "the document is nested too deeply");
    node.text = at;
    node.kind_and_count = static_cast<uint32_t>(byte == '{' ? WEIR_JSON_OBJECT : WEIR_JSON_ARRAY) << WEIR_JSON_KIND_SHIFT;
    stack[depth++] = Open{node_count++, 0, name_count};
    token++;
    if (byte == '{') {
      if (text.items[*token] == '}') goto close;
      goto key;
    }
    if (text.items[*token] == ']') goto close;
    member = WEIR_JSON_NOT_A_MEMBER;
    stack[depth - 1].children++;
    goto value;
  }
  uint32_t kind = WEIR_JSON_STRING;
  node.text = at;
  if (byte == '"') {
    if (!string(at, node.text_length, node.end)) return false;
    node.text = at + 1;
  } else {
    if (!scalar(at, kind, node.end)) return false;
    node.text_length = node.end - at;
  }
  node.kind_and_count = kind << WEIR_JSON_KIND_SHIFT;
  node.next = ++node_count;
  token++;
  goto after;
}

key: {
  const uint32_t at = *token;
  if (text.items[at] != '"') return fail(WEIR_JSON_ERROR_SYNTAX, at, "a member's name in quotation marks is expected");
  Open &object = stack[depth - 1];
  member = member_count;
  if (!name(at, object)) return false;
  token++;
  if (text.items[*token] != ':') return fail(WEIR_JSON_ERROR_SYNTAX, *token, "a colon is expected after a member's name");
  token++;
  object.children++;
  goto value;
}

after: {
  if (depth == 0) {
    if (token != last) return fail(WEIR_JSON_ERROR_SYNTAX, *token, "something follows the document");
    return true;
  }
  Open &open = stack[depth - 1];
  const bool object = nodes.items[open.node].kind_and_count >> WEIR_JSON_KIND_SHIFT == WEIR_JSON_OBJECT;
  const char byte = text.items[*token];
  if (byte == ',') {
    token++;
    if (object) goto key;
    member = WEIR_JSON_NOT_A_MEMBER;
    open.children++;
    goto value;
  }
  if (byte != (object ? '}' : ']'))
    return fail(WEIR_JSON_ERROR_SYNTAX, *token, object ? "a comma or the object's end is expected" : "a comma or the array's end is expected");
}

close: {
  const Open open = stack[--depth];
  weir_json_node &node = nodes.items[open.node];
  node.kind_and_count |= open.children;
  node.next = node_count;
  node.end = *token + 1;
  node.text_length = node.end - node.text;
  if (!unique(open)) return false;
  name_count = open.first_name;
  token++;
  goto after;
}
}

bool weir_json_parser::name(uint32_t quote, const Open &object) {
  if (!members.grow(member_count) || !names.grow(name_count)) return fail(WEIR_JSON_ERROR_LENGTH, quote, "there is no memory for the document");
  weir_json_member &member = members.items[member_count];
  uint32_t end;
  if (!string(quote, member.length, end)) return false;
  member.offset = quote + 1;
  member.hash = weir_json_hash(text.items + member.offset, member.length);
  names.items[name_count++] = weir::Name{member.hash, member_count++};
  const uint32_t count = name_count - object.first_name;
  if (count <= weir::small_object && weir::repeats_last(names.items + object.first_name, count, members.items, text.items))
    return fail(WEIR_JSON_ERROR_DUPLICATE, quote, "an object has two members of one name");
  return true;
}

bool weir_json_parser::unique(const Open &object) {
  const uint32_t count = name_count - object.first_name;
  if (count <= weir::small_object) return true;
  const uint32_t repeated = weir::first_repeated(names.items + object.first_name, count, members.items, text.items);
  if (repeated == WEIR_JSON_NOT_A_MEMBER) return true;
  return fail(WEIR_JSON_ERROR_DUPLICATE, members.items[repeated].offset - 1, "an object has two members of one name");
}

extern "C" weir_json_parser *weir_json_create(void) { return new (std::nothrow) weir_json_parser; }

extern "C" void weir_json_destroy(weir_json_parser *parser) { delete parser; }

extern "C" void weir_json_trim(weir_json_parser *parser) { parser->trim(); }

extern "C" weir_json_result weir_json_parse(weir_json_parser *parser, const void *bytes, size_t length, size_t depth) {
  return parser->parse(bytes, length, depth < WEIR_JSON_MAXIMUM_DEPTH ? depth : static_cast<size_t>(WEIR_JSON_MAXIMUM_DEPTH));
}
