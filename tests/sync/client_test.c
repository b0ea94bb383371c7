#include "base/clock.h"
#include "base/file.h"
#include "sync/client.h"
#include "sync/random.h"
#include "tests/allocation.h"
#include "tests/sync/sample.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Against tests/sync/hostile_server.py, in a folder of its own, which the tests stand in. */

enum { PATIENCE = 30000 /* ms until a test has failed */, MODEL_BYTES = 300000, VERSION = 2 };

#define PART "part.model"

static struct {
    char project[4096], folder[256];
    pid_t process;
    int input; /* it ends when this is closed */
    struct buffer ports, authority, log;
    struct buffer model;
    unsigned char hash[HASH_BYTES];
    struct buffer envelope;
} server;

/* ---- the server ---- */

static void write_file(const char *path, const struct buffer *bytes)
{
    assert_int_equal(file_replace(path, bytes->data, bytes->length), ERROR_NONE);
}

static void read_whole(const char *path, struct buffer *out)
{
    buffer_clear(out);
    assert_int_equal(file_read(path, out), ERROR_NONE);
}

static void make_envelope(void)
{
    struct manifest manifest = sample_manifest();
    struct envelope envelope = {0};
    struct key_pair pair;

    key_make(&pair);
    buffer_init(&envelope.manifest, MANIFEST_MAX);
    assert_int_equal(manifest_write(&manifest, &envelope.manifest), ERROR_NONE);
    memcpy(envelope.first, pair.public, KEY_BYTES);
    assert_int_equal(envelope_sign(&envelope, &pair), ERROR_NONE);
    assert_int_equal(envelope_write(&envelope, &server.envelope), ERROR_NONE);
    envelope_free(&envelope);
}

static void make_model(void)
{
    assert_int_equal(buffer_reserve(&server.model, MODEL_BYTES), ERROR_NONE);
    random_bytes(server.model.data, MODEL_BYTES);
    server.model.length = MODEL_BYTES;
    server.model.data[MODEL_BYTES - 1] = 'z';
    hash_bytes(server.model.data, MODEL_BYTES, server.hash);
}

static void start_server(void)
{
    char script[sizeof server.project + 64];
    int ends[2];

    snprintf(script, sizeof script, "%s/tests/sync/hostile_server.py", server.project);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    server.process = fork();
    assert_true(server.process >= 0);
    if (server.process == 0) {
        dup2(ends[0], STDIN_FILENO);
        execlp("python3", "python3", "-W", "ignore", script, ".", (char *)NULL);
        _exit(127);
    }
    close(ends[0]);
    server.input = ends[1];
    for (int64_t until = clock_milliseconds() + PATIENCE; access("ports", R_OK) != 0;) {
        if (clock_milliseconds() > until || waitpid(server.process, NULL, WNOHANG) != 0)
            fail_msg("the server does not start");
        clock_sleep(10);
    }
}

static int set_up(void **state)
{
    const char *temporary = getenv("TMPDIR");

    (void)state;
    unsetenv("https_proxy");
    unsetenv("all_proxy");
    unsetenv("HTTPS_PROXY");
    unsetenv("ALL_PROXY");
    snprintf(server.folder, sizeof server.folder, "%s/client-XXXXXX",
             temporary ? temporary : "/tmp");
    if (random_ready() || !getcwd(server.project, sizeof server.project) ||
        !mkdtemp(server.folder) || chdir(server.folder) != 0)
        return -1;
    buffer_init(&server.ports, 4096);
    buffer_init(&server.authority, 64 * 1024);
    buffer_init(&server.log, 16 * 1024 * 1024);
    buffer_init(&server.model, MODEL_BYTES);
    buffer_init(&server.envelope, ENVELOPE_MAX);
    make_envelope();
    make_model();
    write_file("envelope.json", &server.envelope);
    write_file("model.bin", &server.model);
    start_server();
    read_whole("ports", &server.ports);
    read_whole("ca.pem", &server.authority);
    return 0;
}

static int tear_down(void **state)
{
    char command[512];
    pid_t remover;

    (void)state;
    close(server.input);
    waitpid(server.process, NULL, 0);
    buffer_free(&server.ports);
    buffer_free(&server.authority);
    buffer_free(&server.log);
    buffer_free(&server.model);
    buffer_free(&server.envelope);
    snprintf(command, sizeof command, "%s", server.folder);
    if (chdir(server.project) != 0)
        return -1;
    remover = fork();
    if (remover == 0) {
        execlp("rm", "rm", "-rf", command, (char *)NULL);
        _exit(127);
    }
    return waitpid(remover, NULL, 0) == remover ? 0 : -1;
}

/* "https://localhost:PORT/SCENARIO" of the port of this name. */
static void address(const char *port, const char *scenario, char out[CLIENT_URL_MAX])
{
    char name[32];
    const char *at;

    snprintf(name, sizeof name, "%s ", port);
    at = strstr(server.ports.data, name);
    assert_non_null(at);
    snprintf(out, CLIENT_URL_MAX, "https://localhost:%d/%s",
             (int)strtol(at + strlen(name), NULL, 10), scenario);
}

