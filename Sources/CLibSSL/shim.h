#ifndef CLIBSSL_SHIM_H
#define CLIBSSL_SHIM_H
// The one-shot functions of OpenSSL 3 look their algorithm up on every call (10 µs for an HMAC here); the
// hash states below are plain values that can be copied, so a prepared key costs nothing to use again.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#endif
