// SPDX-License-Identifier: MIT
/* What is kept of image and cgroup for later lines: a line with it is the line without it. */
#include "enrich/enrich.h"
#include "format/who_memo.h"
#include "unit/context.h"
#include "unit/decoded.h"
#include "unit/random.h"
#include "util/array.h"

/* All that a line may depend on besides the event. */
static const struct {
	const struct format_ops *format;
	struct format_context ctx;
} kinds[] = {
	{&format_text, {.process_epoch_ns = 1}},
	{&format_text, {.process_epoch_ns = 1, .verbose = true}},
	{&format_json, {.process_epoch_ns = 1}},
	{&format_json, {.process_epoch_ns = 1000000007}},
};

static struct who_memo memos[ARRAY_SIZE(kinds)];
static struct enrich *enrich;

static int begin(void **state)
{
	(void)state;
	memset(memos, 0, sizeof(memos));
	return enrich_new(true, NULL, NULL, &enrich);
}

static int end(void **state)
{
	(void)state;
	enrich_free(enrich);
	return 0;
}

struct line {
	char bytes[64 * 1024];
	struct buffer buffer;
};

static void put_line(struct line *line, const struct event *event, size_t kind,
		     struct who_memo *memo, size_t cap)
{
	struct format_context ctx = kinds[kind].ctx;

	ctx.who_memo = memo;
	line->buffer = (struct buffer){.data = line->bytes, .cap = cap};
	kinds[kind].format->event(&line->buffer, event, &ctx);
}

static bool shows_it(struct who_memo *memo, const struct event *event, size_t kind)
{
	static struct line with, without;

	put_line(&with, event, kind, memo, sizeof(with.bytes));
	put_line(&without, event, kind, NULL, sizeof(without.bytes));
	assert_false(without.buffer.overflow);
	return with.buffer.len == without.buffer.len &&
	       !memcmp(with.bytes, without.bytes, without.buffer.len);
}

/* Twice: the second time from the memo, if that has kept anything. */
static void check(const struct event *event)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		assert_true(shows_it(&memos[i], event, i));
		assert_true(shows_it(&memos[i], event, i));
	}
}

static void tell_image(uint32_t pid, const char *exe, size_t size)
{
	union process_bytes bytes = process_sample();

	bytes.record.pid = pid;
	bytes.record.flags = PROCESS_HAS_EXE;
	bytes.record.n_ancestors = 1;
	bytes.record.ancestors[0] = (struct process_ancestor){.start_ns = 400, .pid = pid - 1};
	process_text(&bytes, TEXT_EXE, exe, size);
	/* In text, exe is no part of what is kept, and the ancestor is. */
	memcpy(bytes.record.ancestors[0].comm, exe, size < COMM_LEN ? size : COMM_LEN - 1);
	assert_int_equal(enrich_record(enrich, EVENT_PROCESS, &bytes, bytes.record.head.size), 0);
}

#define ID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void tell_cgroup(uint64_t id, const char *path, size_t size)
{
	union cgroup_bytes bytes = cgroup_sample(path, size);

	bytes.record.id = id;
	assert_int_equal(enrich_record(enrich, EVENT_CGROUP, &bytes, bytes.record.head.size), 0);
}

static struct event happen(enum event_kind kind, uint32_t pid, uint64_t cgroup, uint64_t start)
{
	struct close_record record = sample(kind);
	struct event event;

	record.base.attempt.pid = pid;
	record.base.attempt.cgroup_id = cgroup;
	record.base.attempt.start_ns = start;
	event = decoded(&record);
	enrich_event(enrich, &event);
	return event;
}

static void check_happens(enum event_kind kind, uint32_t pid, uint64_t cgroup, uint64_t start)
{
	struct event event = happen(kind, pid, cgroup, start);

	check(&event);
}

static void what_is_told_again_is_shown(void **state)
{
	struct event kept;

	(void)state;
	tell_image(10, TEXT("old"));
	tell_cgroup(77, TEXT("old.service"));
	kept = happen(EVENT_FAILED, 10, 77, 1);
	check(&kept);
	tell_image(10, TEXT("new"));
	check_happens(EVENT_FAILED, 10, 77, 1);
	tell_cgroup(77, TEXT("new.service"));
	check_happens(EVENT_FAILED, 10, 77, 1);
	enrich_again(enrich, &kept);
	assert_string_equal(kept.image->exe, "/new");
	assert_int_not_equal(kept.image->serial, 0);
	assert_int_not_equal(kept.cgroup->serial, 0);
	check(&kept);
}

/* Of an image and a cgroup, each, there is one that differs in nothing but its texts. */
static void neither_is_taken_for_another(void **state)
{
	(void)state;
	tell_image(10, TEXT("a"));
	tell_image(11, TEXT("b"));
	tell_cgroup(77, TEXT("c.service"));
	tell_cgroup(78, TEXT("d.service"));
	for (uint32_t i = 0; i < 8; i++)
		check_happens(EVENT_CONNECT, 10 + i % 2, 77 + i / 2 % 2, 1);
	/* One of them alone. */
	check_happens(EVENT_CONNECT, 10, 79, 1);
	check_happens(EVENT_CONNECT, 12, 77, 1);
	check_happens(EVENT_CONNECT, 12, 79, 1);
}