static struct client *client_to(const char *port, const char *scenario, int patience,
                                const atomic_bool *cancel)
{
    char url[CLIENT_URL_MAX];
    struct client_options options = {
        .url = url, .authority = server.authority.data, .cancel = cancel, .patience = patience};
    struct client *client;

    address(port, scenario, url);
    if (client_new(&options, &client))
        fail_msg("%s", error_sentence());
    return client;
}

/* The requests since the last call; borrowed until the next. */
static const char *new_requests(void)
{
    static size_t seen;
    const char *log;

    read_whole("log", &server.log);
    log = server.log.data + seen;
    seen = server.log.length;
    return log;
}

static size_t lines(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += *text == '\n';
    return count;
}

/* Every sentence names the server. */
static void assert_names_server(const char *scenario)
{
    if (!strstr(error_sentence(), "https://"))
        fail_msg("%s: the server is not named: %s", scenario, error_sentence());
    for (const char *c = error_sentence(); *c; c++)
        assert_true((unsigned char)*c >= ' ');
}

/* ---- manifests ---- */

struct manifest_case {
    const char *port, *scenario;
    enum error error;
    const char *words;
    int patience, retry_after;
};

static const struct manifest_case manifests[] = {
    {"good", "good", ERROR_NONE, "", 0, 0},
    {"good", "chunked", ERROR_NONE, "", 0, 0},
    {"good", "http10", ERROR_NONE, "", 0, 0},
    {"good", "interim", ERROR_NONE, "", 0, 0},
    {"good", "spelled", ERROR_NONE, "", 0, 0},
    /* who is it? */
    {"stranger", "good", ERROR_DENIED, "not signed by an authority", 0, 0},
    {"self", "good", ERROR_DENIED, "not signed by an authority", 0, 0},
    {"expired", "good", ERROR_DENIED, "has expired", 0, 0},
    {"future", "good", ERROR_DENIED, "not valid yet", 0, 0},
    {"wronghost", "good", ERROR_DENIED, "another host name", 0, 0},
    {"plain", "good", ERROR_DENIED, "TLS", 0, 0},
    {"old", "good", ERROR_DENIED, "TLS", 0, 0},
    /* is it there? */
    {"closed", "good", ERROR_UNREACHABLE, "takes no connection", 0, 0},
    {"slam", "good", ERROR_UNREACHABLE, "", 0, 0},
    {"mute", "good", ERROR_UNREACHABLE, "too slow", 300, 0},
    {"good", "silent", ERROR_UNREACHABLE, "too slow", 300, 0},
    {"good", "drip", ERROR_UNREACHABLE, "too slow", 300, 0},
    {"good", "hang-100", ERROR_UNREACHABLE, "too slow", 300, 0},
    {"good", "waiting", ERROR_UNREACHABLE, "cut", 0, 0},
    /* can it answer? */
    {"good", "later-429", ERROR_UNREACHABLE, "(429: later)", 0, 17},
    {"good", "later-503", ERROR_UNREACHABLE, "(503: later)", 0, 17},
    {"good", "date-503", ERROR_UNREACHABLE, "(503: later)", 0, 42},
    {"good", "problem-500", ERROR_UNREACHABLE, "(500: because  [31mof this)", 0, 0},
    {"good", "problem-408", ERROR_UNREACHABLE, "(408", 0, 0},
    {"good", "status-599", ERROR_UNREACHABLE, "(599)", 0, 0},
    {"good", "bigpage", ERROR_UNREACHABLE, "(503)", 0, 0},
    /* it sends elsewhere */
    {"good", "redirect-301", ERROR_INVALID, "not followed", 0, 0},
    {"good", "redirect-302", ERROR_INVALID, "not followed", 0, 0},
    {"good", "redirect-307", ERROR_INVALID, "not followed", 0, 0},
    {"good", "redirect-308", ERROR_INVALID, "not followed", 0, 0},
    {"good", "elsewhere", ERROR_INVALID, "not followed", 0, 0},
    /* it says something else */
    {"good", "status-404", ERROR_INVALID, "no EmoTrack server", 0, 0},
    {"good", "problem-404", ERROR_INVALID, "(404: because", 0, 0},
    {"good", "problem-400", ERROR_INVALID, "(400", 0, 0},
    {"good", "problem-401", ERROR_INVALID, "(401", 0, 0},
    {"good", "status-204", ERROR_INVALID, "(204", 0, 0},
    {"good", "status-304", ERROR_INVALID, "(304", 0, 0},
    {"good", "status-206", ERROR_INVALID, "(206", 0, 0},
    {"good", "status-999", ERROR_INVALID, "(999", 0, 0},
    {"good", "html", ERROR_INVALID, "no EmoTrack server", 0, 0},
    {"good", "untyped", ERROR_INVALID, "no EmoTrack server", 0, 0},
    {"good", "garbage", ERROR_INVALID, "makes no sense", 0, 0},
    {"good", "nothing", ERROR_INVALID, "makes no sense", 0, 0},
    {"good", "gzip", ERROR_INVALID, "makes no sense", 0, 0},
    {"good", "ssh", ERROR_INVALID, "makes no sense", 0, 0},
    {"good", "negative", ERROR_INVALID, "makes no sense", 0, 0},
    {"good", "lengths", ERROR_INVALID, "makes no sense", 0, 0},
    /* too much */
    {"good", "manyfields", ERROR_INVALID, "16384 bytes", 0, 0},
    {"good", "longfield", ERROR_INVALID, "head is too long", 0, 0},
    {"good", "interims", ERROR_INVALID, "16384 bytes", 0, 0},
    {"good", "huge", ERROR_INVALID, "longer than any", 0, 0},
    {"good", "endless", ERROR_INVALID, "longer than any", 0, 0},
};

