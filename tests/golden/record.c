// SPDX-License-Identifier: MIT
#include "record.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract/interface.h"
#include "format/format.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/errno_name.h"

/* Errnos are below it: MAX_ERRNO of the kernel's err.h. */
#define ERRNO_END 4096

void die(const struct place *place, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%u: ", place->path, place->line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

/* Words of a record */

enum word_type {
	WORD_NUMBER,
	WORD_NAME,
	WORD_KIND,
	WORD_ORIGIN,
	WORD_ERROR,
	WORD_DST,
	WORD_SRC,
	WORD_REQUESTED,
	WORD_FLAG, /* no value: sets the bit `arg` of the field */
	WORD_ENDED,
	WORD_STATE,
	WORD_DIRECTION,
};

struct word {
	const char *key;
	enum word_type type;
	size_t offset, size; /* of the field in union event_record */
	unsigned int arg;
	enum event_kind kind; /* that has it alone; 0: any */
};

#define FIELD(member)                                                                              \
	offsetof(union event_record, member), sizeof(((union event_record *)NULL)->member)

static const struct word words[] = {
	{"kind", WORD_KIND, FIELD(base.head.kind), 0, 0},
	{"time_ns", WORD_NUMBER, FIELD(base.time_ns), 0, 0},
	{"error", WORD_ERROR, FIELD(base.error), 0, 0},
	{"retries", WORD_NUMBER, FIELD(base.syn_retransmits), 0, 0},
	{"ended", WORD_ENDED, FIELD(base.ended), 0, 0},
	{"scope_id", WORD_NUMBER, FIELD(base.attempt.scope_id), 0, 0},
	{"start_ns", WORD_NUMBER, FIELD(base.attempt.start_ns), 0, 0},
	{"process_start_ns", WORD_NUMBER, FIELD(base.attempt.process_start_ns), 0, 0},
	{"cgroup", WORD_NUMBER, FIELD(base.attempt.cgroup_id), 0, 0},
	{"pid", WORD_NUMBER, FIELD(base.attempt.pid), 0, 0},
	{"tid", WORD_NUMBER, FIELD(base.attempt.tid), 0, 0},
	{"ppid", WORD_NUMBER, FIELD(base.attempt.ppid), 0, 0},
	{"uid", WORD_NUMBER, FIELD(base.attempt.uid), 0, 0},
	{"netns", WORD_NUMBER, FIELD(base.attempt.netns), 0, 0},
	{"exec_id", WORD_NUMBER, FIELD(base.attempt.exec_id), 0, 0},
	{"cpu", WORD_NUMBER, FIELD(base.attempt.cpu), 0, 0},
	{"origin", WORD_ORIGIN, FIELD(base.attempt.origin), 0, 0},
	{"dst", WORD_DST, FIELD(base.attempt.daddr), 0, 0},
	{"src", WORD_SRC, FIELD(base.attempt.saddr), 0, 0},
	{"requested", WORD_REQUESTED, FIELD(base.attempt.requested), 0, 0},
	{"comm", WORD_NAME, FIELD(base.attempt.comm), 0, 0},
	{"thread_comm", WORD_NAME, FIELD(base.attempt.thread_comm), 0, 0},
	{"not_sent", WORD_FLAG, FIELD(base.attempt.flags), ATTEMPT_NOT_SENT, 0},
	{"deferred", WORD_FLAG, FIELD(base.attempt.flags), ATTEMPT_DEFERRED, 0},
	{"mapped", WORD_FLAG, FIELD(base.attempt.flags), ATTEMPT_MAPPED, 0},
	{"preexisting", WORD_FLAG, FIELD(base.attempt.flags), ATTEMPT_PREEXISTING, 0},
	{"established_ns", WORD_NUMBER, FIELD(close.established_ns), 0, EVENT_CLOSE},
	{"tx", WORD_NUMBER, FIELD(close.bytes_sent), 0, EVENT_CLOSE},
	{"rx", WORD_NUMBER, FIELD(close.bytes_received), 0, EVENT_CLOSE},
	{"retrans", WORD_NUMBER, FIELD(close.retransmits), 0, EVENT_CLOSE},
	{"rtt_us", WORD_NUMBER, FIELD(close.rtt_us), 0, EVENT_CLOSE},
	{"tx", WORD_NUMBER, FIELD(open.bytes_sent), 0, EVENT_OPEN},
	{"rx", WORD_NUMBER, FIELD(open.bytes_received), 0, EVENT_OPEN},
	{"retrans", WORD_NUMBER, FIELD(open.retransmits), 0, EVENT_OPEN},
	{"rtt_us", WORD_NUMBER, FIELD(open.rtt_us), 0, EVENT_OPEN},
	{"idle_ns", WORD_NUMBER, FIELD(open.idle_ns), 0, EVENT_OPEN},
	{"has_idle", WORD_FLAG, FIELD(open.flags), OPEN_HAS_IDLE, EVENT_OPEN},
	{"unacked", WORD_NUMBER, FIELD(open.unacked), 0, EVENT_OPEN},
	{"fd", WORD_NUMBER, FIELD(open.fd), 0, EVENT_OPEN},
	{"held", WORD_FLAG, FIELD(open.flags), OPEN_HELD, EVENT_OPEN},
	{"kernel", WORD_FLAG, FIELD(open.flags), OPEN_KERNEL, EVENT_OPEN},
	{"state", WORD_STATE, FIELD(open.state), 0, EVENT_OPEN},
	{"direction", WORD_DIRECTION, FIELD(open.direction), 0, EVENT_OPEN},
};

/* kind: of the record, which is its first word. */
static const struct word *find_word(const char *key, unsigned int kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i].key, key) && (!words[i].kind || words[i].kind == kind))
			return &words[i];
	return NULL;
}

