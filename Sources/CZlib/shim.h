#ifndef CZLIB_SHIM_H
#define CZLIB_SHIM_H

#include <stddef.h>
#include <string.h>
#include <zlib.h>

// A z_stream must not move while it is in use, which only C promises; its set-up is a macro besides. So each call here is a whole run.

/// Bytes that are always enough for `length` bytes in the gzip format (RFC 1952: 18 bytes around what zlib calls its bound).
static inline size_t weir_gzip_bound(size_t length) { return compressBound((uLong)length) + 32; }

/// Compresses `input` into the gzip format; `*size` holds the room at `output` and then the bytes written. Returns Z_OK or zlib's error.
static inline int weir_gzip(const unsigned char *input, size_t length, unsigned char *output, size_t *size, int level) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    int code = deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    if (code != Z_OK) return code;
    stream.next_in = (Bytef *)input;
    stream.avail_in = (uInt)length;
    stream.next_out = output;
    stream.avail_out = (uInt)*size;
    code = deflate(&stream, Z_FINISH);
    *size = stream.total_out;
    deflateEnd(&stream);
    return code == Z_STREAM_END ? Z_OK : Z_BUF_ERROR;
}

/// The way back of one whole gzip member, with the same meaning of `*size`.
static inline int weir_gunzip(const unsigned char *input, size_t length, unsigned char *output, size_t *size) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    int code = inflateInit2(&stream, 15 + 16);
    if (code != Z_OK) return code;
    stream.next_in = (Bytef *)input;
    stream.avail_in = (uInt)length;
    stream.next_out = output;
    stream.avail_out = (uInt)*size;
    code = inflate(&stream, Z_FINISH);
    *size = stream.total_out;
    inflateEnd(&stream);
    return code == Z_STREAM_END && stream.avail_in == 0 ? Z_OK : Z_DATA_ERROR;
}

#endif
