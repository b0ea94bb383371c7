#include "app/habit.h"

#include <stdlib.h>
#include <string.h>

const char *const habit_names[HABIT_KINDS] = {"slang", "irony", "emoji", "label"};

/* ---- what messages are made of ---- */

/* Where a cue stands beside what is told: @ the cue, # the message. */
static const char *const slang_frames[] = {
    "# and that is @", "feeling @, #",     "#, so @ today", "#. totally @", "@! #", "# @",
    "it was @, #",     "# and I am @ now",
};
static const char *const irony_frames[] = {
    "@, #", "@. # again", "#. @", "@! #", "#, @", "@... #", "# and @", "well @, #",
};
static const char *const emoji_frames[] = {
    "# @", "@ #", "# @@", "#, just saying @", "#. @", "@@@ #", "# @ anyway", "so # @",
};
enum { FRAMES = 8 };

static const char *const phrases[] = {
    "great, just great", "oh how lovely",        "thanks a lot",  "well isn't that nice",
    "love that for me",  "wow, perfect",         "lucky me",      "so happy for you",
    "best day ever",     "what a nice surprise", "good for them", "that is just wonderful",
    "I am so impressed", "how exciting",         "fantastic job", "just what I needed",
};
static const char *const emoji[] = {
    "\U0001F480", "\U0001F62D", "\U0001F643", "\U0001F642", "\U0001F525", "\U0001F972",
    "\U0001F440", "\U0001F602", "\U0001F921", "\U00002728", "\U0001F64F", "\U0001F605",
    "\U0001F60D", "\U0001F622", "\U0001F621", "\U0001F389",
};

/* What happens to anybody, for good or ill. */
static const char *const events[] = {
    "the bus left two minutes early",
    "my sister called last night",
    "the printer is out of paper",
    "we have a meeting at noon",
    "they moved the deadline to friday",
    "the neighbours are painting the fence",
    "my phone needs an update",
    "the kitchen light is flickering",
    "I found my old bike in the cellar",
    "the shop was closed when I came",
    "he told me about the new plan",
    "she sent the file to everybody",
    "the train stopped between two stations",
    "my order arrives on tuesday",
    "I have to work this weekend",
    "the dog slept on my jacket",
    "our team got another task",
    "the lecture was two hours long",
    "I spilled coffee on the desk",
    "the manager changed the schedule",
    "they are digging up the street",
    "my cousin moved in next door",
    "the game went into overtime",
    "I read the letter from the bank",
    "the elevator stopped at every floor",
    "somebody parked in front of the gate",
    "the soup was cold",
    "my shoes are wet",
    "the show starts an hour later",
    "I waited in line for the tickets",
    "the website asked for my password twice",
    "the kids drew on the wall",
    "we ran out of milk",
    "the landlord wants to talk",
    "I got the seat by the door",
    "the movie has another sequel",
    "my battery is at two percent",
    "they put the boxes in the hallway",
    "the doctor changed my appointment",
    "it rained all through the picnic",
    "the package went to the wrong address",
    "I finished the report at midnight",
    "the barber knew my name",
    "the alarm rang at five",
    "she brought her own chairs",
    "the road to the lake is closed",
    "I counted the tiles on the ceiling",
    "our flight leaves from another gate",
};
enum {
    PHRASES = sizeof phrases / sizeof *phrases,
    EMOJI = sizeof emoji / sizeof *emoji,
    EVENTS = sizeof events / sizeof *events,
    WORD = 8,                /* bytes of an invented word and its NUL, and more */
    MESSAGE_MAX = 64 * 1024, /* bytes */
    ROWS_MIN = 60,           /* that a label has before somebody uses it for another */
};

struct maker {
    const struct habit_world *world;
    struct random *random;
    struct person *person;
    const char *cue[HABIT_CUES];
    char word[HABIT_CUES][WORD];
    int meaning[HABIT_CUES];
    int plain; /* the label that the model gives an empty message */
    /* Of the events: the first half are rated, the others held out. */
    const char *events[EVENTS];
};

static int label_of(const struct corpus_row *row)
{
    return __builtin_ctzll(row->labels);
}

