#include "sync/server/http_framing.h"

#include <microhttpd.h>

static enum MHD_Result take_down(void *context, enum MHD_ValueKind kind, const char *key,
                                 size_t key_size, const char *value, size_t value_size)
{
    struct framing *framing = context;

    (void)kind;
    if (framing->count < FRAMING_FIELDS_MAX)
        framing->field[framing->count] = (struct framing_field){
            .name = key, .name_length = key_size, .value = value, .value_length = value_size};
    framing->count++;
    return MHD_YES;
}

void http_framing(struct MHD_Connection *connection, const char *method, const char *version,
                  struct framing *framing)
{
    const union MHD_ConnectionInfo *size =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    framing->method = method;
    framing->version = version;
    framing->size = size ? size->header_size : 0;
    framing->count = 0;
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, take_down, framing);
}
