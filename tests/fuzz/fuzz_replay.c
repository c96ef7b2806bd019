// SPDX-License-Identifier: MIT
/* Any line: what is taken for one of a record can be written, and is taken for the same then. */
#include <errno.h>
#include <string.h>

#include "format/format.h"
#include "fuzz/check.h"
#include "replay/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINE_SIZE (1 << 20)

static void write_line(const struct replay_line *line, struct buffer *out)
{
	const struct format_context ctx = {.seq = line->seq};

	format_json.event(out, &line->event, &ctx);
}

static void check_again(const struct replay_line *line)
{
	static char once[LINE_SIZE], twice[LINE_SIZE];
	struct buffer first = {.data = once, .cap = LINE_SIZE};
	struct buffer second = {.data = twice, .cap = LINE_SIZE};
	struct replay_texts *texts;
	struct replay_line again;
	int err;

	write_line(line, &first);
	check(first.len <= format_line_max(&line->event), "%zu bytes", first.len);
	check(!replay_texts_new(&texts), "out of memory");
	err = replay_parse(once, first.len - 1, texts, &again);
	check(!err, "%d: %.*s", err, (int)first.len, once);
	write_line(&again, &second);
	check(first.len == second.len && !memcmp(once, twice, first.len), "%.*s%.*s",
	      (int)first.len, once, (int)second.len, twice);
	replay_texts_free(texts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct replay_texts *texts;
	struct replay_line line;
	int err;

	check(!replay_texts_new(&texts), "out of memory");
	err = replay_parse((const char *)data, size, texts, &line);
	check(!err || err == -EBADMSG, "%d", err);
	if (!err && line.kind == REPLAY_EVENT)
		check_again(&line);
	replay_texts_free(texts);
	return 0;
}
