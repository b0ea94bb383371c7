/* Any bytes as a model file: as they are, and with the size and the checksum put right, so that the
 * checks behind these are reached. A model that is accepted must be usable. */
#include "base/bytes.h"
#include "classifier/crc32c.h"
#include "classifier/model_format.h"
#include "classifier/predict.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(struct model *model)
{
    static const char message[] = "I do not love this, SOOO sad!! \xF0\x9F\x98\x82";
    struct prediction prediction;
    struct predictor *predictor;
    struct learner *learner;
    struct why why;

    if (learner_new(model, &learner) || predictor_new(model, learner, &predictor))
        abort();
    if (learner_learn(learner, &(struct rated){message, sizeof message - 1, 0, false, 1}))
        abort();
    predictor_read(predictor, message, sizeof message - 1, &prediction);
    predictor_why(predictor, &why);
    predictor_free(predictor);
    learner_free(learner);
    model_close(model);
}

static void read_model(const uint8_t *data, size_t size, int repair)
{
    struct buffer file;
    struct model *model;

    buffer_init(&file, MODEL_FILE_MAX);
    if (buffer_append(&file, data, size))
        return;
    if (repair && size >= MODEL_ALIGNMENT) {
        bytes_put_u64(file.data + HEADER_SIZE, size);
        bytes_put_u32(file.data + HEADER_CHECKSUM, 0);
        bytes_put_u32(file.data + HEADER_CHECKSUM, crc32c(0, file.data, size));
    }
    if (!model_from_bytes(&file, "fuzz", &model))
        use(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_model(data, size, 0);
    read_model(data, size, 1);
    return 0;
}
