#include "sync/server/config.h"

#include "base/file.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum kind { TEXT, COUNT, REAL, FLAG, OPTIMIZER };

struct setting {
    const char *name;
    enum kind kind;
    size_t offset;
    double least, most; /* of a number; `most` of a text: bytes with its NUL */
    const char *comment;
};

#define TEXT_OF(field)  TEXT, offsetof(struct config, field), 0, sizeof((struct config *)0)->field
#define COUNT_OF(field) COUNT, offsetof(struct config, field)
#define REAL_OF(field)  REAL, offsetof(struct config, field)
#define FLAG_OF(field)  FLAG, offsetof(struct config, field), 0, 1

static const struct setting settings[] = {
    {"listen", TEXT_OF(listen),
     "where the server listens: host:port; port 0: the system picks one, and status says which"},
    {"url", TEXT_OF(url),
     "what users join, if it is not the address above (a name, a proxy): "
     "https://host[:port][/path]"},
    {"certificate", TEXT_OF(certificate), "PEM, relative to this folder: the certificate chain"},
    {"private_key", TEXT_OF(private_key), "PEM: its key"},

    {"block", COUNT_OF(block), 1, BLOCK_FEATURES_MAX,
     "the most frequent n-grams that can be voted on; fewer: less noise in all"},
    {"votes", COUNT_OF(votes), 1, VOTES_MAX, "w: votes in one report, at most"},
    {"minimum", COUNT_OF(minimum), 1, INT32_MAX,
     "a round with fewer reports is never opened: not its sum, not by hand"},
    {"contributions", COUNT_OF(contributions), 1, CONTRIBUTIONS_MAX,
     "k: reports from one device, at most, ever; devices keep to it themselves"},
    {"noise", REAL_OF(noise), 0, 1000,
     "z: noise of scale z sqrt(w) on every sum; 0: none, users trust the operator alone"},
    {"participation", REAL_OF(participation), 0, 1,
     "the part of the devices that takes part in a round, each by its own lot"},
    {"training_passes", COUNT_OF(training.passes), 1, TRAINING_PASSES_MAX,
     "on the device: passes over all ratings"},
    {"training_rate", REAL_OF(training.rate), 1e-6, 1000, "on the device: the step of SGD"},
    {"unit", REAL_OF(training.unit), 1e-6, 1000, "u: how far one vote moves a weight"},

    {"close_reports", COUNT_OF(close_reports), 0, INT32_MAX,
     "a round closes at so many reports; 0: by time or by hand alone"},
    {"close_seconds", COUNT_OF(close_seconds), 0, UINT32_MAX,
     "or when it is so old and has the minimum; 0: never"},
    {"continuous", FLAG_OF(continuous), "whether the next round opens as soon as one has closed"},
    {"optimizer", OPTIMIZER, offsetof(struct config, optimizer.kind), 0, 0,
     "how the model follows what a round has learnt: fedavg, fedavgm, fedadam, fedyogi "
     "or kalman, which weighs it against the noise"},
    {"optimizer_rate", REAL_OF(optimizer.rate), 1e-9, 1000, "its step"},
    {"optimizer_beta1", REAL_OF(optimizer.beta1), 0, 0.999999, "how much of the last steps stays"},
    {"optimizer_beta2", REAL_OF(optimizer.beta2), 0, 0.999999,
     "and of their squares (fedadam, fedyogi)"},
    {"optimizer_tau", REAL_OF(optimizer.tau), 1e-12, 1000,
     "the larger, the less it adapts (fedadam, fedyogi), and the further it follows (kalman)"},

    {"validation", TEXT_OF(validation),
     "the gate: labelled messages, text<TAB>label[,label] a line; none: every model is published"},
    {"validation_map", TEXT_OF(validation_map),
     "leads their labels to the model's: from<TAB>to a line"},
    {"gate_loss", REAL_OF(gate_loss), 0, 1,
     "a candidate that loses more accuracy or macro-F1 than this is not published"},

    {"connections", COUNT_OF(connections), 1, 100000, "connections at once"},
    {"connections_address", COUNT_OF(connections_address), 0, 100000,
     "at once from one address; 0: no limit"},
    {"rate", COUNT_OF(rate), 0, 1000000, "requests a second of one address; 0: no limit"},
    {"burst", COUNT_OF(burst), 1, 1000000, "and so many at once"},
    {"limit_loopback", FLAG_OF(limit_loopback),
     "whether the limits of one address hold for this machine too; not behind a proxy"},
    {"request_seconds", COUNT_OF(request_seconds), 1, 3600,
     "a request, and the wait for one, may take so long"},
};

