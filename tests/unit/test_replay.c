// SPDX-License-Identifier: MIT
/* Lines of a record become what they were made from: written again, each is the same. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "format/format.h"
#include "replay/replay.h"
#include "replay/value.h"
#include "unit/random.h"
#include "util/array.h"

#define TIME "\"timestamp\":\"2026-02-16T12:34:56.123456789Z\""
#define PEER                                                                                       \
	"\"network.type\":\"ipv4\",\"network.peer.address\":\"10.0.0.1\",\"network.peer.port\":80"
#define GOOD                                                                                       \
	"{" TIME ",\"event.name\":\"tcp.failed\",\"tpconnect.connection.id\":\"1a2b-3\"," PEER "}"

static struct replay_texts *texts;
static char **golden_files;

static int setup(void **state)
{
	(void)state;
	return replay_texts_new(&texts);
}

static int teardown(void **state)
{
	(void)state;
	replay_texts_free(texts);
	return 0;
}

static int parse(const char *line, struct replay_line *ret)
{
	return replay_parse(line, strlen(line), texts, ret);
}

static void written_again(const char *text, size_t size)
{
	static char out[1 << 20];
	struct buffer buffer = {.data = out, .cap = sizeof(out)};
	struct format_context ctx = {0};
	struct replay_line line;

	assert_int_equal(replay_parse(text, size, texts, &line), 0);
	if (line.kind != REPLAY_EVENT)
		return;
	ctx.seq = line.seq;
	format_json.event(&buffer, &line.event, &ctx);
	if (buffer.len != size + 1 || memcmp(out, text, size) != 0)
		fail_msg("%.*s\nbecame\n%.*s", (int)size, text, (int)buffer.len, out);
}

/* What was a byte of no character is a character by now. */
static bool is_lossy(const char *line)
{
	return strstr(line, "\\ufffd");
}

/* The JSON lines among a golden file's. */
static size_t read_golden(const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size, n = 0;
	ssize_t len;

	assert_non_null(file);
	while ((len = getline(&line, &size, file)) > 0) {
		if (*line != '{' || is_lossy(line))
			continue;
		written_again(line, (size_t)len - 1);
		n++;
	}
	free(line);
	fclose(file);
	return n;
}

static void golden_lines_are_written_again(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; golden_files[i]; i++)
		n += read_golden(golden_files[i]);
	assert_true(n > 20);
}