/* Values */

static void store(union event_record *record, const struct word *word, uint64_t value,
		  const struct place *place)
{
	void *field = (char *)record + word->offset;

	if (word->size < sizeof(value) && value >> (8 * word->size))
		die(place, "%s does not fit %zu bytes", word->key, word->size);
	switch (word->size) {
	case sizeof(__u8):
		*(__u8 *)field = (__u8)value;
		break;
	case sizeof(__u16):
		*(__u16 *)field = (__u16)value;
		break;
	case sizeof(__u32):
		*(__u32 *)field = (__u32)value;
		break;
	default:
		*(__u64 *)field = value;
		break;
	}
}

uint64_t parse_number(const char *text, const struct place *place)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || !isdigit((unsigned char)*text) || *end)
		die(place, "not a number: '%s'", text);
	return value;
}

static unsigned int parse_kind(const char *text, const struct place *place)
{
	for (unsigned int kind = EVENT_CONNECT; kind < EVENT_KIND_END; kind++)
		if (!strcmp(event_kind_name((enum event_kind)kind), text))
			return kind;
	die(place, "no such kind: '%s'", text);
}

static unsigned int parse_origin(const char *text, const struct place *place)
{
	for (unsigned int origin = 0; origin < ORIGIN_END; origin++)
		if (!strcmp(origin_name((enum origin)origin), text))
			return origin;
	die(place, "no such origin: '%s'", text);
}

static unsigned int parse_ended(const char *text, const struct place *place)
{
	for (unsigned int ended = ENDED_UNKNOWN + 1; ended < ENDED_END; ended++)
		if (!strcmp(ended_name((enum ended)ended), text))
			return ended;
	die(place, "no such end: '%s'", text);
}

static unsigned int parse_state(const char *text, const struct place *place)
{
	for (uint8_t state = 1; state; state++)
		if (tcp_state_name(state) && !strcmp(tcp_state_name(state), text))
			return state;
	die(place, "no such state: '%s'", text);
}

static unsigned int parse_direction(const char *text, const struct place *place)
{
	for (unsigned int direction = 0; direction < DIRECTION_END; direction++)
		if (!strcmp(direction_name((enum direction)direction), text))
			return direction;
	die(place, "no such direction: '%s'", text);
}

/* By name, or by number for what has no name. */
static uint64_t parse_error(const char *text, const struct place *place)
{
	for (int error = 1; error < ERRNO_END; error++) {
		const char *name = errno_name(error);

		if (name && !strcmp(name, text))
			return (unsigned int)error;
	}
	return parse_number(text, place);
}

/* "192.0.2.1:80" or "[2001:db8::1]:80". Returns the family. */
static __u8 parse_endpoint(char *text, __u8 addr[16], __u16 *port, const struct place *place)
{
	bool bracketed = *text == '[';
	char *colon = strrchr(text, ':');
	uint64_t number;

	if (!colon || (bracketed && colon[-1] != ']'))
		die(place, "not an address and port: '%s'", text);
	number = parse_number(colon + 1, place);
	if (number > UINT16_MAX)
		die(place, "not a port: '%s'", colon + 1);
	*port = (__u16)number;
	colon[bracketed ? -1 : 0] = '\0';
	memcpy(addr, (const __u8[12]){[10] = 0xff, [11] = 0xff}, 12);
	if (bracketed ? inet_pton(AF_INET6, text + 1, addr) != 1
		      : inet_pton(AF_INET, text, addr + 12) != 1)
		die(place, "not an address: '%s'", text);
	return bracketed ? 6 : 4;
}

