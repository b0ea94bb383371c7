#ifndef EMOTRACK_SYNC_CLIENT_H
#define EMOTRACK_SYNC_CLIENT_H

#include "base/buffer.h"
#include "base/error.h"
#include "sync/manifest.h"
#include "sync/report.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Talks to one server over HTTPS. libcurl is loaded when the first client is made and not before;
 * nothing else of the program knows it. TLS 1.2 or newer, always verified; https alone; no
 * redirects, no signals, no cookies, no netrc; every reply has a cap of size and of time.
 *
 * Errors of all calls: ERROR_INVALID (a URL that is none; an answer that makes no sense),
 * ERROR_DENIED (certificate, TLS, wrong signature), ERROR_UNREACHABLE (no network, no such host,
 * refused, cut off, too slow, the server is busy or failing: worth trying again), ERROR_CANCELLED,
 * ERROR_NO_MEMORY. Each sentence names the server. A client belongs to one thread at a time, and
 * keeps its connection from call to call. */
struct client;

struct client_options {
    const char *url;           /* "https://host[:port][/path]" */
    const char *authority;     /* PEM of a private CA, used alone; NULL: the system's */
    const atomic_bool *cancel; /* NULL: none; true: the present call ends soon, ERROR_CANCELLED */
    /* How far a download is; NULL: nobody asks. From the thread that called. */
    void (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
    int patience; /* ms that a call may take in all; 0: CLIENT_PATIENCE */
};

enum { CLIENT_PATIENCE = 60000, CLIENT_URL_MAX = 1024 };

/* Checks and normalises a server's address: scheme https, a host, no user, query or fragment; a '/'
 * at the end is dropped. `out`: CLIENT_URL_MAX bytes. ERROR_INVALID. Contacts nobody. */
enum error client_url(const char *url, char *out) MUST_CHECK;

/* Loads libcurl and makes it ready: before threads are started, where a program has any. Takes
 * some milliseconds the first time. ERROR_NOT_FOUND: it is not installed. */
enum error client_ready(void) MUST_CHECK;

enum error client_new(const struct client_options *options, struct client **out) MUST_CHECK;
void client_free(struct client *client); /* NULL is safe */

/* GET /v1/manifest, taken apart but not verified (envelope_open). Freed by envelope_free in every
 * case. */
enum error client_manifest(struct client *client, struct envelope *out) MUST_CHECK;

/* GET /v1/models/VERSION into the part file `path`, going on where an earlier try ended (Range,
 * If-Range by the hash), until it has `size` bytes with the hash `hash`. Where they do not fit, the
 * part is removed: ERROR_DENIED. Never writes more than `size` bytes. Where it is cut off the part
 * stays, for the next try. Also ERROR_FULL (the part is removed), ERROR_IO and what else a disk
 * says. */
enum error client_model(struct client *client, uint32_t version, uint64_t size,
                        const unsigned char hash[HASH_BYTES], const char *path) MUST_CHECK;

enum client_answer {
    CLIENT_STORED,  /* 201: counted; 200: it was already */
    CLIENT_CLOSED,  /* 409, 404: the round is over; it will never count */
    CLIENT_REFUSED, /* any other 4xx: it will never count; `reason` says why */
    CLIENT_LATER,   /* 408, 425, 429, 5xx, and a 4xx that is no problem document, which is not the
                       server's own word: try again, not before `retry_after` seconds */
};

struct client_reply {
    enum client_answer answer;
    int status;       /* HTTP */
    int retry_after;  /* seconds; 0: the server did not say */
    char reason[256]; /* from the problem document, made safe for a terminal; "": none */
};

/* PUT /v1/rounds/ROUND/reports/ID: the same bytes at every try. */
enum error client_report(struct client *client, uint64_t round,
                         const unsigned char id[REPORT_ID_BYTES], const void *bytes, size_t length,
                         struct client_reply *reply) MUST_CHECK;

/* Seconds that the server asked to wait when it failed the last call; 0: it did not ask. */
int client_retry_after(const struct client *client);

/* How long to wait before try number `tries` + 1 (tries >= 1): exponential from 30 seconds to a
 * day, with full jitter, never less than what the server asked for. Seconds. */
int64_t client_backoff(uint32_t tries, int retry_after);

#endif