enum { SETTINGS = sizeof settings / sizeof *settings };

void config_default(struct config *config)
{
    *config = (struct config){
        .listen = "127.0.0.1:8443",
        .certificate = "tls.pem",
        .private_key = "tls.key",
        .block = 1600,
        .votes = 64,
        .minimum = 100,
        .contributions = 4,
        .noise = 4,
        .participation = 1,
        .training = {.passes = 1, .rate = 1, .unit = 0.15},
        .close_reports = 1000,
        .close_seconds = 7 * 24 * 3600,
        .continuous = true,
        .optimizer = {OPTIMIZER_KALMAN, .rate = 0.3, .beta1 = 0.9, .beta2 = 0.99, .tau = 0.5},
        .gate_loss = 0.01,
        .connections = 2048,
        .connections_address = 64,
        .rate = 20,
        .burst = 60,
        .request_seconds = 30,
    };
}

/* ---- reading ---- */

struct reader {
    const char *name; /* of the file, for sentences */
    struct buffer text;
    struct config *out;
};

/* Comments become blanks, so that every byte keeps its place. */
static void blank_comments(struct buffer *text)
{
    bool quoted = false;

    for (size_t i = 0; i < text->length; i++) {
        char c = text->data[i];

        if (quoted && c == '\\' && i + 1 < text->length)
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (c == '\n')
            quoted = false;
        else if (!quoted && c == '/' && text->data[i + 1] == '/')
            for (; i < text->length && text->data[i] != '\n'; i++)
                text->data[i] = ' ';
    }
}

static size_t line_at(const struct reader *reader, const char *at)
{
    size_t line = 1;

    for (const char *c = reader->text.data; c < at; c++)
        line += *c == '\n';
    return line;
}

/* The line of the key `name`: of the last, where it is there more than once; 0: it is written in
 * another way. */
static size_t line_of(const struct reader *reader, const char *name)
{
    size_t length = strlen(name), line = 0;

    for (const char *at = reader->text.data; (at = strchr(at, '"')) != NULL; at++)
        if (strncmp(at + 1, name, length) == 0 && at[length + 1] == '"' &&
            at[length + 2 + strspn(at + length + 2, " \t\r\n")] == ':')
            line = line_at(reader, at);
    return line;
}

static enum error raise_value(const struct reader *reader, const struct setting *setting)
{
    size_t line = line_of(reader, setting->name);

    switch (setting->kind) {
    case TEXT:
        return error_raise(ERROR_INVALID,
                           "'%s', line %zu: \"%s\" takes a text of at most %.0f bytes (%s)",
                           reader->name, line, setting->name, setting->most - 1, setting->comment);
    case FLAG:
        return error_raise(ERROR_INVALID, "'%s', line %zu: \"%s\" is true or false (%s)",
                           reader->name, line, setting->name, setting->comment);
    case OPTIMIZER:
        return error_raise(ERROR_INVALID, "'%s', line %zu: \"%s\" is one of a few words (%s)",
                           reader->name, line, setting->name, setting->comment);
    case COUNT:
    case REAL:
    default:
        return error_raise(
            ERROR_INVALID, "'%s', line %zu: \"%s\" takes a %snumber from %.10g to %.10g (%s)",
            reader->name, line, setting->name, setting->kind == COUNT ? "whole " : "",
            setting->least, setting->most, setting->comment);
    }
}