static void set_endpoint(struct attempt *a, enum word_type type, char *value,
			 const struct place *place)
{
	switch (type) {
	case WORD_DST:
		a->family = parse_endpoint(value, a->daddr, &a->dport, place);
		break;
	case WORD_SRC:
		parse_endpoint(value, a->saddr, &a->sport, place);
		break;
	default:
		parse_endpoint(value, a->requested, &a->requested_port, place);
		a->flags |= ATTEMPT_REQUESTED;
		break;
	}
}

static void set_word(union event_record *record, const struct word *word, char *value, size_t len,
		     const struct place *place)
{
	struct attempt *a = &record->base.attempt;

	switch (word->type) {
	case WORD_NUMBER:
		store(record, word, parse_number(value, place), place);
		break;
	case WORD_NAME:
		if (len >= word->size)
			die(place, "%s is longer than %zu bytes", word->key, word->size - 1);
		memcpy((char *)record + word->offset, value, len);
		break;
	case WORD_KIND:
		store(record, word, parse_kind(value, place), place);
		break;
	case WORD_ORIGIN:
		store(record, word, parse_origin(value, place), place);
		break;
	case WORD_ENDED:
		store(record, word, parse_ended(value, place), place);
		break;
	case WORD_ERROR:
		store(record, word, parse_error(value, place), place);
		break;
	case WORD_STATE:
		store(record, word, parse_state(value, place), place);
		break;
	case WORD_DIRECTION:
		store(record, word, parse_direction(value, place), place);
		break;
	case WORD_FLAG:
		*(__u16 *)((char *)record + word->offset) |= (__u16)word->arg;
		break;
	default:
		set_endpoint(a, word->type, value, place);
		break;
	}
}

/* Splitting a record into its words */

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* The character that the escape at *s stands for; *s moves on to what follows it. */
static char read_escape(const char **s, const struct place *place)
{
	const char *at = *s;
	int high, low;

	*s = at + 2;
	switch (at[1]) {
	case 'n':
		return '\n';
	case '"':
	case '\\':
		return at[1];
	case 'x':
		high = hex_digit(at[2]);
		low = high < 0 ? -1 : hex_digit(at[3]);
		if (low >= 0) {
			*s = at + 4;
			return (char)(high << 4 | low);
		}
	}
	die(place, "bad escape: '%s'", at);
}

/*
 * The value at *s, unquoted, into value; *s moves on to what follows it. Returns its length: it may
 * hold a NUL. value has room for the rest of the line, which no value is longer than.
 */
static size_t read_value(const char **s, char *value, const struct place *place)
{
	bool quoted = **s == '"';
	size_t len = 0;

	*s += quoted;
	while (**s && **s != (quoted ? '"' : ' ')) {
		if (quoted && **s == '\\')
			value[len++] = read_escape(s, place);
		else
			value[len++] = *(*s)++;
	}
	if (quoted && *(*s)++ != '"')
		die(place, "a quote is not closed");
	value[len] = '\0';
	return len;
}

long read_word(const char **s, char key[KEY_MAX], char *value, const struct place *place)
{
	size_t key_len = strcspn(*s, "= ");
	long len = -1;

	snprintf(key, KEY_MAX, "%.*s", (int)key_len, *s);
	*s += key_len;
	if (**s == '=') {
		(*s)++;
		len = (long)read_value(s, value, place);
	}
	*s += strspn(*s, " ");
	return len;
}

static void read_field(const char **s, union event_record *record, char *scratch,
		       const struct place *place)
{
	char key[KEY_MAX];
	long len = read_word(s, key, scratch, place);
	const struct word *word = find_word(key, record->base.head.kind);

	if (!word)
		die(place, "no such word: '%s'", key);
	if ((word->type == WORD_FLAG) != (len < 0))
		die(place, "'%s' %s", key, len < 0 ? "needs a value" : "takes no value");
	set_word(record, word, scratch, (size_t)len, place);
}

static size_t size_of_kind(unsigned int kind)
{
	return kind == EVENT_CLOSE  ? sizeof(struct close_record)
	       : kind == EVENT_OPEN ? sizeof(struct open_record)
				    : sizeof(struct attempt_record);
}

union event_record read_record(const char *line, const struct place *place)
{
	union event_record record;
	_cleanup_free_ char *scratch = malloc(strlen(line) + 1);

	if (!scratch)
		die(place, "no memory");
	memset(&record, 0, sizeof(record));
	record.base.head.interface = INTERFACE;
	record.base.attempt.origin = ORIGIN_CONNECT;
	while (*line)
		read_field(&line, &record, scratch, place);
	record.base.head.size = (__u16)size_of_kind(record.base.head.kind);
	return record;
}