static void what_is_no_line_of_ours_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"{}",
		"[]",
		"null",
		GOOD "x",
		GOOD GOOD,
		"{" TIME "}",
		"{" TIME ",\"event.name\":\"udp.send\"}",
		"{" TIME ",\"event.name\":\"tcp.nothing\"}",
		"{" TIME ",\"event.name\":7}",
		"{\"event.name\":\"tpconnect.start\"}",
		"{\"timestamp\":\"2026-02-30T12:34:56Z\",\"event.name\":\"tpconnect.start\"}",
		"{\"timestamp\":\"2026-02-16 12:34:56Z\",\"event.name\":\"tpconnect.start\"}",
		"{" TIME ",\"event.name\":\"tcp.failed\"," PEER "}",
		"{" TIME ",\"event.name\":\"tcp.failed\",\"tpconnect.connection.id\":\"1a2b\"," PEER
		"}",
		"{" TIME
		",\"event.name\":\"tcp.failed\",\"tpconnect.connection.id\":\"1a-1ffff\"," PEER "}",
		"{" TIME ",\"event.name\":\"tcp.failed\",\"tpconnect.connection.id\":\"1-1\","
		"\"network.type\":\"ipv4\",\"network.peer.address\":\"10.0.0.0/8\","
		"\"network.peer.port\":80}",
		"{" TIME ",\"event.name\":\"tcp.failed\",\"tpconnect.connection.id\":\"1-1\","
		"\"network.type\":\"ipv4\",\"network.peer.address\":\"10.0.0.1\","
		"\"network.peer.port\":65536}",
		"{" TIME ",\"event.name\":\"tcp.failed\",\"tpconnect.connection.id\":\"1-1\"," PEER
		",\"process.pid\":-1}",
		"{" TIME ",\"event.name\":\"tcp.failed\",\"tpconnect.connection.id\":\"1-1\"," PEER
		",\"error.type\":\"EWHAT\"}",
		"{" TIME ",\"event.name\":\"tcp.failed\",\"tpconnect.connection.id\":\"1-1\"," PEER
		",\"tpconnect.sent\":0}",
		"{" TIME ",\"event.name\":\"tcp.failed\",\"tpconnect.connection.id\":\"1-1\"," PEER
		",\"process.command_args\":[1]}",
		"{" TIME ",\"event.name\":\"tcp.failed\",\"tpconnect.connection.id\":\"1-1\"," PEER
		",\"tpconnect.process.ancestors\":[{\"pid\":\"1\"}]}",
		"{" TIME ",\"event.name\":\"tcp.failed\",\"tpconnect.connection.id\":\"1-1\"," PEER
		",\"tpconnect.dns.names\":\"a.example\"}",
		"{" TIME ",\"event.name\":\"tcp.failed\",\"tpconnect.connection.id\":\"1-1\"," PEER
		",\"tpconnect.dns.names\":[1]}",
		"{" TIME ",\"event.name\":\"tcp.failed\",\"tpconnect.connection.id\":\"1-1\"," PEER
		",\"tpconnect.dns.names\":[\"a\"],\"tpconnect.dns.source\":\"guess\"}",
		"{" TIME ",\"event.name\":\"tcp.open\",\"tpconnect.connection.id\":\"p1-1\"," PEER
		"}",
		"{" TIME ",\"event.name\":\"tcp.close\",\"tpconnect.connection.id\":\"1-1\","
		"\"network.type\":\"ipv4\",\"network.connection.state\":\"listen\"}",
	};
	struct replay_line line;

	(void)state;
	assert_int_equal(parse(GOOD, &line), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (parse(bad[i], &line) != -EBADMSG)
			fail_msg("not refused: %s", bad[i]);
}

static void a_line_that_is_cut_off_is_refused(void **state)
{
	struct replay_line line;

	(void)state;
	for (size_t size = 0; size < strlen(GOOD); size++)
		assert_int_equal(replay_parse(GOOD, size, texts, &line), -EBADMSG);
}

static void keys_of_others_are_passed_over(void **state)
{
	struct replay_line line;

	(void)state;
	assert_int_equal(parse("{\"host.id\":\"x\",\"more\":{\"timestamp\":[1,{}]}," TIME
			       ",\"event.name\":\"tcp.failed\",\"tpconnect.connection.id\":"
			       "\"p1a2b-3\"," PEER ",\"process.pid\":12}",
			       &line),
			 0);
	assert_int_equal(line.event.kind, EVENT_FAILED);
	assert_int_equal(line.event.start_ns, 0x1a2b);
	assert_int_equal(line.event.cpu, 3);
	assert_int_equal(line.event.pid, 12);
	assert_int_equal(line.event.has, EVENT_HAS_PROCESS);
	assert_null(line.event.image);
	assert_int_equal(line.utc_ns, 1771245296123456789);
	assert_int_equal(line.event.time_ns, line.utc_ns);
}

static int parse_names(const char *rest, struct replay_line *ret)
{
	char text[4096];

	snprintf(text, sizeof(text),
		 "{" TIME ",\"event.name\":\"tcp.failed\",\"tpconnect.connection.id\":\"1-1\"," PEER
		 "%s}",
		 rest);
	return parse(text, ret);
}