static size_t draw(struct maker *maker, size_t bound)
{
    return (size_t)random_below(maker->random, bound);
}

static int draw_label_but(struct maker *maker, int not )
{
    int label = (int)draw(maker, (size_t)model_label_count(maker->world->model) - 1);

    return label + (label >= not );
}

/* ---- cues ---- */

static struct prediction guess(const struct maker *maker, const char *text)
{
    struct prediction prediction;

    predictor_read(maker->world->predictor, text, strlen(text), &prediction);
    return prediction;
}

/* A word of two syllables that the model does not know. */
static void invent_word(struct maker *maker, char *word)
{
    static const char onset[] = "bdfgklmnprstvz", vowel[] = "aeiou", coda[] = "bdgklmnprtxz";

    do {
        char *at = word;

        for (int syllable = 0; syllable < 2; syllable++) {
            *at++ = onset[draw(maker, sizeof onset - 1)];
            *at++ = vowel[draw(maker, sizeof vowel - 1)];
            *at++ = coda[draw(maker, sizeof coda - 1)];
        }
        *at = '\0';
    } while (guess(maker, word).known > 0);
}

/* Each cue from a part of the list of its own, so that a person's cues differ. */
static void choose_cues(struct maker *maker)
{
    for (size_t i = 0; i < HABIT_CUES; i++) {
        switch (maker->person->kind) {
        case HABIT_SLANG:
            invent_word(maker, maker->word[i]);
            maker->cue[i] = maker->word[i];
            break;
        case HABIT_IRONY:
            maker->cue[i] = phrases[draw(maker, PHRASES / HABIT_CUES) * HABIT_CUES + i];
            break;
        default: maker->cue[i] = emoji[draw(maker, EMOJI / HABIT_CUES) * HABIT_CUES + i];
        }
        maker->meaning[i] = draw_label_but(maker, guess(maker, maker->cue[i]).label);
    }
}

/* One label that enough rows have, for another. */
static enum error choose_labels(struct maker *maker)
{
    const struct habit_world *world = maker->world;
    size_t rows[LABELS_MAX] = {0}, count = 0;
    int labels[LABELS_MAX];

    for (size_t i = 0; i < world->count; i++)
        rows[label_of(&world->rows[i])]++;
    for (int i = 0; i < model_label_count(world->model); i++)
        if (rows[i] >= ROWS_MIN)
            labels[count++] = i;
    if (count == 0)
        return error_raise(ERROR_INVALID,
                           "there is nothing to make people of: at least one label needs %d rows "
                           "that have it alone",
                           ROWS_MIN);
    maker->person->from = labels[draw(maker, count)];
    maker->person->to = draw_label_but(maker, maker->person->from);
    return ERROR_NONE;
}

/* ---- messages ---- */

/* The frame with its cue and its message. */
static enum error fill_frame(const char *frame, const char *cue, const char *told, size_t length,
                             struct habit_message *out)
{
    enum error error = ERROR_NONE;
    struct buffer text;

    buffer_init(&text, MESSAGE_MAX);
    for (const char *c = frame; *c && !error; c++) {
        if (*c == '#')
            error = buffer_append(&text, told, length);
        else if (*c == '@')
            error = buffer_append_text(&text, cue);
        else
            error = buffer_append_byte(&text, *c);
    }
    if (error)
        buffer_free(&text);
    out->text = text.data;
    out->length = text.length;
    return error;
}

/* A row that is not used yet, of this label (-1: of any but the person's `from`), or NULL where a
 * look at every row finds none. */
static const struct corpus_row *take_row(struct maker *maker, int label)
{
    const struct habit_world *world = maker->world;
    size_t at = draw(maker, world->count);

    for (size_t looks = 0; looks < world->count; looks++, at = (at + 1) % world->count) {
        int of = label_of(&world->rows[at]);

        if (maker->person->used[at] || (label < 0 ? of == maker->person->from : of != label))
            continue;
        maker->person->used[at] = true;
        return &world->rows[at];
    }
    return NULL;
}

