// SPDX-License-Identifier: MIT
/*
 * Any record that the kernel side can send, hostile names included: each format gives exactly one
 * line, that other people's parsers (jansson, inet_pton) read as what went in.
 */
#include <string.h>

#include "model/decode.h"
#include "contract/interface.h"
#include "contract/open.h"
#include "format/format.h"
#include "fuzz/lines.h"
#include "util/array.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a run takes its input from. */
struct input {
	union event_input {
		struct attempt_record base;
		struct close_record close;
		struct open_record open;
	} record;
	struct who_input who;
	int64_t boot_to_utc_ns, process_epoch_ns;
	struct notice notice;
	char version[16], programs[200];
};

/* JSON integers of jansson are signed; nothing that is counted comes near. */
#define COUNT_MAX INT64_MAX

static void bound(__u64 *count)
{
	*count &= COUNT_MAX;
}

static void make_attempt_valid(struct attempt *a)
{
	static const __u8 mapped[12] = {[10] = 0xff, [11] = 0xff};

	a->family = a->family & 1 ? 4 : 6;
	if (a->family == 4) {
		memcpy(a->daddr, mapped, sizeof(mapped));
		memcpy(a->saddr, mapped, sizeof(mapped));
	}
	a->origin %= ORIGIN_END;
	a->flags &= ATTEMPT_FLAGS_ALL;
	a->comm[COMM_LEN - 1] = '\0';
	a->thread_comm[COMM_LEN - 1] = '\0';
}

static void make_open_valid(struct open_record *open)
{
	open->state = 1 + open->state % 11; /* TCP_ESTABLISHED to TCP_CLOSING */
	open->direction %= DIRECTION_END;
	open->flags &= OPEN_FLAGS_ALL & ~OPEN_HELD;
	if (open->base.attempt.pid)
		open->flags |= OPEN_HELD;
	bound(&open->bytes_sent);
	bound(&open->bytes_received);
	bound(&open->idle_ns);
}

static size_t size_of_kind(unsigned int kind)
{
	return kind == EVENT_CLOSE  ? sizeof(struct close_record)
	       : kind == EVENT_OPEN ? sizeof(struct open_record)
				    : sizeof(struct attempt_record);
}

/* Changes as little as makes the record valid, and returns its size. */
static size_t make_valid(union event_input *record)
{
	struct attempt_record *e = &record->base;

	e->head.interface = INTERFACE;
	e->head.kind = (__u8)(EVENT_CONNECT + e->head.kind % (EVENT_KIND_END - EVENT_CONNECT));
	e->head.size = (__u16)size_of_kind(e->head.kind);
	if (e->head.kind == EVENT_FAILED && !e->error)
		e->error = 1;
	else if (e->head.kind != EVENT_FAILED && e->head.kind != EVENT_RETRY &&
		 e->head.kind != EVENT_CLOSE)
		e->error = 0;
	e->ended = e->head.kind == EVENT_CLOSE ? e->ended % ENDED_END : 0;
	make_attempt_valid(&e->attempt);
	bound(&e->time_ns);
	if (e->head.kind == EVENT_OPEN) {
		make_open_valid(&record->open);
	} else {
		bound(&record->close.bytes_sent);
		bound(&record->close.bytes_received);
	}
	return e->head.size;
}

/* Removes every SGR sequence: ESC [ digits m. */
static void strip_color(struct line *line)
{
	struct buffer *b = &line->buffer;
	size_t to = 0;

	for (size_t from = 0; from < b->len;) {
		if (line->text[from] == '\033' && line->text[from + 1] == '[') {
			from += 2 + strspn(line->text + from + 2, "0123456789");
			check(line->text[from] == 'm', "an escape that is no colour");
			from++;
		} else {
			line->text[to++] = line->text[from++];
		}
	}
	b->len = to;
}

/* Colour adds colour, and nothing else. */
static void check_color(const struct line *plain, const struct event *event,
			struct format_context context)
{
	struct line colored;

	context.color = true;
	start_line(&colored);
	format_text.event(&colored.buffer, event, &context);
	check(!colored.buffer.overflow && colored.buffer.len <= format_line_max(event), "too long");
	strip_color(&colored);
	check_line(&colored,
		   colored.buffer.len == plain->buffer.len &&
			   !memcmp(colored.text, plain->text, plain->buffer.len),
		   "colour changes the text");
}

static void check_text_of(const struct attempt *attempt, const struct event *event,
			  struct format_context context, bool verbose)
{
	struct line line;

	context.verbose = verbose;
	start_line(&line);
	format_text.event(&line.buffer, event, &context);
	check_text(&line, attempt, event, verbose);
	check_color(&line, event, context);
}

static void check_table(const struct event *event, struct format_context context)
{
	struct line line;

	context.width = 200;
	context.dns = true;
	start_line(&line);
	format_table.event(&line.buffer, event, &context);
	check_one_line(&line, format_line_max(event));
}

static void check_event(struct input *input, const struct format_context *context)
{
	const struct attempt *attempt = &input->record.base.attempt;
	size_t size = make_valid(&input->record);
	struct line line;
	struct event event;
	struct who who;

	check(!event_decode(&input->record, size, &event), "a valid record is refused");
	make_who(&event, &input->who, &who);
	check_text_of(attempt, &event, *context, false);
	check_text_of(attempt, &event, *context, true);
	check_table(&event, *context);
	start_line(&line);
	format_json.event(&line.buffer, &event, context);
	check_json(&line, attempt, &event);
}

static void bound_notice(struct notice *notice)
{
	uint64_t *const counts[] = {
		&notice->books.lost.ring,   &notice->books.lost.missed,
		&notice->books.lost.state,  &notice->books.lost.unmatched,
		&notice->books.lost.output, &notice->books.sent,
		&notice->books.written,	    &notice->books.filtered,
		&notice->tracked,	    &notice->books.lost.context,
		&notice->unattributed,	    &notice->dns_unread,
	};

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		*counts[i] &= COUNT_MAX;
}

static void check_notice(struct input *input, const struct format_context *context)
{
	struct notice *notice = &input->notice;
	unsigned int kind = (unsigned int)notice->kind % (NOTICE_STOP + 1);
	struct line line;
	json_t *object;

	bound_notice(notice);
	notice->kind = (enum notice_kind)kind;
	notice->version = input->version;
	notice->programs = input->programs;
	notice->dns = notice->dns ? "all" : NULL;
	start_line(&line);
	format_json.notice(&line.buffer, notice, context);
	object = parse_json(&line, FORMAT_LINE_MAX);
	if (kind == NOTICE_START) {
		check_json_name(object, "tpconnect.programs", input->programs);
	} else {
		check_json_integer(object, "tpconnect.loss.output", notice->books.lost.output);
		check_json_integer(object, "tpconnect.loss.context", notice->books.lost.context);
	}
	json_decref(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input;
	struct format_context context;

	memset(&input, 0, sizeof(input));
	memcpy(&input, data, size < sizeof(input) ? size : sizeof(input));
	input.version[sizeof(input.version) - 1] = '\0';
	input.programs[sizeof(input.programs) - 1] = '\0';
	context = (struct format_context){.boot_to_utc_ns = input.boot_to_utc_ns,
					  .process_epoch_ns = input.process_epoch_ns,
					  .seq = 7};
	check_event(&input, &context);
	check_notice(&input, &context);
	return 0;
}
