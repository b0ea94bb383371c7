#include "app/journal_care.h"
#include "app/journal_parts.h"

enum error journal_step(void *context, uint64_t done, uint64_t total)
{
    const struct journal_stage *stage = context;
    const struct journal_watch *watch = stage->watch;

    return watch->progress ? watch->progress(watch->context, stage->act, done, total) : ERROR_NONE;
}
