// SPDX-License-Identifier: MIT
/*
 * Any record that the kernel side can send, hostile names included: each format gives exactly one
 * line, that other people's parsers (jansson, inet_pton) read as what went in.
 */
#include <arpa/inet.h>
#include <jansson.h>
#include <string.h>

#include "event/decode.h"
#include "format/format.h"
#include "fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a run takes its input from. */
struct input {
	struct close_event record;
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

/* Changes as little as makes the record valid, and returns its size. */
static size_t make_valid(struct close_event *record)
{
	struct event *e = &record->event;

	e->version = EVENT_VERSION;
	e->kind = (__u8)(EVENT_CONNECT + e->kind % (EVENT_KIND_END - EVENT_CONNECT));
	e->size = e->kind == EVENT_CLOSE ? sizeof(struct close_event) : sizeof(struct event);
	if (e->kind != EVENT_FAILED)
		e->error = 0;
	else if (!e->error)
		e->error = 1;
	make_attempt_valid(&e->attempt);
	bound(&e->time_ns);
	bound(&record->bytes_sent);
	bound(&record->bytes_received);
	return e->size;
}

/* Lines */

struct line {
	char text[FORMAT_LINE_MAX];
	struct buffer buffer;
};

static void start_line(struct line *line)
{
	line->buffer = (struct buffer){.data = line->text, .cap = sizeof(line->text)};
}

#define check_line(line, condition, what)                                                          \
	check(condition, "%s: %.*s", what, (int)(line)->buffer.len, (line)->text)

static void check_characters(const struct line *line)
{
	const unsigned char *s = (const unsigned char *)line->text;
	size_t len = line->buffer.len - 1;
	json_t *utf8 = json_stringn(line->text, len);

	check_line(line, utf8, "not UTF-8");
	json_decref(utf8);
	for (size_t i = 0; i < len; i++) {
		check_line(line, s[i] >= 0x20 && s[i] != 0x7f, "a control byte");
		check_line(line, s[i] != 0xc2 || s[i + 1] >= 0xa0, "a C1 control character");
	}
}

/* Exactly one line, of characters that no terminal obeys. */
static void check_one_line(const struct line *line)
{
	const struct buffer *b = &line->buffer;

	check(!b->overflow && b->len < FORMAT_LINE_MAX, "longer than FORMAT_LINE_MAX");
	check(b->len && line->text[b->len - 1] == '\n', "the line does not end");
	check_characters(line);
}

/* Text */

/* Where a text line is being read. */
struct reader {
	const struct line *line;
	const char *at, *end; /* before the newline */
};

static void expect(struct reader *in, const char *what)
{
	size_t n = strlen(what);

	check_line(in->line, (size_t)(in->end - in->at) >= n && !memcmp(in->at, what, n), what);
	in->at += n;
}

/* As a pattern: '0' is any digit, the rest itself. */
static void expect_like(struct reader *in, const char *pattern)
{
	for (; *pattern; pattern++, in->at++) {
		check_line(in->line, in->at < in->end, pattern);
		check_line(in->line,
			   *pattern == '0' ? *in->at >= '0' && *in->at <= '9' : *in->at == *pattern,
			   pattern);
	}
}

static void expect_number(struct reader *in, uint64_t expected)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%ju", (uintmax_t)expected);
	expect(in, digits);
}

/*
 * An address as people write it, read by inet_pton, is those 16 bytes, and in the form of RFC 5952.
 * glibc writes that too, but for the old `::192.0.2.1`, which RFC 4291 gave up.
 */
static void check_address(const char *text, const __u8 addr[16])
{
	char canonical[INET6_ADDRSTRLEN];
	__u8 parsed[16] = {[10] = 0xff, [11] = 0xff};
	bool ipv4 = !strchr(text, ':');

	check(inet_pton(ipv4 ? AF_INET : AF_INET6, text, ipv4 ? parsed + 12 : parsed) == 1,
	      "no address: %s", text);
	check(!memcmp(parsed, addr, 16), "another address: %s", text);
	inet_ntop(ipv4 ? AF_INET : AF_INET6, ipv4 ? addr + 12 : addr, canonical, sizeof(canonical));
	check(!strcmp(text, canonical) || !strchr(text, '.') == !!strchr(canonical, '.'),
	      "%s should be %s", text, canonical);
}

