#include "classifier/vocabulary.h"

enum { PROBES_MAX = 1024 }; /* more than 2^24 hashes need in slots a quarter of which is empty */

uint32_t vocabulary_slots(uint32_t count)
{
    uint32_t slots = 2;

    while (slots - slots / 4 <= count)
        slots *= 2;
    return slots;
}

bool vocabulary_fill(const uint64_t *hashes, uint32_t count, uint32_t *slots)
{
    uint32_t mask = vocabulary_slots(count) - 1;

    for (uint32_t feature = 0; feature < count; feature++) {
        uint32_t first = vocabulary_slot(hashes[feature], mask), slot = first, entry;

        while ((entry = slots[slot]) != 0) {
            if (hashes[vocabulary_feature(entry)] == hashes[feature])
                return false;
            slot = (slot + 1) & mask;
            if (((slot - first) & mask) == PROBES_MAX)
                return false;
        }
        slots[slot] = vocabulary_entry(feature, hashes[feature]);
    }
    return true;
}