static bool take_text(const struct setting *setting, const cJSON *item, char *out)
{
    size_t length = cJSON_IsString(item) ? strlen(item->valuestring) : SIZE_MAX;

    if (length >= (size_t)setting->most)
        return false;
    memcpy(out, item->valuestring, length + 1);
    return true;
}

static bool take_optimizer(const cJSON *item, enum optimizer_kind *out)
{
    for (int i = 0; cJSON_IsString(item) && optimizer_names[i]; i++)
        if (strcmp(item->valuestring, optimizer_names[i]) == 0) {
            *out = (enum optimizer_kind)i;
            return true;
        }
    return false;
}

static bool take(const struct setting *setting, const cJSON *item, struct config *out)
{
    char *place = (char *)out + setting->offset;
    bool number = cJSON_IsNumber(item) && item->valuedouble >= setting->least &&
                  item->valuedouble <= setting->most;

    switch (setting->kind) {
    case TEXT: return take_text(setting, item, place);
    case OPTIMIZER: return take_optimizer(item, (enum optimizer_kind *)(void *)place);
    case FLAG: *(bool *)(void *)place = cJSON_IsTrue(item); return cJSON_IsBool(item);
    case REAL:
        *(double *)(void *)place = number ? item->valuedouble : 0;
        return number && isfinite(item->valuedouble);
    case COUNT:
    default:
        *(uint32_t *)(void *)place = number ? (uint32_t)item->valuedouble : 0;
        return number && item->valuedouble == floor(item->valuedouble);
    }
}

static enum error take_item(const struct reader *reader, const cJSON *item, bool seen[SETTINGS])
{
    size_t i = 0;

    while (i < SETTINGS && strcmp(settings[i].name, item->string) != 0)
        i++;
    if (i == SETTINGS)
        return error_raise(ERROR_INVALID, "'%s', line %zu: there is no setting \"%s\"",
                           reader->name, line_of(reader, item->string), item->string);
    if (seen[i])
        return error_raise(ERROR_INVALID, "'%s', line %zu: \"%s\" is there twice", reader->name,
                           line_of(reader, item->string), item->string);
    seen[i] = true;
    return take(&settings[i], item, reader->out) ? ERROR_NONE : raise_value(reader, &settings[i]);
}

/* host:port, [v6]:port; the port's place, or NULL. */
static const char *port_of(const char *address)
{
    const char *colon = strrchr(address, ':');
    char *end;

    if (!colon || colon == address || strlen(colon) > 6 || colon[1] < '0' || colon[1] > '9')
        return NULL;
    if (address[0] == '[' ? colon[-1] != ']' : memchr(address, ':', (size_t)(colon - address)) != 0)
        return NULL;
    return strtol(colon + 1, &end, 10) <= UINT16_MAX && *end == '\0' ? colon + 1 : NULL;
}

/* https://, a host, and perhaps a port and a path. */
static bool is_url(const char *url)
{
    static const char scheme[] = "https://";
    const char *host = url + sizeof scheme - 1;

    if (strncmp(url, scheme, sizeof scheme - 1) != 0 || !*host || *host == '/')
        return false;
    for (const char *at = host; *at; at++)
        if (*at <= ' ' || *at > '~' || strchr("\"#<>?@\\^`{|}", *at))
            return false;
    return true;
}

/* What holds between settings. */
static enum error check(const struct reader *reader)
{
    const struct config *config = reader->out;
    const char *name = reader->name;

    if (!port_of(config->listen))
        return error_raise(ERROR_INVALID,
                           "'%s', line %zu: \"listen\" takes host:port or [address]:port, not '%s'",
                           name, line_of(reader, "listen"), config->listen);
    if (config->url[0] && !is_url(config->url))
        return error_raise(ERROR_INVALID,
                           "'%s', line %zu: \"url\" is https://HOST, with :PORT and a path if need "
                           "be, and nothing else",
                           name, line_of(reader, "url"));
    if (config->close_reports && config->close_reports < config->minimum)
        return error_raise(ERROR_INVALID,
                           "'%s', line %zu: \"close_reports\" (%u) is less than \"minimum\" (%u): "
                           "no round could ever be opened",
                           name, line_of(reader, "close_reports"), config->close_reports,
                           config->minimum);
    return config->participation > 0
               ? ERROR_NONE
               : error_raise(ERROR_INVALID,
                             "'%s', line %zu: with \"participation\" 0 nobody takes "
                             "part; it is at most 1 and more than 0",
                             name, line_of(reader, "participation"));
}