static void check_manifest(const struct manifest_case *one)
{
    struct client *client = client_to(one->port, one->scenario, one->patience, NULL);
    struct envelope envelope;
    enum error error = client_manifest(client, &envelope);

    if (error != one->error)
        fail_msg("%s %s: error %d: %s", one->port, one->scenario, error, error_sentence());
    if (error && !strstr(error_sentence(), one->words))
        fail_msg("%s %s: '%s' is not in: %s", one->port, one->scenario, one->words,
                 error_sentence());
    if (error)
        assert_names_server(one->scenario);
    else
        assert_int_equal(envelope.manifest.data[0], '{');
    assert_int_equal(client_retry_after(client), one->retry_after);
    envelope_free(&envelope);
    client_free(client);
}

static void test_what_servers_answer_for_a_manifest(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof manifests / sizeof *manifests; i++)
        check_manifest(&manifests[i]);
    assert_null(strstr(new_requests(), "Location"));
}

static void test_no_redirect_is_followed(void **state)
{
    struct manifest_case one = {"good", "redirect-302", ERROR_INVALID, "", 0, 0};

    (void)state;
    new_requests();
    check_manifest(&one);
    assert_int_equal(lines(new_requests()), 1);
}

/* The whole sync of a client is one handshake. */
static void test_the_connection_is_kept(void **state)
{
    struct client *client = client_to("good", "good", 0, NULL);
    static const unsigned char id[REPORT_ID_BYTES] = {1};
    struct client_reply reply;
    struct envelope envelope;
    const char *requests;
    char *end;
    long first;

    (void)state;
    new_requests();
    assert_int_equal(client_manifest(client, &envelope), ERROR_NONE);
    envelope_free(&envelope);
    unlink(PART);
    assert_int_equal(client_model(client, VERSION, MODEL_BYTES, server.hash, PART), ERROR_NONE);
    assert_int_equal(client_report(client, 3, id, "abc", 3, &reply), ERROR_NONE);
    client_free(client);
    requests = new_requests();
    assert_int_equal(lines(requests), 3);
    first = strtol(strrchr(requests, ' '), &end, 10);
    for (int i = 0; i < 3; i++) {
        const char *line_end = strchr(requests, '\n');

        while (*line_end != ' ')
            line_end--;
        assert_int_equal(strtol(line_end, NULL, 10), first);
        requests = strchr(requests, '\n') + 1;
    }
}

/* Cut after any number of bytes, with and without TLS's goodbye: never an answer, never nonsense
 * taken for one, and always worth another try. */
static void test_cut_off_at_any_byte(void **state)
{
    static const char *const ends[] = {"cut", "bye"};
    char scenario[64];
    struct envelope envelope;

    (void)state;
    for (int at = 0; at < 300; at += at < 20 || (at > 90 && at < 110) ? 1 : 23) {
        for (size_t end = 0; end < 2; end++) {
            struct client *client;
            enum error error;

            snprintf(scenario, sizeof scenario, "%s-%d", ends[end], at);
            client = client_to("good", scenario, 0, NULL);
            error = client_manifest(client, &envelope);
            if (error != ERROR_UNREACHABLE)
                fail_msg("%s: error %d: %s", scenario, error, error_sentence());
            assert_names_server(scenario);
            envelope_free(&envelope);
            client_free(client);
        }
    }
}

/* ---- reports ---- */

