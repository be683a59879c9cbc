#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

// The checking macros want literal options; the functions below are the types.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <linux/sockios.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#if LIBCURL_VERSION_NUM < 0x075700
#error "libcurl 7.87 or later is needed (CURLOPT_QUICK_EXIT)"
#endif

// Swift cannot call variadic functions: one typed function for each kind of option.

static inline CURLcode weir_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode weir_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode weir_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode weir_curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode weir_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

/// CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
static inline CURLcode weir_curl_set_receiver(CURL *handle, CURLoption option, curl_write_callback value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode weir_curl_set_socket_opener(CURL *handle, curl_opensocket_callback value) {
    return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, value);
}

static inline CURLcode weir_curl_set_before_request(CURL *handle, curl_prereq_callback value) {
    return curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, value);
}

/// CURLOPT_READFUNCTION.
static inline CURLcode weir_curl_set_reader(CURL *handle, curl_read_callback value) {
    return curl_easy_setopt(handle, CURLOPT_READFUNCTION, value);
}

/// CURLOPT_XFERINFOFUNCTION.
static inline CURLcode weir_curl_set_watcher(CURL *handle, curl_xferinfo_callback value) {
    return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, value);
}

/// CURLOPT_MAIL_RCPT_ALLOWFAILS, which had another spelling before 8.2.
static inline CURLcode weir_curl_allow_refused_recipients(CURL *handle) {
#if LIBCURL_VERSION_NUM < 0x080200
    return curl_easy_setopt(handle, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
#else
    return curl_easy_setopt(handle, CURLOPT_MAIL_RCPT_ALLOWFAILS, 1L);
#endif
}

static inline CURLcode weir_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

/// CURLOPT_XFERINFOFUNCTION.
static inline CURLcode weir_curl_set_progress(CURL *handle, curl_xferinfo_callback value) {
    return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, value);
}

static inline CURLcode weir_curl_get_socket(CURL *handle, CURLINFO info, curl_socket_t *value) {
    return curl_easy_getinfo(handle, info, value);
}

/// Writes the record that is TLS's close_notify (SSL_shutdown(3)) to `bytes`, of which there must be `room` for 512: its length, 0 when it was written
/// before, negative when it cannot be said now, or when the library's TLS is not OpenSSL's.
///
/// The library itself says it only together with closing, after which nothing that the peer still says could be read. And its own way to the socket
/// (a BIO) may be gone only while one of its functions runs: it would tell of a broken connection to a handle that is not there, and end the process.
/// So the record goes to memory, and the caller sends it.
static inline int weir_curl_goodbye(CURL *handle, unsigned char *bytes, int room) {
    struct curl_tlssessioninfo *session = NULL;
    if (curl_easy_getinfo(handle, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || session == NULL) return -1;
    if (session->backend != CURLSSLBACKEND_OPENSSL || session->internals == NULL) return -1;
    SSL *const ssl = (SSL *)session->internals;
    BIO *const way = SSL_get_wbio(ssl), *const memory = BIO_new(BIO_s_mem());
    if (way == NULL || memory == NULL) {
        BIO_free(memory);
        return -1;
    }
    // Setting another one frees the one before.
    BIO_up_ref(way);
    BIO_up_ref(memory);
    SSL_set0_wbio(ssl, memory);
    const int said = SSL_shutdown(ssl);
    SSL_set0_wbio(ssl, way);
    const int count = said < 0 ? -1 : BIO_read(memory, bytes, room);
    BIO_free(memory);
    return said < 0 ? -1 : count < 0 ? 0 : count;
}

/// An event of poll(2) on Linux: the peer has ended its side. The C library hides it from whoever does not ask for GNU's names.
#define WEIR_POLLRDHUP 0x2000

/// Bytes that were written to a TCP socket and that the peer has not acknowledged yet (tcp(7), SIOCOUTQ); negative on an error.
static inline int weir_unacknowledged_bytes(curl_socket_t socket) {
    int count = 0;
    return ioctl(socket, SIOCOUTQ, &count) == 0 ? count : -1;
}

static inline CURLcode weir_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLMcode weir_curl_multi_set_long(CURLM *handle, CURLMoption option, long value) {
    return curl_multi_setopt(handle, option, value);
}

/// The `struct sockaddr` of an address that is about to be connected to; `addrlen` bytes long, which may be
/// more than the member's own type.
static inline const void *weir_curl_address_bytes(const struct curl_sockaddr *address) { return &address->addr; }

/// A socket for an address, closed on exec.
static inline curl_socket_t weir_curl_open_socket(const struct curl_sockaddr *address) {
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// How a finished transfer ended.
static inline CURLcode weir_curl_message_result(const CURLMsg *message) { return message->data.result; }

#endif