/* The name that is certain is told by the others, and never by itself. */
static void names_are_what_was_answered(void **state)
{
	char too_long[DNS_NAME_ROOM + 64];
	struct replay_line line;

	(void)state;
	assert_int_equal(parse_names(",\"server.address\":\"b\",\"tpconnect.dns.names\":[\"a\"],"
				     "\"tpconnect.dns.source\":\"parent\"",
				     &line),
			 0);
	assert_string_equal(event_server(&line.event), "a");
	assert_int_equal(line.event.names->source, DNS_FROM_PARENT);
	assert_int_equal(parse_names(",\"tpconnect.dns.names\":[\"a\",\"b\",\"c\",\"d\",\"e\"],"
				     "\"tpconnect.dns.source\":\"host\"",
				     &line),
			 0);
	assert_int_equal(line.event.names->n, DNS_NAMES_MAX);
	assert_string_equal(line.event.names->names[3], "d");
	assert_null(event_server(&line.event));
	assert_int_equal(parse_names(",\"server.address\":\"a\"", &line), 0);
	assert_null(line.event.names);
	assert_int_equal(parse_names(",\"tpconnect.dns.names\":[\"a\"]", &line), 0);
	assert_null(line.event.names);
	assert_int_equal(
		parse_names(",\"tpconnect.dns.names\":[],\"tpconnect.dns.source\":\"host\"", &line),
		0);
	assert_null(line.event.names);
	snprintf(too_long, sizeof(too_long), ",\"tpconnect.dns.names\":[\"%0*d\"]", DNS_NAME_ROOM,
		 0);
	assert_int_equal(parse_names(too_long, &line), -EBADMSG);
}

static void what_was_lost_is_summed(void **state)
{
	struct replay_line line;

	(void)state;
	assert_int_equal(parse("{" TIME ",\"event.name\":\"tpconnect.loss\","
			       "\"tpconnect.loss.ring\":5,\"tpconnect.loss.missed\":2,"
			       "\"tpconnect.loss.context\":100}",
			       &line),
			 0);
	assert_int_equal(line.kind, REPLAY_LOSS);
	assert_int_equal(line.lost, 7);
	assert_int_equal(line.missed, 2);
}

/* It counts all since the start: of what was lost lately, nothing. */
static void a_heartbeat_says_how_often_it_comes(void **state)
{
	struct replay_line line;

	(void)state;
	assert_int_equal(parse("{" TIME ",\"event.name\":\"tpconnect.heartbeat\","
			       "\"tpconnect.loss.ring\":5,\"tpconnect.loss.missed\":2,"
			       "\"tpconnect.heartbeat.interval_ns\":60000000000}",
			       &line),
			 0);
	assert_int_equal(line.kind, REPLAY_HEARTBEAT);
	assert_int_equal(line.heartbeat_ns, 60000000000);
	assert_int_equal(line.lost, 0);
	assert_int_equal(line.missed, 0);
}

static void a_long_name_is_cut_between_characters(void **state)
{
	char comm[COMM_LEN];

	(void)state;
	value_comm("\u2026\u2026\u2026\u2026\u2026\u2026", comm);
	assert_string_equal(comm, "\u2026\u2026\u2026\u2026\u2026");
	value_comm("fifteen letters and more", comm);
	assert_string_equal(comm, "fifteen letters");
}

/* A byte of a good line becomes any other: it is read, or refused, and nothing else happens. */
static void any_byte_may_be_wrong(void **state)
{
	char text[] = GOOD;
	uint64_t seed = 1;
	struct replay_line line;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t at = next_random(&seed) % (sizeof(text) - 1);
		char before = text[at];
		int err;

		text[at] = (char)next_random(&seed);
		err = replay_parse(text, sizeof(text) - 1, texts, &line);
		assert_true(err == 0 || err == -EBADMSG);
		text[at] = before;
	}
}

static void bad_lines_of_a_file_are_counted(void **state)
{
	char path[] = "/tmp/replay.XXXXXX";
	int fd = mkstemp(path);
	const struct replay_line *line;
	struct replay *replay;

	(void)state;
	assert_true(fd >= 0);
	assert_true(dprintf(fd, "%s\nnonsense\n\n%s\n{\"cut", GOOD, GOOD) > 0);
	assert_int_equal(replay_open(path, &replay), 0);
	for (int pass = 0; pass < 2; pass++) {
		assert_int_equal(replay_next(replay, &line), 1);
		assert_int_equal(replay_next(replay, &line), 1);
		assert_int_equal(line->event.kind, EVENT_FAILED);
		assert_int_equal(replay_next(replay, &line), 0);
		assert_int_equal(replay_bad(replay).n, 3);
		assert_int_equal(replay_bad(replay).first, 2);
		assert_int_equal(replay_rewind(replay), 0);
	}
	replay_close(replay);
	close(fd);
	unlink(path);
}