static void test_what_servers_answer_to_a_report(void **state)
{
    static const struct {
        const char *scenario;
        enum error error;
        enum client_answer answer;
        int status, retry_after;
        const char *reason;
    } cases[] = {
        {"good", ERROR_NONE, CLIENT_STORED, 201, 0, ""},
        {"status-200", ERROR_NONE, CLIENT_STORED, 200, 0, ""},
        {"problem-409", ERROR_NONE, CLIENT_CLOSED, 409, 0, "because  [31mof this"},
        {"problem-404", ERROR_NONE, CLIENT_CLOSED, 404, 0, "because  [31mof this"},
        {"problem-400", ERROR_NONE, CLIENT_REFUSED, 400, 0, "because  [31mof this"},
        {"problem-413", ERROR_NONE, CLIENT_REFUSED, 413, 0, "because  [31mof this"},
        {"problem-415", ERROR_NONE, CLIENT_REFUSED, 415, 0, "because  [31mof this"},
        {"problem-422", ERROR_NONE, CLIENT_REFUSED, 422, 0, "because  [31mof this"},
        {"status-403", ERROR_NONE, CLIENT_LATER, 403, 0, ""},
        {"status-404", ERROR_NONE, CLIENT_LATER, 404, 0, ""},
        {"status-409", ERROR_NONE, CLIENT_LATER, 409, 0, ""},
        {"later-429", ERROR_NONE, CLIENT_LATER, 429, 17, "later"},
        {"later-503", ERROR_NONE, CLIENT_LATER, 503, 17, "later"},
        {"date-503", ERROR_NONE, CLIENT_LATER, 503, 42, "later"},
        {"problem-500", ERROR_NONE, CLIENT_LATER, 500, 0, "because  [31mof this"},
        {"status-408", ERROR_NONE, CLIENT_LATER, 408, 0, ""},
        {"status-425", ERROR_NONE, CLIENT_LATER, 425, 0, ""},
        {"bigpage", ERROR_NONE, CLIENT_LATER, 503, 0, ""},
        {"redirect-307", ERROR_INVALID, 0, 0, 0, "not followed"},
        {"redirect-308", ERROR_INVALID, 0, 0, 0, "not followed"},
        {"status-202", ERROR_INVALID, 0, 0, 0, "202"},
        {"status-204", ERROR_INVALID, 0, 0, 0, "204"},
        {"ssh", ERROR_INVALID, 0, 0, 0, "makes no sense"},
        {"huge", ERROR_INVALID, 0, 0, 0, "longer than any"},
        {"manyfields", ERROR_INVALID, 0, 0, 0, "16384 bytes"},
        {"cut-0", ERROR_UNREACHABLE, 0, 0, 0, "cut"},
        {"cut-20", ERROR_UNREACHABLE, 0, 0, 0, "cut"},
        {"silent", ERROR_UNREACHABLE, 0, 0, 0, "too slow"},
    };
    static const unsigned char id[REPORT_ID_BYTES] = {0xAB, 0xCD, [15] = 0x01};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct client *client = client_to("good", cases[i].scenario,
                                          strcmp(cases[i].scenario, "silent") ? 0 : 300, NULL);
        struct client_reply reply;
        enum error error = client_report(client, 3, id, "abc", 3, &reply);

        if (error != cases[i].error)
            fail_msg("%s: error %d: %s", cases[i].scenario, error, error_sentence());
        if (error) {
            assert_sentence(cases[i].reason);
            assert_names_server(cases[i].scenario);
        } else {
            assert_int_equal(reply.answer, cases[i].answer);
            assert_int_equal(reply.status, cases[i].status);
            assert_int_equal(reply.retry_after, cases[i].retry_after);
            assert_string_equal(reply.reason, cases[i].reason);
        }
        client_free(client);
    }
}

static void test_a_report_goes_out_as_it_is(void **state)
{
    static const unsigned char id[REPORT_ID_BYTES] = {0xAB, 0xCD, [15] = 0x01};
    struct client *client = client_to("good", "good", 0, NULL);
    unsigned char body[REPORT_MAX];
    struct client_reply reply;
    const char *request;
    char hex[2 * REPORT_MAX + 1];

    (void)state;
    random_bytes(body, sizeof body);
    body[0] = 0;
    new_requests();
    assert_int_equal(
        client_report(client, UINT64_C(9007199254740991), id, body, sizeof body, &reply),
        ERROR_NONE);
    client_free(client);
    request = new_requests();
    assert_int_equal(lines(request), 1);
    assert_non_null(strstr(request,
                           "PUT /good/v1/rounds/9007199254740991/reports/"
                           "abcd0000000000000000000000000001 - - " REPORT_TYPE " identity - "));
    hex_write(body, sizeof body, hex);
    assert_non_null(strstr(request, hex));
}

/* ---- models ---- */

