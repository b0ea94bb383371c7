#include "app/commands/commands.h"
#include "app/commands/server_acts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum error take_text(const struct arguments *arguments, const char *name, char *out,
                            size_t size)
{
    const char *value = arguments_value(arguments, name);

    if (value && snprintf(out, size, "%s", value) >= (int)size)
        return error_raise(ERROR_USAGE, "the value of --%s is too long", name);
    return ERROR_NONE;
}

/* The folder may be entered from anywhere. */
static enum error take_path(const struct arguments *arguments, const char *name, char *out)
{
    const char *value = arguments_value(arguments, name);
    char *whole = value ? realpath(value, NULL) : NULL;
    enum error error = ERROR_NONE;

    if (value && !whole)
        return error_raise_errno("open", value);
    if (whole && snprintf(out, CONFIG_PATH_MAX, "%s", whole) >= CONFIG_PATH_MAX)
        error = error_raise(ERROR_USAGE, "the path of --%s is too long", name);
    free(whole);
    return error;
}

static enum error take_number(const struct arguments *arguments, const char *name, double *out)
{
    const char *value = arguments_value(arguments, name);
    char *end;

    if (!value)
        return ERROR_NONE;
    errno = 0;
    *out = strtod(value, &end);
    if (end == value || *end || errno || !isfinite(*out))
        return error_raise(ERROR_USAGE, "--%s takes a number, not '%s'", name, value);
    return ERROR_NONE;
}

static enum error take_count(const struct arguments *arguments, const char *name, uint32_t *out)
{
    double value = *out;
    enum error error = take_number(arguments, name, &value);

    if (!error && !(value >= 0 && value <= UINT32_MAX && value == (uint32_t)value))
        error = error_raise(ERROR_USAGE, "--%s takes a whole number from 0, not '%s'", name,
                            arguments_value(arguments, name));
    if (!error)
        *out = (uint32_t)value;
    return error;
}

static enum error take_settings(const struct arguments *arguments, struct config *config)
{
    enum error error = take_text(arguments, "listen", config->listen, sizeof config->listen);

    if (!error)
        error = take_text(arguments, "url", config->url, sizeof config->url);
    if (!error)
        error = take_count(arguments, "minimum", &config->minimum);
    if (config->close_reports < config->minimum)
        config->close_reports = config->minimum;
    if (!error)
        error = take_count(arguments, "reports", &config->close_reports);
    if (!error)
        error = take_count(arguments, "seconds", &config->close_seconds);
    if (!error)
        error = take_count(arguments, "contributions", &config->contributions);
    if (!error)
        error = take_number(arguments, "noise", &config->noise);
    if (!error)
        error = take_path(arguments, "validation", config->validation);
    return error ? error : take_path(arguments, "map", config->validation_map);
}

static void print_made(const struct server *server, bool self_signed)
{
    const char *dir = server->folder.path, *port = strrchr(server->config.listen, ':');
    uint16_t number = port ? (uint16_t)strtoul(port + 1, NULL, 10) : 0;
    char url[CONFIG_ADDRESS_MAX + 16], fingerprint[FINGERPRINT_MAX];

    server_url(&server->config, number, url, sizeof url);
    key_fingerprint(server->signer.pair.public, fingerprint);
    printf("Made a server in %s.\nIts key: %s\n\n", dir, fingerprint);
    printf("Its settings are in %s/config.json.\n", dir);
    if (!self_signed)
        printf("Put its certificate in %s/%s and the certificate's key in %s/%s.\n", dir,
               server->config.certificate, dir, server->config.private_key);
    printf("Start it:    emotrack-server run --dir %s\n", dir);
    if (!server->config.url[0] && number == 0)
        printf("Which port it got, and so what users join, this says:\n"
               "             emotrack-server status --dir %s\n",
               dir);
    else
        printf("Users join:  emotrack join %s%s%s%s\n", url, self_signed ? " --ca " : "",
               self_signed ? dir : "", self_signed ? "/ca.pem" : "");
    printf("and compare the key above with what EmoTrack shows them.\n");
}

static int run(const struct arguments *arguments)
{
    struct server_plan plan = {
        .model = arguments_value(arguments, "model"),
        .self_signed = arguments_has(arguments, "self-signed"),
    };
    struct server server = {.folder = {.lock = -1, .work = -1}};
    const char *dir;
    enum error error = server_dir(arguments, &dir);

    config_default(&plan.config);
    if (!error && !plan.model)
        error = error_raise(ERROR_USAGE, "a server begins with a model: --model MODEL");
    if (!error)
        error = take_settings(arguments, &plan.config);
    if (!error)
        error = server_make(dir, &plan, &server);
    if (!error)
        print_made(&server, plan.self_signed);
    server_close(&server);
    return report_outcome(arguments, error);
}

static const struct option options[] = {
    {"dir", "DIR", NULL, "make the server in this folder, which is new or empty"},
    {"model", "MODEL", NULL, "the model that it starts with, under the version it has"},
    {"listen", "HOST:PORT", NULL,
     "listen there (default 127.0.0.1:8443); port 0: any that is free"},
    {"url", "URL", NULL, "what users join, where that is another address (a name, a proxy)"},
    {"self-signed", NULL, NULL, "make a CA and a certificate of its own: DIR/ca.pem"},
    {"minimum", "N", NULL, "never open a round with fewer reports (default 100)"},
    {"reports", "N", NULL, "close a round at so many reports (default 1000; 0: not by number)"},
    {"seconds", "N", NULL, "or when it is so old (default a week; 0: not by time)"},
    {"contributions", "N", NULL, "at most so many from one device, ever (default 4)"},
    {"noise", "Z", NULL, "noise on every sum (default 4; 0: none)"},
    {"validation", "TSV", NULL, "publish no model that does worse on these rows"},
    {"map", "TSV", NULL, "lead their labels through this table: from, a tab, to"},
    {0},
};

const struct command command_server_init = {
    .name = "init",
    .operands = "",
    .summary = "make a server: its keys, its database and its settings",
    .details =
        "Everything goes into one folder that only its owner can read. config.json there has these "
        "settings and more, each with its meaning; a change holds from the next `run`.\n\n"
        "Users need a certificate that they can verify. With --self-signed the server makes a CA "
        "that signs this one certificate and can never sign another, and users name it: "
        "emotrack join URL --ca ca.pem. Otherwise put a certificate (a chain, PEM) into "
        "DIR/tls.pem and its key into DIR/tls.key, or name both in config.json.\n\n"
        "Behind a proxy: let the server listen on an address of its own, name in --url what users "
        "join, and let the proxy speak HTTPS to the server too. To the server all requests come "
        "from the proxy then: limit their rate there, and see limit_loopback in config.json.\n\n"
        "    emotrack-server init --dir server --model emotions.model --self-signed\n"
        "    emotrack-server run --dir server",
    .options = options,
    .run = run,
};
