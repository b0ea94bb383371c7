#include "sync/server/page.h"
#include <string.h>
enum error page_write(const struct server_status *status, struct buffer *out)
{
    (void)status;
    return buffer_append_text(out, "<!doctype html><title>x</title>");
}
void page_policy(char out[PAGE_POLICY_MAX])
{
    strncpy(out, "default-src 'none'", PAGE_POLICY_MAX);
}