/* A part of `length` bytes: of the model, or with its first byte changed. */
static void leave_part(size_t length, bool right)
{
    char first = (char)(server.model.data[0] ^ 1);
    int file = open(PART, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(file >= 0);
    for (size_t at = 0; at < length;) {
        size_t count = length - at < MODEL_BYTES ? length - at : MODEL_BYTES;

        assert_int_equal(write(file, server.model.data, count), (ssize_t)count);
        at += count;
    }
    if (!right)
        assert_int_equal(pwrite(file, &first, 1, 0), 1);
    close(file);
}

/* Bytes of the part; -1: there is none. */
static long part_length(void)
{
    struct stat status;

    return stat(PART, &status) == 0 ? (long)status.st_size : -1;
}

static void assert_part_is_model(const char *scenario)
{
    struct buffer bytes;

    buffer_init(&bytes, MODEL_BYTES);
    if (file_read(PART, &bytes) || bytes.length != MODEL_BYTES ||
        memcmp(bytes.data, server.model.data, MODEL_BYTES) != 0)
        fail_msg("%s: the part is not the model", scenario);
    buffer_free(&bytes);
}

enum { NO_PART = -1, ANY = -2, ALL = MODEL_BYTES };

struct model_case {
    const char *scenario;
    long before; /* bytes of the part that an earlier try left; negative: WRONG bytes */
    enum error error;
    const char *words;
    long after;           /* bytes of the part, NO_PART or ANY */
    const char *requests; /* the Range of each, in their order; NULL: whatever */
};

static const struct model_case models[] = {
    {"good", 0, ERROR_NONE, "", ALL, "- "},
    {"chunked", 0, ERROR_NONE, "", ALL, "- "},
    {"little", 0, ERROR_NONE, "", ALL, "- bytes=100000- bytes=200000- "},
    {"unknown", 0, ERROR_NONE, "", ALL, "- "},
    /* going on */
    {"good", 1, ERROR_NONE, "", ALL, "bytes=1- "},
    {"good", 123456, ERROR_NONE, "", ALL, "bytes=123456- "},
    {"good", ALL - 1, ERROR_NONE, "", ALL, "bytes=299999- "},
    {"unknown", 1000, ERROR_NONE, "", ALL, "bytes=1000- "},
    {"whole", 123456, ERROR_NONE, "", ALL, "bytes=123456- "},
    {"chunked", 123456, ERROR_NONE, "", ALL, "bytes=123456- "},
    {"little", 50000, ERROR_NONE, "", ALL, "bytes=50000- bytes=150000- bytes=250000- "},
    {"good", ALL, ERROR_NONE, "", ALL, ""},
    /* what was left is of no use */
    {"good", -1, ERROR_NONE, "", ALL, "bytes=1- - "},
    {"good", -123456, ERROR_NONE, "", ALL, "bytes=123456- - "},
    {"good", -ALL, ERROR_NONE, "", ALL, "- "},
    {"good", ALL + 1, ERROR_NONE, "", ALL, "- "},
    {"good", 3 * ALL, ERROR_NONE, "", ALL, "- "},
    {"changed", 1000, ERROR_DENIED, "not the one in its signed manifest", NO_PART,
     "bytes=1000- - "},
    {"never416", 1000, ERROR_INVALID, "(416", ANY, "bytes=1000- - "},
    {"never416", 0, ERROR_INVALID, "(416", 0, "- "},
    /* what comes is not the model */
    {"other", 0, ERROR_DENIED, "not the one in its signed manifest", NO_PART, "- "},
    {"short", 0, ERROR_DENIED, "not the one in its manifest", NO_PART, "- "},
    {"long", 0, ERROR_DENIED, "not the one in its manifest", NO_PART, "- "},
    {"longchunked", 0, ERROR_DENIED, "not the one in its manifest", NO_PART, "- "},
    {"long", 1000, ERROR_DENIED, "not the one in its manifest", NO_PART, "bytes=1000- "},
    {"huge", 0, ERROR_DENIED, "not the one in its manifest", NO_PART, "- "},
    {"endless", 0, ERROR_DENIED, "not the one in its manifest", NO_PART, "- "},
    {"grown", 1000, ERROR_DENIED, "not the one in its manifest", NO_PART, "bytes=1000- "},
    {"changed", 0, ERROR_DENIED, "not the one in its signed manifest", NO_PART, NULL},
    {"nothing", 0, ERROR_INVALID, "'application/json'", 0, "- "},
    /* nonsense: what is there stays */
    {"misplaced", 1000, ERROR_INVALID, "another part", 1000, "bytes=1000- "},
    {"unplaced", 1000, ERROR_INVALID, "another part", 1000, "bytes=1000- "},
    {"html", 1000, ERROR_INVALID, "'text/html'", 1000, NULL},
    {"garbage", 1000, ERROR_INVALID, "'application/json'", 1000, NULL},
    {"redirect-302", 1000, ERROR_INVALID, "not followed", 1000, "bytes=1000- "},
    {"problem-404", 1000, ERROR_INVALID, "(404", 1000, NULL},
    {"ssh", 1000, ERROR_INVALID, "makes no sense", 1000, NULL},
    {"manyfields", 1000, ERROR_INVALID, "16384 bytes", 1000, NULL},
    {"later-503", 1000, ERROR_UNREACHABLE, "(503", 1000, NULL},
    {"problem-429", 1000, ERROR_UNREACHABLE, "(429", 1000, NULL},
    /* cut off: what has come stays */
    {"cut-0", 1000, ERROR_UNREACHABLE, "cut", 1000, NULL},
    {"cut-40", 1000, ERROR_UNREACHABLE, "cut", 1000, NULL},
    {"cut-200000", 0, ERROR_UNREACHABLE, "cut", ANY, "- "},
    {"emptypart", 1000, ERROR_UNREACHABLE, "cut", 1000, "bytes=1000- "},
    {"silent", 1000, ERROR_UNREACHABLE, "too slow", 1000, NULL},
    {"drip", 1000, ERROR_UNREACHABLE, "too slow", ANY, NULL},
    {"hang-100000", 0, ERROR_UNREACHABLE, "too slow", ANY, "- "},
};

/* The Range of each request in the log's lines, each with a blank behind it. */
static void ranges_of(const char *requests, char *out, size_t size)
{
    size_t length = 0;

    out[0] = '\0';
    while (*requests) {
        const char *range = strchr(strchr(requests, ' ') + 1, ' ') + 1;

        length +=
            (size_t)snprintf(out + length, size - length, "%.*s ", (int)strcspn(range, " "), range);
        requests = strchr(requests, '\n') + 1;
    }
}

static void check_model(const struct model_case *one)
{
    bool slow = strcmp(one->words, "too slow") == 0;
    struct client *client = client_to("good", one->scenario, slow ? 300 : 0, NULL);
    char ranges[256];
    enum error error;

    unlink(PART);
    new_requests();
    if (one->before != 0)
        leave_part((size_t)labs(one->before), one->before > 0);
    error = client_model(client, VERSION, MODEL_BYTES, server.hash, PART);
    if (error != one->error || (error && !strstr(error_sentence(), one->words)))
        fail_msg("%s from %ld: error %d: %s", one->scenario, one->before, error, error_sentence());
    if (error)
        assert_names_server(one->scenario);
    else
        assert_part_is_model(one->scenario);
    if (one->after != ANY)
        assert_int_equal(part_length(), one->after);
    ranges_of(new_requests(), ranges, sizeof ranges);
    if (one->requests)
        assert_string_equal(ranges, one->requests);
    client_free(client);
}

static void test_what_servers_send_for_a_model(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        check_model(&models[i]);
}

static void test_a_part_is_asked_for_by_the_models_hash(void **state)
{
    struct client *client = client_to("good", "good", 0, NULL);
    char hash[HASH_HEX + 1], expected[256];

    (void)state;
    leave_part(1000, true);
    new_requests();
    assert_int_equal(client_model(client, VERSION, MODEL_BYTES, server.hash, PART), ERROR_NONE);
    hex_write(server.hash, HASH_BYTES, hash);
    snprintf(expected, sizeof expected, "GET /good/v1/models/2 bytes=1000- \"%s\" - identity - -",
             hash);
    assert_non_null(strstr(new_requests(), expected));
    client_free(client);
}

/* Cut off again and again, each time further on, until it is there. */
static void test_cut_off_and_gone_on_with_until_it_is_there(void **state)
{
    enum error error = ERROR_UNREACHABLE;
    int tries = 0;

    (void)state;
    unlink(PART);
    for (long before = 0; error == ERROR_UNREACHABLE; before = part_length()) {
        struct client *client = client_to("good", "cut-70000", 0, NULL);

        assert_true(tries++ < 20);
        error = client_model(client, VERSION, MODEL_BYTES, server.hash, PART);
        assert_true(!error || part_length() > before);
        client_free(client);
    }
    assert_int_equal(error, ERROR_NONE);
    assert_part_is_model("cut again and again");
}

struct progress {
    uint64_t done;
    int calls;
};

static void progress(void *context, uint64_t done, uint64_t total)
{
    struct progress *progress = context;

    assert_true(done > progress->done && done <= total);
    assert_int_equal(total, MODEL_BYTES);
    progress->done = done;
    progress->calls++;
}

static void test_progress_is_told(void **state)
{
    struct progress told = {0};
    char url[CLIENT_URL_MAX];
    struct client_options options = {
        .url = url, .authority = server.authority.data, .progress = progress, .context = &told};
    struct client *client;

    (void)state;
    unlink(PART);
    address("good", "good", url);
    assert_int_equal(client_new(&options, &client), ERROR_NONE);
    assert_int_equal(client_model(client, VERSION, MODEL_BYTES, server.hash, PART), ERROR_NONE);
    assert_int_equal(told.done, MODEL_BYTES);
    assert_true(told.calls > 1);
    client_free(client);
}

static void test_places_where_no_part_can_be(void **state)
{
    struct client *client = client_to("good", "good", 0, NULL);

    (void)state;
    assert_int_equal(client_model(client, VERSION, MODEL_BYTES, server.hash, "no/part"),
                     ERROR_NOT_FOUND);
    assert_sentence("'no/part'");
    assert_int_equal(mkdir("folder", 0700), 0);
    assert_true(client_model(client, VERSION, MODEL_BYTES, server.hash, "folder") != ERROR_NONE);
    assert_int_equal(symlink("model.bin", "link"), 0);
    assert_true(client_model(client, VERSION, MODEL_BYTES, server.hash, "link") != ERROR_NONE);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(client_model(client, VERSION, MODEL_BYTES, server.hash, "pipe"),
                     ERROR_INVALID);
    client_free(client);
}

/* No file may grow beyond so much: the disk could not take more. */
static void test_a_disk_that_takes_no_more(void **state)
{
    struct client *client = client_to("good", "good", 0, NULL);
    struct rlimit before, small;

    (void)state;
    unlink(PART);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 100000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(client_model(client, VERSION, MODEL_BYTES, server.hash, PART),
                     ERROR_TOO_LARGE);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_sentence(PART);
    assert_int_equal(client_model(client, VERSION, MODEL_BYTES, server.hash, PART), ERROR_NONE);
    assert_part_is_model("after a full disk");
    client_free(client);
}

/* ---- cancelling ---- */

static void *cancel_when_asked(void *context)
{
    struct buffer log;
    size_t before = server.log.length;

    buffer_init(&log, 16 * 1024 * 1024);
    for (;;) { /* until the request has come */
        buffer_clear(&log);
        if (file_read("log", &log) || log.length > before)
            break;
        clock_sleep(5);
    }
    buffer_free(&log);
    atomic_store((atomic_bool *)context, true);
    return NULL;
}

static void test_a_call_that_hangs_is_cancelled(void **state)
{
    static const char *const scenarios[] = {"silent", "hang-10", "hang-200", "drip"};
    struct envelope envelope;

    (void)state;
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        atomic_bool cancel = false;
        struct client *client = client_to("good", scenarios[i], PATIENCE, &cancel);
        pthread_t thread;

        new_requests();
        assert_int_equal(pthread_create(&thread, NULL, cancel_when_asked, &cancel), 0);
        assert_int_equal(client_manifest(client, &envelope), ERROR_CANCELLED);
        envelope_free(&envelope);
        assert_int_equal(pthread_join(thread, NULL), 0);
        /* and nothing is begun any more */
        new_requests();
        assert_int_equal(client_manifest(client, &envelope), ERROR_CANCELLED);
        assert_int_equal(lines(new_requests()), 0);
        atomic_store(&cancel, false);
        client_free(client);
    }
}

