#ifndef EMOTRACK_TESTS_SYNC_SERVER_FACE_H
#define EMOTRACK_TESTS_SYNC_SERVER_FACE_H

/* The real HTTP face on loopback, with an intake that only pretends: reports are answered by rule,
 * at once or from another thread, and counted. Include it in one file of a program; it defines
 * intake_submit and intake_waiting. */

#include "base/file.h"
#include "sync/server/certificate.h"
#include "sync/server/http.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FACE_VOTES = 16, FACE_ROUND = 7, FACE_MODEL_SIZE = 100000, FACE_WAITING_MAX = 4096 };

/* ---- the intake ---- */

struct intake {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    bool threaded, hold, stop; /* hold: nothing is answered until it is false */
    enum intake_outcome outcome;
    const char *reason;
    size_t submitted, waiting;
    struct intake_ticket *first, **last;
    uint64_t round; /* of the last ticket, and its body */
    unsigned char id[REPORT_ID_BYTES];
    size_t length;
    unsigned char body[REPORT_MAX];
};

static void *intake_work(void *context)
{
    struct intake *intake = context;

    pthread_mutex_lock(&intake->lock);
    while (!intake->stop || intake->first) {
        struct intake_ticket *batch = intake->first;

        if (!batch || intake->hold) {
            pthread_cond_wait(&intake->changed, &intake->lock);
            continue;
        }
        intake->first = NULL;
        intake->last = &intake->first;
        intake->waiting = 0;
        pthread_mutex_unlock(&intake->lock);
        while (batch) {
            struct intake_ticket *next = batch->next;

            batch->done(batch->context, intake->outcome, intake->reason);
            batch = next;
        }
        pthread_mutex_lock(&intake->lock);
    }
    pthread_mutex_unlock(&intake->lock);
    return NULL;
}

void intake_submit(struct intake *intake, struct intake_ticket *ticket)
{
    pthread_mutex_lock(&intake->lock);
    intake->submitted++;
    intake->round = ticket->round;
    intake->length = ticket->length;
    memcpy(intake->id, ticket->id, sizeof intake->id);
    memcpy(intake->body, ticket->body, ticket->length);
    if (intake->threaded) {
        ticket->next = NULL;
        *intake->last = ticket;
        intake->last = &ticket->next;
        intake->waiting++;
        pthread_cond_broadcast(&intake->changed);
    }
    pthread_mutex_unlock(&intake->lock);
    if (!intake->threaded)
        ticket->done(ticket->context, intake->outcome, intake->reason);
}

size_t intake_waiting(struct intake *intake)
{
    return intake->waiting;
}

/* ---- the face ---- */

struct face {
    struct config config;
    struct certificate certificate;
    struct board *board;
    struct intake intake;
    struct http *http;
    char model[64]; /* the model's file */
};

static enum error face_status(void *context, struct server_status *out)
{
    const struct face *face = context;

    snprintf(out->url, sizeof out->url, "https://%s", face->config.listen);
    out->state = "open";
    out->round = FACE_ROUND;
    out->model = 2;
    return ERROR_NONE;
}

/* Byte i of the model is i mod 251. */
static bool face_model(struct face *face)
{
    static unsigned char bytes[FACE_MODEL_SIZE];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i % 251);
    snprintf(face->model, sizeof face->model, "/tmp/emotrack-face-%d.model", (int)getpid());
    return !file_replace(face->model, bytes, sizeof bytes);
}

static struct publication *face_publication(const struct face *face)
{
    struct publication *publication = calloc(1, sizeof *publication);

    if (!publication)
        return NULL;
    buffer_init(&publication->envelope, ENVELOPE_MAX);
    publication->models = calloc(1, sizeof *publication->models);
    if (!publication->models || buffer_append_text(&publication->envelope, "{\"a\": 1}\n"))
        return NULL;
    publication->manifest.round = FACE_ROUND;
    publication->manifest.open = true;
    publication->manifest.votes = FACE_VOTES;
    memset(publication->etag, 'e', HASH_HEX);
    publication->count = 1;
    publication->models[0].version = 2;
    publication->models[0].size = FACE_MODEL_SIZE;
    memset(publication->models[0].hash, 'a', HASH_HEX);
    snprintf(publication->models[0].path, sizeof publication->models[0].path, "%s", face->model);
    return publication;
}

/* Settings that a test may change before face_start. */
static void face_init(struct face *face)
{
    *face = (struct face){
        .config = {.listen = "127.0.0.1:0", .connections = 64, .request_seconds = 30}};
    pthread_mutex_init(&face->intake.lock, NULL);
    pthread_cond_init(&face->intake.changed, NULL);
    face->intake.last = &face->intake.first;
}

static enum error face_start(struct face *face)
{
    struct http_options options = {
        .config = &face->config, .intake = &face->intake, .status = face_status, .context = face};
    enum error error = certificate_make("localhost", time(NULL), &face->certificate);

    if (!error)
        error = board_new(&face->board);
    if (error)
        return error;
    if (!face_model(face))
        return ERROR_IO;
    board_set(face->board, face_publication(face));
    options.board = face->board;
    options.certificate = face->certificate.certificate.data;
    options.private_key = face->certificate.private_key.data;
    if (face->intake.threaded)
        pthread_create(&face->intake.thread, NULL, intake_work, &face->intake);
    return http_start(&options, &face->http);
}

static void face_stop(struct face *face)
{
    http_stop(face->http);
    if (face->intake.threaded) {
        pthread_mutex_lock(&face->intake.lock);
        face->intake.stop = true;
        pthread_cond_broadcast(&face->intake.changed);
        pthread_mutex_unlock(&face->intake.lock);
        pthread_join(face->intake.thread, NULL);
    }
    board_free(face->board);
    certificate_free(&face->certificate);
    unlink(face->model);
}

#endif