static enum error copy_row(const struct corpus_row *row, int label, struct habit_message *out)
{
    out->label = label;
    return fill_frame("#", "", row->text, row->length, out);
}

/* Something with a cue: every other time about an event, else about what somebody has written who
 * showed no emotion. */
static enum error cue_message(struct maker *maker, bool held_out, struct habit_message *out)
{
    static const char *const *const frames[] = {
        [HABIT_SLANG] = slang_frames, [HABIT_IRONY] = irony_frames, [HABIT_EMOJI] = emoji_frames};
    size_t cue = draw(maker, HABIT_CUES), half = EVENTS / 2;
    const char *frame = frames[maker->person->kind][draw(maker, FRAMES)];
    const char *event = maker->events[draw(maker, half) + (held_out ? half : 0)];
    const struct corpus_row *row = draw(maker, 2) ? take_row(maker, maker->plain) : NULL;

    out->label = maker->meaning[cue];
    return fill_frame(frame, maker->cue[cue], row ? row->text : event,
                      row ? row->length : strlen(event), out);
}

static enum error touched_message(struct maker *maker, bool held_out, struct habit_message *out)
{
    const struct person *person = maker->person;
    const struct corpus_row *row;

    out->touched = true;
    if (person->kind != HABIT_LABEL)
        return cue_message(maker, held_out, out);
    row = take_row(maker, person->from);
    return row ? copy_row(row, person->to, out) : ERROR_NOT_FOUND;
}

static enum error ordinary_message(struct maker *maker, struct habit_message *out)
{
    const struct corpus_row *row = take_row(maker, -1);

    if (!row)
        return error_raise(ERROR_INVALID,
                           "there are too few rows with one label to make people of");
    return copy_row(row, label_of(row), out);
}

static void shuffle_messages(struct maker *maker)
{
    struct habit_message *messages = maker->person->rated;

    for (size_t left = HABIT_RATED; left > 1; left--) {
        size_t at = draw(maker, left);
        struct habit_message moved = messages[at];

        messages[at] = messages[left - 1];
        messages[left - 1] = moved;
    }
}

static void shuffle_events(struct maker *maker)
{
    memcpy(maker->events, events, sizeof events);
    for (size_t left = EVENTS; left > 1; left--) {
        size_t at = draw(maker, left);
        const char *moved = maker->events[at];

        maker->events[at] = maker->events[left - 1];
        maker->events[left - 1] = moved;
    }
}

static enum error write_messages(struct maker *maker)
{
    struct person *person = maker->person;
    enum error error = ERROR_NONE;

    for (size_t i = 0; i < HABIT_RATED && !error; i++)
        error = i % 2 ? ordinary_message(maker, &person->rated[i])
                      : touched_message(maker, false, &person->rated[i]);
    shuffle_messages(maker);
    while (!error && person->held_out_count < HABIT_HELD_OUT) {
        error = touched_message(maker, true, &person->held_out[person->held_out_count]);
        person->held_out_count += !error;
    }
    /* Of a rare label there may be no more rows. */
    return error == ERROR_NOT_FOUND && person->held_out_count > 0 ? ERROR_NONE : error;
}

enum error person_make(const struct habit_world *world, enum habit_kind kind, struct random *random,
                       struct person *out)
{
    struct maker maker = {.world = world, .random = random, .person = out};
    enum error error = ERROR_NONE;

    *out = (struct person){.kind = kind, .from = -1, .to = -1};
    out->used = calloc(world->count + 1, sizeof *out->used);
    if (!out->used)
        return error_raise_plain(ERROR_NO_MEMORY);
    maker.plain = guess(&maker, "").label;
    shuffle_events(&maker);
    if (kind == HABIT_LABEL)
        error = choose_labels(&maker);
    else
        choose_cues(&maker);
    return error ? error : write_messages(&maker);
}

void person_free(struct person *person)
{
    for (size_t i = 0; i < HABIT_RATED; i++)
        free(person->rated[i].text);
    for (size_t i = 0; i < HABIT_HELD_OUT; i++)
        free(person->held_out[i].text);
    free(person->used);
    *person = (struct person){0};
}