/* ---- addresses ---- */

static void test_addresses(void **state)
{
    static const struct {
        const char *url, *out; /* NULL: it is none */
    } cases[] = {
        {"https://example.org", "https://example.org"},
        {"https://example.org/", "https://example.org"},
        {"https://example.org///", "https://example.org"},
        {"HTTPS://Example.ORG/Path/", "https://example.org/Path"},
        {"https://example.org:443", "https://example.org"},
        {"https://example.org:443/a", "https://example.org/a"},
        {"https://example.org:8443/", "https://example.org:8443"},
        {"https://example.org:00443/", "https://example.org"},
        {"https://127.0.0.1:1", "https://127.0.0.1:1"},
        {"https://[::1]:8443/x", "https://[::1]:8443/x"},
        {"https://[FE80::1]", "https://[fe80::1]"},
        {"https://example.org/a%20b/~c", "https://example.org/a%20b/~c"},
        {"https://xn--bcher-kva.example", "https://xn--bcher-kva.example"},
        {"", NULL},
        {"example.org", NULL},
        {"http://example.org", NULL},
        {"ftp://example.org", NULL},
        {"file:///etc/passwd", NULL},
        {"https:example.org", NULL},
        {"https:/example.org", NULL},
        {"https://", NULL},
        {"https:///path", NULL},
        {"https://:8443", NULL},
        {"https://.", NULL},
        {"https://-", NULL},
        {"https://user@example.org", NULL},
        {"https://user:secret@example.org", NULL},
        {"https://example.org@evil.example", NULL},
        {"https://example.org?x", NULL},
        {"https://example.org/?x=1", NULL},
        {"https://example.org/#a", NULL},
        {"https://example.org#a", NULL},
        {"https://example.org\\@evil.example", NULL},
        {"https://exa mple.org", NULL},
        {"https://example.org/a b", NULL},
        {"https://example.org/a\nb", NULL},
        {"https://example.org/a\x1b[31m", NULL},
        {"https://example.org/%", NULL},
        {"https://example.org/%2", NULL},
        {"https://example.org/%zz", NULL},
        {"https://example.org/\"", NULL},
        {"https://example.org/{a,b}", NULL},
        {"https://example.org:", NULL},
        {"https://example.org:0", NULL},
        {"https://example.org:65536", NULL},
        {"https://example.org:123456", NULL},
        {"https://example.org:4294967739", NULL},
        {"https://example.org:-1", NULL},
        {"https://example.org:44x", NULL},
        {"https://example.org:443:443", NULL},
        {"https://[::1", NULL},
        {"https://[]", NULL},
        {"https://[::1]x", NULL},
        {"https://[fe80::1%25eth0]", NULL},
        {"https://b\xC3\xBC"
         "cher.example",
         NULL},
        {" https://example.org", NULL},
        {"https://example.org ", NULL},
    };
    char out[CLIENT_URL_MAX], twice[CLIENT_URL_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum error error = client_url(cases[i].url, out);

        if (error != (cases[i].out ? ERROR_NONE : ERROR_INVALID))
            fail_msg("'%s': error %d, %s", cases[i].url, error, out);
        if (!cases[i].out)
            continue;
        assert_string_equal(out, cases[i].out);
        assert_int_equal(client_url(out, twice), ERROR_NONE);
        assert_string_equal(out, twice);
    }
}

