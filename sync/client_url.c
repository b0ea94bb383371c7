#include "sync/client.h"
#include "sync/problem.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SCHEME "https://"

static enum error no_address(const char *url, const char *why)
{
    char shown[CLIENT_URL_MAX];

    problem_line(url, shown, sizeof shown);
    return error_raise(ERROR_INVALID,
                       "'%s' is no address of a server: %s; it reads like "
                       "https://emotrack.example.org",
                       shown, why);
}

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The length of the host that `text` begins with, brackets included; 0: there is none. */
static size_t host_length(const char *text)
{
    size_t length = 0, telling = 0;

    if (text[0] == '[') {
        length = 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");
        return length > 2 && text[length] == ']' ? length + 1 : 0;
    }
    for (; is_alphanumeric(text[length]) || (text[length] && strchr("-._", text[length])); length++)
        telling += is_alphanumeric(text[length]);
    return telling > 0 ? length : 0;
}

/* ":443" of at most 65535; the length, or SIZE_MAX: it is no port. 0: there is none. */
static size_t port_length(const char *text, unsigned *port)
{
    size_t length = 1;

    *port = 443;
    if (text[0] != ':')
        return 0;
    for (*port = 0; text[length] >= '0' && text[length] <= '9' && length <= 5; length++)
        *port = 10 * *port + (unsigned)(text[length] - '0');
    return length > 1 && *port >= 1 && *port <= 65535 ? length : SIZE_MAX;
}

static bool path_valid(const char *path)
{
    static const char marks[] = "/-._~!$&'()*+,;=:@";

    if (path[0] && path[0] != '/')
        return false;
    for (; *path; path++)
        if (!is_alphanumeric(*path) && !strchr(marks, *path) &&
            !(*path == '%' && isxdigit((unsigned char)path[1]) && isxdigit((unsigned char)path[2])))
            return false;
    return true;
}

enum error client_url(const char *url, char *out)
{
    size_t host, port_text, end;
    const char *at = url;
    unsigned port;

    if (strlen(url) >= CLIENT_URL_MAX)
        return no_address(url, "it is too long");
    if (strncasecmp(url, SCHEME, strlen(SCHEME)) != 0)
        return no_address(url, "it must begin with https://");
    at += strlen(SCHEME);
    host = host_length(at);
    if (host == 0)
        return no_address(url, "it names no host");
    port_text = port_length(at + host, &port);
    if (port_text == SIZE_MAX)
        return no_address(url, "its port is no number from 1 to 65535");
    if (!path_valid(at + host + port_text))
        return no_address(url, "a user, a query, a fragment or other signs have no place in it");
    snprintf(out, CLIENT_URL_MAX, SCHEME "%.*s", (int)host, at);
    for (char *c = out; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    end = strlen(out);
    if (port != 443)
        end += (size_t)snprintf(out + end, CLIENT_URL_MAX - end, ":%u", port);
    snprintf(out + end, CLIENT_URL_MAX - end, "%s", at + host + port_text);
    for (end = strlen(out); out[end - 1] == '/'; end--)
        out[end - 1] = '\0';
    return ERROR_NONE;
}