static void names_that_come_later_are_shown(void **state)
{
	struct cgroup named = {.key = {.id = 77}, .container_name = "web", .image_name = "demo:1"};

	(void)state;
	tell_cgroup(77, TEXT(ID "\0docker"));
	check_happens(EVENT_CONNECT, 10, 77, 1);
	enrich_names(enrich, &named);
	assert_string_equal(happen(EVENT_CONNECT, 10, 77, 1).cgroup->container_name, "web");
	check_happens(EVENT_CONNECT, 10, 77, 1);
	named.pod_name = "web-0";
	enrich_names(enrich, &named);
	check_happens(EVENT_CONNECT, 10, 77, 1);
}

static void a_close_shows_what_its_connection_holds(void **state)
{
	struct event close;

	(void)state;
	tell_image(10, TEXT("old"));
	tell_cgroup(77, TEXT("old.service"));
	check_happens(EVENT_ESTABLISHED, 10, 77, 1);
	tell_image(10, TEXT("new"));
	tell_cgroup(77, TEXT("new.service"));
	check_happens(EVENT_CONNECT, 10, 77, 2);
	close = happen(EVENT_CLOSE, 10, 77, 1);
	assert_string_equal(close.image->exe, "/old");
	check(&close);
}

/* More images than there are entries, told again at any time. */
static void whatever_happens_lines_are_the_same(void **state)
{
	static const enum event_kind events[] = {EVENT_CONNECT, EVENT_ESTABLISHED, EVENT_CLOSE};
	uint64_t seed = 5;
	char text[] = "some.service";

	(void)state;
	for (unsigned int round = 0; round < 20000; round++) {
		uint32_t pid = 2 + next_random(&seed) % (2 * WHO_MEMO_ENTRIES);
		uint64_t cgroup = 1 + next_random(&seed) % 8;

		text[0] = (char)('a' + next_random(&seed) % 26);
		if (next_random(&seed) % 2)
			tell_image(pid, text, sizeof(text));
		if (!(next_random(&seed) % 8))
			tell_cgroup(cgroup, text, sizeof(text));
		check_happens(events[next_random(&seed) % 3], pid, cgroup,
			      1 + next_random(&seed) % 64);
	}
}

/* Without this, all of the above would pass with a memo that keeps nothing. */
static void it_is_kept_by_serial(void **state)
{
	struct image image = {.serial = 7, .exe = "/a", .cwd = "/a"};
	struct cgroup cgroup = {.serial = 9, .unit = "a.service"};
	struct event event = happen(EVENT_CONNECT, 10, 77, 1);

	(void)state;
	event.image = &image;
	event.cgroup = &cgroup;
	check(&event);
	image.exe = image.cwd = "/b";
	cgroup.unit = "b.service";
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		assert_false(shows_it(&memos[i], &event, i));
	image.serial += WHO_MEMO_ENTRIES;
	check(&event);
	image.serial = 0;
	check(&event);
	image.exe = image.cwd = "/c";
	check(&event);
	image.serial = 7;
	cgroup.serial = 0;
	check(&event);
	cgroup.unit = "c.service";
	check(&event);
}

static void one_memo_serves_any_line(void **state)
{
	struct event event;

	(void)state;
	tell_image(10, TEXT("a"));
	tell_cgroup(77, TEXT("c.service"));
	event = happen(EVENT_CONNECT, 10, 77, 1);
	for (size_t from = 0; from < ARRAY_SIZE(kinds); from++)
		for (size_t to = 0; to < ARRAY_SIZE(kinds); to++) {
			assert_true(shows_it(&memos[0], &event, from));
			assert_true(shows_it(&memos[0], &event, to));
		}
}

static void what_is_too_long_is_not_kept(void **state)
{
	char path[WHO_MEMO_BYTES + 2];
	struct image image = {.cwd = path};
	struct event event = happen(EVENT_CONNECT, 10, 77, 1);

	(void)state;
	event.image = &image;
	for (size_t n = WHO_MEMO_BYTES - 50; n < sizeof(path); n++) {
		memset(path, 'x', n);
		path[n] = '\0';
		image.serial++;
		check(&event);
		/* Nor does it reach into the next entry. */
		for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
			assert_int_equal(memos[i].entries[image.serial + 1].key.image, 0);
	}
}

static void a_line_without_room_leaves_nothing(void **state)
{
	static struct line line;
	struct event event;

	(void)state;
	tell_image(10, TEXT("a"));
	tell_cgroup(77, TEXT(ID "\0docker"));
	event = happen(EVENT_CONNECT, 10, 77, 1);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t cap = 0;

		do {
			memset(&memos[i], 0, sizeof(memos[i]));
			put_line(&line, &event, i, &memos[i], cap++);
			assert_true(shows_it(&memos[i], &event, i));
		} while (line.buffer.overflow);
		assert_int_equal(line.buffer.len, cap - 1);
	}
}

#define memo_test(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		memo_test(what_is_told_again_is_shown),
		memo_test(neither_is_taken_for_another),
		memo_test(names_that_come_later_are_shown),
		memo_test(a_close_shows_what_its_connection_holds),
		memo_test(whatever_happens_lines_are_the_same),
		memo_test(it_is_kept_by_serial),
		memo_test(one_memo_serves_any_line),
		memo_test(what_is_too_long_is_not_kept),
		memo_test(a_line_without_room_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