static void test_addresses_have_a_longest(void **state)
{
    char url[CLIENT_URL_MAX + 1], out[CLIENT_URL_MAX];

    (void)state;
    memset(url, 'a', sizeof url);
    memcpy(url, "https://", strlen("https://"));
    url[CLIENT_URL_MAX] = '\0';
    assert_int_equal(client_url(url, out), ERROR_INVALID);
    url[CLIENT_URL_MAX - 1] = '\0';
    assert_int_equal(client_url(url, out), ERROR_NONE);
    assert_string_equal(url, out);
}

/* ---- clients ---- */

static void test_a_private_authority_vouches_alone(void **state)
{
    static const char *const bad[] = {"", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n"};
    char url[CLIENT_URL_MAX];
    struct client_options options = {.url = url};
    struct envelope envelope;
    struct client *client;

    (void)state;
    address("good", "good", url);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        options.authority = bad[i];
        assert_int_equal(client_new(&options, &client), ERROR_NONE);
        assert_int_equal(client_manifest(client, &envelope), ERROR_INVALID);
        assert_sentence("no PEM certificate");
        envelope_free(&envelope);
        client_free(client);
    }
    options.authority = NULL; /* the system's, which know nothing of ours */
    assert_int_equal(client_new(&options, &client), ERROR_NONE);
    assert_int_equal(client_manifest(client, &envelope), ERROR_DENIED);
    assert_sentence("--ca FILE");
    envelope_free(&envelope);
    client_free(client);
}