static enum error read_text(struct reader *reader)
{
    bool seen[SETTINGS] = {false};
    const char *end = reader->text.data;
    const cJSON *item;
    enum error error = ERROR_NONE;
    cJSON *object;

    blank_comments(&reader->text);
    object = cJSON_ParseWithLengthOpts(reader->text.data, reader->text.length + 1, &end, 1);
    if (!object)
        return error_raise(ERROR_INVALID, "'%s', line %zu: this is not JSON with // comments",
                           reader->name, line_at(reader, end ? end : reader->text.data));
    if (!cJSON_IsObject(object))
        error = error_raise(ERROR_INVALID, "'%s' is not a JSON object of settings", reader->name);
    for (item = object->child; item && !error; item = item->next)
        error = take_item(reader, item, seen);
    cJSON_Delete(object);
    return error ? error : check(reader);
}

enum error config_parse(const char *bytes, size_t length, const char *name, struct config *out)
{
    struct reader reader = {.name = name, .out = out};
    enum error error;

    config_default(out);
    buffer_init(&reader.text, CONFIG_FILE_MAX);
    error = buffer_append(&reader.text, bytes, length);
    if (!error && (length == 0 || memchr(bytes, '\0', length)))
        error = error_raise(ERROR_INVALID, "'%s' is not a JSON object of settings", name);
    if (!error)
        error = read_text(&reader);
    buffer_free(&reader.text);
    return error;
}

enum error config_read(const char *path, struct config *out)
{
    struct buffer bytes;
    enum error error;

    buffer_init(&bytes, CONFIG_FILE_MAX);
    error = file_read(path, &bytes);
    if (!error)
        error = config_parse(bytes.data ? bytes.data : "", bytes.length, path, out);
    buffer_free(&bytes);
    return error;
}

/* ---- writing ---- */

static enum error write_text(const char *text, struct buffer *out)
{
    cJSON *item = cJSON_CreateString(text);
    char *quoted = item ? cJSON_PrintUnformatted(item) : NULL;
    enum error error =
        quoted ? buffer_append_text(out, quoted) : error_raise_plain(ERROR_NO_MEMORY);

    cJSON_free(quoted);
    cJSON_Delete(item);
    return error;
}

static enum error write_value(const struct setting *setting, const struct config *config,
                              struct buffer *out)
{
    const char *place = (const char *)config + setting->offset;

    switch (setting->kind) {
    case TEXT: return write_text(place, out);
    case FLAG:
        return buffer_append_text(out, *(const bool *)(const void *)place ? "true" : "false");
    case OPTIMIZER:
        return buffer_format(out, "\"%s\"",
                             optimizer_names[*(const enum optimizer_kind *)(const void *)place]);
    case REAL: return buffer_format(out, "%.10g", *(const double *)(const void *)place);
    case COUNT:
    default: return buffer_format(out, "%u", *(const uint32_t *)(const void *)place);
    }
}

enum error config_write(const struct config *config, struct buffer *out)
{
    enum error error = buffer_append_text(
        out, "// The settings of an EmoTrack server. A change holds from the next start of\n"
             "// `emotrack-server run`; those of rounds from the next round that opens.\n{\n");

    for (size_t i = 0; i < SETTINGS && !error; i++) {
        error =
            buffer_format(out, "    // %s\n    \"%s\": ", settings[i].comment, settings[i].name);
        if (!error)
            error = write_value(&settings[i], config, out);
        if (!error)
            error = buffer_append_text(out, i + 1 < SETTINGS ? ",\n" : "\n}\n");
    }
    return error;
}