static void expect_endpoint(struct reader *in, int family, const __u8 addr[16], unsigned int port)
{
	char text[64];
	size_t n;

	if (family == 6)
		expect(in, "[");
	n = strspn(in->at, family == 6 ? "0123456789abcdef:." : "0123456789.");
	check_line(in->line, n < sizeof(text), "the address is long");
	memcpy(text, in->at, n);
	text[n] = '\0';
	check_address(text, addr);
	in->at += n;
	expect(in, family == 6 ? "]:" : ":");
	expect_number(in, port);
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A character of a quoted value, its escape undone. */
static char read_escaped(struct reader *in)
{
	char c = *in->at++;
	int high, low;

	if (c != '\\')
		return c;
	c = *in->at++;
	if (c == '\\' || c == '"')
		return c;
	if (c == 'n')
		return '\n';
	check_line(in->line, c == 'x', "an unknown escape");
	high = hex_digit(*in->at++);
	low = hex_digit(*in->at++);
	check_line(in->line, high >= 0 && low >= 0, "an escape of no two digits");
	return (char)(high << 4 | low);
}

/* A bare word ends at the next space; a quoted one has no quote inside that is not escaped. */
static void expect_name(struct reader *in, const char *expected)
{
	size_t len = strlen(expected), n = 0;

	if (*in->at != '"') {
		check_line(in->line, len, "an empty name is bare");
		check_line(in->line, !strpbrk(expected, " \"="), "a name that splits is bare");
		expect(in, expected);
		return;
	}
	for (in->at++; *in->at != '"'; n++) {
		check_line(in->line, in->at < in->end, "the quote does not end");
		check_line(in->line, n < len && read_escaped(in) == expected[n], "another name");
	}
	check_line(in->line, n == len, "another name");
	in->at++;
}

/* What is left is ` key=value` and again; no key comes twice, and no value holds a quote. */
static void expect_pairs(struct reader *in)
{
	const char *seen[32];
	size_t n_seen = 0;

	while (in->at < in->end) {
		const char *key, *equals;

		expect(in, " ");
		key = in->at;
		in->at += strcspn(in->at, " \n");
		equals = memchr(key, '=', (size_t)(in->at - key));
		check_line(in->line, equals && equals > key && equals + 1 < in->at, "no pair");
		check_line(in->line, !memchr(key, '"', (size_t)(in->at - key)), "a quote");
		for (size_t i = 0; i < n_seen; i++)
			check_line(in->line, strncmp(seen[i], key, (size_t)(equals + 1 - key)),
				   "a key twice");
		check(n_seen < 32, "more keys than there are");
		seen[n_seen++] = key;
	}
}

static void check_text(const struct line *line, const struct attempt *a)
{
	struct reader in = {line, line->text, line->text + line->buffer.len - 1};

	check_one_line(line);
	expect_like(&in, "0000-00-00T00:00:00.000000000Z");
	expect(&in, " pid=");
	expect_number(&in, a->pid);
	expect(&in, " proto=6 dst=");
	expect_endpoint(&in, a->family, a->daddr, a->dport);
	if (a->sport) {
		expect(&in, " src=");
		expect_endpoint(&in, a->family, a->saddr, a->sport);
	}
	if (a->pid) {
		expect(&in, " comm=");
		expect_name(&in, a->comm);
		expect(&in, " uid=");
		expect_number(&in, a->uid);
	}
	expect(&in, " event=");
	in.at -= strlen(" event=");
	expect_pairs(&in);
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
static void check_color(const struct line *plain, const struct conn *conn,
			struct format_context context)
{
	struct line colored;

	context.color = true;
	start_line(&colored);
	format_text.event(&colored.buffer, conn, &context);
	check(!colored.buffer.overflow && colored.buffer.len < FORMAT_LINE_MAX, "too long");
	strip_color(&colored);
	check_line(&colored,
		   colored.buffer.len == plain->buffer.len &&
			   !memcmp(colored.text, plain->text, plain->buffer.len),
		   "colour changes the text");
}

/* JSON */

/* One object of plain values, no key twice: to be freed with json_decref(). */
static json_t *parse_json(const struct line *line)
{
	json_error_t error;
	const char *key;
	json_t *object, *value;

	check_one_line(line);
	object = json_loadb(line->text, line->buffer.len - 1, JSON_REJECT_DUPLICATES, &error);
	check_line(line, object, error.text);
	check_line(line, json_is_object(object), "no object");
	json_object_foreach(object, key, value) check_line(
		line, json_is_string(value) || json_is_integer(value) || json_is_boolean(value),
		key);
	return object;
}

static void check_integer(const json_t *object, const char *key, uint64_t expected)
{
	const json_t *value = json_object_get(object, key);

	check(json_is_integer(value) && (uint64_t)json_integer_value(value) == expected, "%s", key);
}

static void check_json_address(const json_t *object, const char *key, const __u8 addr[16])
{
	const char *text = json_string_value(json_object_get(object, key));

	check(text, "%s", key);
	check_address(text, addr);
}

/* A name of valid UTF-8 comes out as it went in. */
static void check_json_name(const json_t *object, const char *key, const char *expected)
{
	const char *name = json_string_value(json_object_get(object, key));
	json_t *valid = json_string(expected);

	check(name, "%s", key);
	if (valid)
		check(!strcmp(name, expected), "%s: %s", key, name);
	json_decref(valid);
}

/* All of it, or nothing. */
static void check_json_process(json_t *object, const struct attempt *a)
{
	static const char *const keys[] = {
		"process.pid",		 "thread.id",
		"process.parent_pid",	 "process.executable.name",
		"thread.name",		 "process.user.id",
		"process.creation.time", "tpconnect.cgroup.id",
	};

	for (size_t i = 0; !a->pid && i < sizeof(keys) / sizeof(keys[0]); i++)
		check(!json_object_get(object, keys[i]), "%s of nobody", keys[i]);
	if (!a->pid)
		return;
	check_integer(object, "process.pid", a->pid);
	check_integer(object, "thread.id", a->tid);
	check_integer(object, "process.user.id", a->uid);
	check_json_name(object, "process.executable.name", a->comm);
	check_json_name(object, "thread.name", a->thread_comm);
}

static void check_json(const struct line *line, const struct attempt *a)
{
	json_t *object = parse_json(line);

	check_integer(object, "tpconnect.seq", 7);
	check_json_process(object, a);
	check_integer(object, "network.peer.port", a->dport);
	check_json_address(object, "network.peer.address", a->daddr);
	if (a->sport) {
		check_integer(object, "network.local.port", a->sport);
		check_json_address(object, "network.local.address", a->saddr);
	}
	json_decref(object);
}

static void check_event(struct close_event *record, const struct format_context *context)
{
	struct line line;
	struct conn conn;
	size_t size = make_valid(record);

	check(!event_decode(record, size, &conn), "a valid record is refused");
	start_line(&line);
	format_text.event(&line.buffer, &conn, context);
	check_text(&line, &record->event.attempt);
	check_color(&line, &conn, *context);
	start_line(&line);
	format_json.event(&line.buffer, &conn, context);
	check_json(&line, &record->event.attempt);
}

static void bound_notice(struct notice *notice)
{
	uint64_t *const counts[] = {
		&notice->loss.ring,	 &notice->loss.missed, &notice->loss.state,
		&notice->loss.unmatched, &notice->loss.output, &notice->sent,
		&notice->written,	 &notice->filtered,    &notice->tracked,
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
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
	start_line(&line);
	format_json.notice(&line.buffer, notice, context);
	object = parse_json(&line);
	if (kind == NOTICE_START)
		check_json_name(object, "tpconnect.programs", input->programs);
	else
		check_integer(object, "tpconnect.loss.output", notice->loss.output);
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
	check_event(&input.record, &context);
	check_notice(&input, &context);
	return 0;
}