static void test_a_host_that_does_not_exist(void **state)
{
    struct client_options options = {.url = "https://nowhere.invalid", .patience = PATIENCE};
    struct envelope envelope;
    struct client *client;

    (void)state;
    assert_int_equal(client_new(&options, &client), ERROR_NONE);
    assert_int_equal(client_manifest(client, &envelope), ERROR_UNREACHABLE);
    assert_names_server("nowhere");
    envelope_free(&envelope);
    client_free(client);
}

static void test_out_of_memory(void **state)
{
    char url[CLIENT_URL_MAX];
    struct client_options options = {.url = url, .authority = server.authority.data};
    struct client *client;
    struct envelope envelope;

    (void)state;
    address("good", "good", url);
    for (int n = 1;; n++) {
        enum error error;

        allocation_fail_at(n);
        error = client_new(&options, &client);
        if (!allocation_failed())
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
        assert_null(client);
    }
    for (int n = 1;; n++) {
        enum error error;

        allocation_fail_at(n);
        error = client_manifest(client, &envelope);
        envelope_free(&envelope);
        if (!allocation_failed())
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
    }
    for (int n = 1;; n++) {
        enum error error;

        unlink(PART);
        allocation_fail_at(n);
        error = client_model(client, VERSION, MODEL_BYTES, server.hash, PART);
        if (!allocation_failed())
            break;
        assert_int_equal(error, ERROR_NO_MEMORY);
    }
    allocation_fail_at(0);
    client_free(client);
    client_free(NULL);
}

static void test_waiting_grows_and_is_bounded(void **state)
{
    static const struct {
        uint32_t tries;
        int retry_after;
        int64_t least, most;
    } cases[] = {
        {1, 0, 1, 30},
        {2, 0, 1, 60},
        {3, 0, 1, 120},
        {11, 0, 1, 30720},
        {12, 0, 1, 61440},
        {13, 0, 1, 86400},
        {100, 0, 1, 86400},
        {UINT32_MAX, 0, 1, 86400},
        {1, 10, 10, 30},
        {1, 1000, 1000, 1000},
        {13, 86400, 86400, 86400},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t least = INT64_MAX, most = 0;

        for (int n = 0; n < 1000; n++) {
            int64_t seconds = client_backoff(cases[i].tries, cases[i].retry_after);

            least = seconds < least ? seconds : least;
            most = seconds > most ? seconds : most;
        }
        assert_true(least >= cases[i].least && most <= cases[i].most);
        /* full jitter: both ends are come near to */
        assert_true(least <= cases[i].least + cases[i].most / 10);
        assert_true(most >= cases[i].most - cases[i].most / 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_addresses_have_a_longest),
        cmocka_unit_test(test_waiting_grows_and_is_bounded),
        cmocka_unit_test(test_what_servers_answer_for_a_manifest),
        cmocka_unit_test(test_no_redirect_is_followed),
        cmocka_unit_test(test_the_connection_is_kept),
        cmocka_unit_test(test_cut_off_at_any_byte),
        cmocka_unit_test(test_what_servers_answer_to_a_report),
        cmocka_unit_test(test_a_report_goes_out_as_it_is),
        cmocka_unit_test(test_what_servers_send_for_a_model),
        cmocka_unit_test(test_a_part_is_asked_for_by_the_models_hash),
        cmocka_unit_test(test_cut_off_and_gone_on_with_until_it_is_there),
        cmocka_unit_test(test_progress_is_told),
        cmocka_unit_test(test_places_where_no_part_can_be),
        cmocka_unit_test(test_a_disk_that_takes_no_more),
        cmocka_unit_test(test_a_call_that_hangs_is_cancelled),
        cmocka_unit_test(test_a_private_authority_vouches_alone),
        cmocka_unit_test(test_a_host_that_does_not_exist),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
