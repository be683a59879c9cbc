#ifndef WEIR_JSON_PARSER_H
#define WEIR_JSON_PARSER_H

#include "CSimdjson.h"
#include "buffer.h"
#include "names.h"

#include <memory>
#include <simdjson.h>

// simdjson finds where every token begins and checks UTF-8 and strings (its first stage, which uses the widest vectors of
// the machine); one walk over those places then checks the grammar completely and fills the nodes.
struct weir_json_parser {
  weir_json_result parse(const void *bytes, size_t length, size_t depth);
  void trim();

 private:
  struct Open {
    uint32_t node;
    uint32_t children;
    uint32_t first_name;
  };

  std::unique_ptr<simdjson::internal::dom_parser_implementation> indexer;
  weir::Buffer<char> text;
  weir::Buffer<weir_json_node> nodes;
  weir::Buffer<weir_json_member> members;
  weir::Buffer<weir::Name> names;
  size_t length = 0;
  uint32_t node_count = 0;
  uint32_t member_count = 0;
  uint32_t name_count = 0;
  weir_json_result failure{};

  bool load(const void *bytes, size_t count);
  bool index();
  bool walk(size_t depth);
  size_t spent() const;
  bool string(uint32_t quote, uint32_t &text_length, uint32_t &end);
  bool unescape(uint32_t start, const char *backslash, uint32_t &text_length, uint32_t &end);
  const char *escape(const char *backslash, char *&out);
  bool scalar(uint32_t at, uint32_t &kind, uint32_t &end);
  const char *number(const char *at);
  bool name(uint32_t quote, const Open &object);
  bool unique(const Open &object);
  bool explain_index_failure();
  bool fail(weir_json_code code, size_t offset, const char *message);
};

#endif