/* In a file as large as it likes: it is not taken into memory. */
static void a_line_without_end_is_one_bad_line(void **state)
{
	char path[] = "/tmp/replay.XXXXXX";
	int fd = mkstemp(path);
	const struct replay_line *line;
	struct replay *replay;

	(void)state;
	assert_true(fd >= 0);
	assert_true(dprintf(fd, "%s\n", GOOD) > 0);
	assert_int_equal(ftruncate(fd, 200 << 20), 0);
	assert_true(lseek(fd, 0, SEEK_END) > 0);
	assert_true(dprintf(fd, "\n%s\n", GOOD) > 0);
	assert_int_equal(replay_open(path, &replay), 0);
	assert_int_equal(replay_next(replay, &line), 1);
	assert_int_equal(replay_next(replay, &line), 1);
	assert_int_equal(line->event.kind, EVENT_FAILED);
	assert_int_equal(replay_next(replay, &line), 0);
	assert_int_equal(replay_bad(replay).n, 1);
	assert_int_equal(replay_bad(replay).first, 2);
	replay_close(replay);
	close(fd);
	unlink(path);
}

static void what_cannot_be_read_says_why(void **state)
{
	const struct replay_line *line;
	struct replay *replay;

	(void)state;
	assert_int_equal(replay_open("/nonexistent/file", &replay), -ENOENT);
	assert_int_equal(replay_open("/", &replay), 0);
	assert_int_equal(replay_next(replay, &line), -EISDIR);
	replay_close(replay);
}

static void what_is_compressed_is_no_record(void **state)
{
	static const char frame[] = "\x28\xb5\x2f\xfd\n", skipped[] = "\x50\x2a\x4d\x18\n";
	static const char *const texts[] = {frame, skipped};
	const struct replay_line *line;
	struct replay *replay;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		char path[] = "/tmp/test_replay.XXXXXX";
		int fd = mkstemp(path);

		assert_true(fd >= 0 && write(fd, texts[i], 5) == 5);
		assert_int_equal(replay_open(path, &replay), 0);
		assert_int_equal(replay_next(replay, &line), -EMEDIUMTYPE);
		assert_non_null(strstr(replay_error(-EMEDIUMTYPE), "tpconnect history"));
		replay_close(replay);
		close(fd);
		unlink(path);
	}
	assert_string_equal(replay_error(-EISDIR), "Is a directory");
}

static void a_file_that_is_given_twice_is_found(void **state)
{
	char dir[] = "/tmp/test_replay.XXXXXX", a[64], b[64], link_of_a[64];
	const char *paths[] = {a, "/dev/null", b, "/dev/null/", "-", link_of_a};

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(a, sizeof(a), "%s/a", dir);
	snprintf(b, sizeof(b), "%s/b", dir);
	snprintf(link_of_a, sizeof(link_of_a), "%s/c", dir);
	close(creat(a, 0600));
	close(creat(b, 0600));
	assert_int_equal(symlink(a, link_of_a), 0);
	assert_null(replay_twice(paths, 5));
	assert_ptr_equal(replay_twice(paths, 6), link_of_a);
	paths[5] = "-";
	assert_ptr_equal(replay_twice(paths, 6), paths[5]);
	unlink(a);
	unlink(b);
	unlink(link_of_a);
	rmdir(dir);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_lines_are_written_again),
		cmocka_unit_test(what_is_no_line_of_ours_is_refused),
		cmocka_unit_test(a_line_that_is_cut_off_is_refused),
		cmocka_unit_test(keys_of_others_are_passed_over),
		cmocka_unit_test(names_are_what_was_answered),
		cmocka_unit_test(what_was_lost_is_summed),
		cmocka_unit_test(a_heartbeat_says_how_often_it_comes),
		cmocka_unit_test(a_long_name_is_cut_between_characters),
		cmocka_unit_test(any_byte_may_be_wrong),
		cmocka_unit_test(bad_lines_of_a_file_are_counted),
		cmocka_unit_test(a_line_without_end_is_one_bad_line),
		cmocka_unit_test(what_cannot_be_read_says_why),
		cmocka_unit_test(what_is_compressed_is_no_record),
		cmocka_unit_test(a_file_that_is_given_twice_is_found),
	};

	(void)argc;
	golden_files = argv + 1;
	return cmocka_run_group_tests(tests, setup, teardown);
}
