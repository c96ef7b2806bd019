// SPDX-License-Identifier: MIT
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "metrics/metrics.h"
#include "metrics/series.h"
#include "metrics/service.h"
#include "unit/random.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/utf8.h"

#define ALL (~0u)

static const struct cgroup nginx = {
	.serial = 1, .path = "/system.slice/nginx.service", .unit = "nginx.service"};

static const struct event plain = {
	.kind = EVENT_CONNECT,
	.time_ns = 1000 * NSEC_PER_SEC,
	.family = 4,
	.dst = {.addr = {[10] = 0xff, 0xff, 192, 0, 2, 1}, .port = 443},
	.cgroup = &nginx,
};

/* What is written: in memory of the tests', as a text. */
static char text[16 * 1024 * 1024];

static const char *written(const struct metrics *metrics)
{
	const struct metrics_self self = {.version = "1.2.3"};
	struct buffer out = {.data = text, .cap = sizeof(text) - 1};

	metrics_put(&out, metrics, &self);
	assert_false(out.overflow);
	text[out.len] = '\0';
	return text;
}

static struct metrics *new_metrics(void)
{
	struct metrics *metrics = NULL;

	assert_int_equal(metrics_new(ALL, &metrics), 0);
	return metrics;
}

/* Whether a line is there, exactly. */
static bool has_line(const struct metrics *metrics, const char *line)
{
	const char *all = written(metrics);
	size_t len = strlen(line);

	for (const char *at = strstr(all, line); at; at = strstr(at + 1, line))
		if ((at == all || at[-1] == '\n') && at[len] == '\n')
			return true;
	return false;
}

static void assert_line(const struct metrics *metrics, const char *line)
{
	if (!has_line(metrics, line))
		fail_msg("no line: %s; there is:\n%.4000s", line, text);
}

/* The value of all lines of a family: those that begin with its name. */
static uint64_t sum(const struct metrics *metrics, const char *family)
{
	char *all = strdup(written(metrics)), *rest = all, *line;
	size_t len = strlen(family);
	uint64_t sum = 0;

	while ((line = strsep(&rest, "\n")))
		if (!strncmp(line, family, len) && (line[len] == '{' || line[len] == ' '))
			sum += strtoull(strrchr(line, ' ') + 1, NULL, 10);
	free(all);
	return sum;
}

/* Services */

struct service_case {
	struct cgroup cgroup;
	const char *service;
};

static void a_service_is_container_or_unit(void **state)
{
	static const struct service_case cases[] = {
		{{.path = "/system.slice/nginx.service", .unit = "nginx.service"}, "nginx.service"},
		{{.path = "/system.slice/docker-0123456789abcdef.scope",
		  .container_id = "0123456789abcdef",
		  .unit = "docker-0123456789abcdef.scope"},
		 "0123456789ab"},
		{{.container_id = "0123456789abcdef", .container_name = "web"}, "web"},
		{{.container_id = "0123456789abcdef",
		  .container_name = "k8s_app_web",
		  .pod_name = "web-1",
		  .pod_namespace = "shop",
		  .pod_container = "app"},
		 "shop/web-1/app"},
		{{.container_name = "lxc1"}, "lxc1"},
		{{.path = "/user.slice/user-1000.slice/session-3.scope", .unit = "session-3.scope"},
		 "~host"},
		{{.path = "/user.slice/user-1000.slice/user@1000.service/app.slice/nginx.service",
		  .unit = "nginx.service"},
		 "user@1000.service"},
		{{.path = "/system.slice/x/user@1000.service", .unit = "user@1000.service"},
		 "user@1000.service"},
		{{.path = "/"}, "~host"},
		{{.path = "/x", .unit = ".service"}, "~host"},
		{{.container_name = ""}, "~unknown"},
		{{.container_name = "a\"b\\c\n-\x1b[0m\xff\xc3\xa9"}, "a\"b\\c?-?[0m?\xc3\xa9"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char name[SERVICE_MAX + 1] = "";
		struct buffer out = {.data = name, .cap = SERVICE_MAX};

		service_put(&out, &cases[i].cgroup);
		assert_string_equal(name, cases[i].service);
	}
}

static void a_service_without_cgroup_is_unknown(void **state)
{
	char name[SERVICE_MAX + 1] = "";
	struct buffer out = {.data = name, .cap = SERVICE_MAX};

	(void)state;
	service_put(&out, NULL);
	assert_string_equal(name, "~unknown");
}

static void a_long_name_is_cut_between_characters(void **state)
{
	char name[SERVICE_MAX], long_name[1000];
	struct buffer out = {.data = name, .cap = sizeof(name)};
	struct cgroup cgroup = {.container_name = long_name};

	(void)state;
	long_name[0] = 'x';
	for (size_t i = 1; i + 4 < sizeof(long_name); i += 2)
		memcpy(long_name + i, "\xc3\xa9y",
		       4); /* the y fits, but is none of the beginning */
	service_put(&out, &cgroup);
	assert_int_equal(out.len, SERVICE_MAX - 1);
	assert_false(out.overflow);
}

/* Counting */

static void add(struct metrics *metrics, struct event event)
{
	metrics_add(metrics, &event, 0);
}

static void each_kind_is_counted(void **state)
{
	struct metrics *metrics = new_metrics();
	struct event event = plain;

	(void)state;
	add(metrics, event);
	add(metrics, event);
	event.kind = EVENT_FAILED;
	event.error = ECONNREFUSED;
	add(metrics, event);
	event.kind = EVENT_CANCELLED;
	add(metrics, event);
	event.kind = EVENT_RETRY;
	add(metrics, event);
	event.not_sent = true; /* it could not leave this host */
	add(metrics, event);
	event.kind = EVENT_CLOSE;
	event.ended = ENDED_RESET_RECEIVED;
	event.bytes_sent = 7;
	event.bytes_received = 70000000000;
	add(metrics, event);
	event.kind = EVENT_OPEN;
	add(metrics, event);

#define LABELS "service=\"nginx.service\",destination=\"192.0.2.1:443\""
	assert_line(metrics, "tpconnect_connect_attempts_total{" LABELS "} 2");
	assert_line(metrics, "tpconnect_connect_results_total{" LABELS
			     ",result=\"failed\",error=\"ECONNREFUSED\"} 1");
	assert_line(metrics, "tpconnect_connect_results_total{" LABELS ",result=\"cancelled\"} 1");
	assert_int_equal(sum(metrics, "tpconnect_connect_results_total"), 2);
	assert_line(metrics, "tpconnect_connect_retries_total{" LABELS "} 1");
	assert_line(metrics,
		    "tpconnect_connections_closed_total{" LABELS ",ended=\"reset_received\"} 1");
	assert_line(metrics, "tpconnect_connection_bytes_total{" LABELS ",direction=\"sent\"} 7");
	assert_line(metrics, "tpconnect_connection_bytes_total{" LABELS
			     ",direction=\"received\"} 70000000000");
	assert_line(metrics, "tpconnect_series 1");
	metrics_free(metrics);
}

static void what_an_event_stands_for_is_counted(void **state)
{
	struct metrics *metrics = new_metrics();
	struct event event = plain;

	(void)state;
	event.repeated = 41;
	add(metrics, event);
	assert_int_equal(sum(metrics, "tpconnect_connect_attempts_total"), 42);
	metrics_free(metrics);
}

static void established_in(struct metrics *metrics, uint64_t ns)
{
	struct event event = plain;

	event.kind = EVENT_ESTABLISHED;
	event.has |= EVENT_HAS_LATENCY;
	event.latency_ns = ns;
	event.start_ns = 0xabc;
	event.cpu = 3;
	add(metrics, event);
}

static void durations_are_in_buckets(void **state)
{
	struct metrics *metrics = new_metrics();
	struct event event = plain;

	(void)state;
	established_in(metrics, 500 * NSEC_PER_USEC); /* a bound belongs to its bucket */
	established_in(metrics, 500 * NSEC_PER_USEC + 1);
	established_in(metrics, 8 * NSEC_PER_SEC);
	event.kind = EVENT_ESTABLISHED; /* without latency, and deferred */
	add(metrics, event);
	event.has |= EVENT_HAS_LATENCY;
	event.latency_ns = 1;
	event.deferred = true;
	add(metrics, event);

#define HISTOGRAM "tpconnect_connect_duration_seconds"
	assert_line(metrics, HISTOGRAM "_bucket{service=\"nginx.service\",le=\"0.0005\"} 1");
	assert_line(metrics, HISTOGRAM "_bucket{service=\"nginx.service\",le=\"0.001\"} 2");
	assert_line(metrics, HISTOGRAM "_bucket{service=\"nginx.service\",le=\"7.0\"} 2");
	assert_line(metrics, HISTOGRAM "_bucket{service=\"nginx.service\",le=\"+Inf\"} 3");
	assert_line(metrics, HISTOGRAM "_sum{service=\"nginx.service\"} 8.001000001");
	assert_line(metrics, HISTOGRAM "_count{service=\"nginx.service\"} 3");
	metrics_free(metrics);
}

static void the_slowest_is_an_exemplar_for_a_minute(void **state)
{
	struct metrics *metrics = new_metrics();
	const char *exemplar =
		"# EXEMPLAR {connection_id=\"abc-3\"} 0.002000000 1000.000000000\n" HISTOGRAM
		"_bucket{service=\"nginx.service\",le=\"0.0025\"} 2\n";

	(void)state;
	established_in(metrics, 2 * NSEC_PER_MSEC);
	established_in(metrics, 1 * NSEC_PER_MSEC);
	assert_non_null(strstr(written(metrics), exemplar));
	/* A minute of files, of which who scrapes sees one, at least. */
	for (int i = 1; i < 12; i++) {
		metrics_told(metrics);
		assert_non_null(strstr(written(metrics), exemplar));
	}
	metrics_told(metrics);
	assert_null(strstr(written(metrics), "EXEMPLAR"));
	/* A slower one takes its place, and has a minute of its own. */
	established_in(metrics, 1 * NSEC_PER_MSEC);
	metrics_told(metrics);
	established_in(metrics, 2 * NSEC_PER_MSEC);
	for (int i = 1; i < 12; i++)
		metrics_told(metrics);
	assert_non_null(strstr(written(metrics), "abc-3\"} 0.002000000"));
	metrics_free(metrics);
}

/* Bounds */

static void fill(struct metrics *metrics, const struct cgroup *cgroup, unsigned int n)
{
	struct event event = plain;

	event.cgroup = cgroup;
	for (unsigned int i = 0; i < n; i++) {
		event.dst.addr[14] = (uint8_t)(i >> 8);
		event.dst.addr[15] = (uint8_t)i;
		add(metrics, event);
	}
}

static void destinations_of_a_service_are_bounded(void **state)
{
	struct metrics *metrics = new_metrics();

	(void)state;
	fill(metrics, &nginx, 1000);
	assert_line(metrics, "tpconnect_series 200");
	assert_line(metrics, "tpconnect_series_folded_total 800");
	assert_line(metrics, "tpconnect_connect_attempts_total{service=\"nginx.service\","
			     "destination=\"~other\"} 800");
	assert_int_equal(sum(metrics, "tpconnect_connect_attempts_total"), 1000);
	metrics_free(metrics);
}

static void services_and_all_destinations_are_bounded(void **state)
{
	struct metrics *metrics = new_metrics();
	char name[32];

	(void)state;
	for (unsigned int i = 0; i < 300; i++) {
		const struct cgroup cgroup = {.serial = i + 10, .container_name = name};

		snprintf(name, sizeof(name), "c%u", i);
		fill(metrics, &cgroup, 20);
	}
	assert_line(metrics, "tpconnect_series 2000");
	assert_line(metrics, "tpconnect_series_folded_total 4000");
	/* A service for which no destination is left has its own `other`. */
	assert_line(metrics, "tpconnect_connect_attempts_total{service=\"c150\","
			     "destination=\"~other\"} 20");
	assert_line(metrics, "tpconnect_connect_attempts_total{service=\"~other\","
			     "destination=\"~other\"} 2000");
	assert_int_equal(sum(metrics, "tpconnect_connect_attempts_total"), 6000);
	metrics_free(metrics);
}

static void high_ports_are_put_together(void **state)
{
	struct metrics *metrics = new_metrics();
	struct event event = plain;

	(void)state;
	for (unsigned int port = 32767; port <= 61000; port++) {
		event.dst.port = (uint16_t)port;
		add(metrics, event);
	}
	assert_line(metrics, "tpconnect_series 3");
	assert_line(metrics, "tpconnect_connect_attempts_total{service=\"nginx.service\","
			     "destination=\"192.0.2.1:high\"} 28232");
	metrics_free(metrics);
}

static void a_name_cannot_pass_for_another_series(void **state)
{
	/* Both are shown alike, and so must be one: a line may not be there twice. */
	const struct cgroup a = {.serial = 8, .container_name = "a\x01"};
	const struct cgroup b = {.serial = 9, .container_name = "a\x02"};
	const struct cgroup other = {.serial = 10, .container_name = SERVICE_OTHER};
	struct metrics *metrics = new_metrics();

	(void)state;
	fill(metrics, &a, 1);
	fill(metrics, &b, 1);
	fill(metrics, &other, 1);
	assert_line(metrics, "tpconnect_connect_attempts_total{service=\"a?\","
			     "destination=\"192.0.0.0:443\"} 2");
	assert_line(metrics, "tpconnect_connect_attempts_total{service=\"~other\","
			     "destination=\"~other\"} 1");
	metrics_free(metrics);
}

static void contents_without_serial_are_looked_at_anew(void **state)
{
	struct cgroup cgroup = nginx;
	struct metrics *metrics = new_metrics();

	(void)state;
	cgroup.serial = 0;
	fill(metrics, &cgroup, 1);
	cgroup.unit = "other.service";
	fill(metrics, &cgroup, 1);
	assert_line(metrics, "tpconnect_series 2");
	metrics_free(metrics);
}

/* What an event was last found to be of is not taken for another's. */
static void neither_cgroup_nor_destination_is_mistaken(void **state)
{
	const struct cgroup second = {.serial = 2, .container_name = "second"};
	struct metrics *metrics = new_metrics();
	struct event event = plain;

	(void)state;
	for (int i = 0; i < 3; i++) {
		event.cgroup = &nginx;
		add(metrics, event);
		event.cgroup = NULL;
		add(metrics, event);
		event.cgroup = &second;
		add(metrics, event);
		event.dst.port++;
		add(metrics, event);
		event.dst = plain.dst;
	}
	assert_line(metrics, "tpconnect_series 4");
	assert_line(metrics, "tpconnect_connect_attempts_total{service=\"~unknown\","
			     "destination=\"192.0.2.1:443\"} 3");
	assert_line(metrics, "tpconnect_connect_attempts_total{service=\"second\","
			     "destination=\"192.0.2.1:444\"} 3");
	metrics_free(metrics);
	metrics_free(NULL);
}

static void what_is_idle_is_dropped(void **state)
{
	struct metrics *metrics = new_metrics();
	struct event event = plain;
	uint64_t begin = plain.time_ns;

	(void)state;
	fill(metrics, &nginx, 300); /* with `other` */
	metrics_drop_idle(metrics, begin + METRICS_IDLE_NS);
	assert_line(metrics, "tpconnect_series 200");
	event.time_ns = begin + 1;
	add(metrics, event);
	metrics_drop_idle(metrics, begin + METRICS_IDLE_NS + 1);
	assert_line(metrics, "tpconnect_series 0");
	/* 192.0.2.1 was beyond the bound, so it is in `other` that something came. */
	assert_line(metrics, "tpconnect_series_dropped_total 200");
	add(metrics, event);
	assert_line(metrics, "tpconnect_connect_attempts_total{service=\"nginx.service\","
			     "destination=\"192.0.2.1:443\"} 1");
	metrics_drop_idle(metrics, begin + 2 * METRICS_IDLE_NS);
	assert_int_equal(sum(metrics, "tpconnect_connect_attempts_total"), 0);
	assert_line(metrics, "tpconnect_series 0");
	metrics_free(metrics);
}

/* The form */

static void families_without_events_are_left_out(void **state)
{
	struct metrics *metrics;

	(void)state;
	assert_int_equal(metrics_new(EVENT_BIT(EVENT_FAILED), &metrics), 0);
	assert_null(strstr(written(metrics), "tpconnect_connect_attempts_total"));
	assert_null(strstr(written(metrics), "tpconnect_connect_duration_seconds"));
	assert_non_null(strstr(written(metrics), "tpconnect_connect_results_total"));
	metrics_free(metrics);
}

static void labels_are_escaped(void **state)
{
	const struct cgroup cgroup = {.serial = 8, .container_name = "a\"b\\c\n\xff"};
	struct metrics *metrics = new_metrics();

	(void)state;
	fill(metrics, &cgroup, 1);
	assert_line(metrics, "tpconnect_connect_attempts_total{service=\"a\\\"b\\\\c??\","
			     "destination=\"192.0.0.0:443\"} 1");
	metrics_free(metrics);
}

static void addresses_are_as_elsewhere(void **state)
{
	struct metrics *metrics = new_metrics();
	struct event event = plain;

	(void)state;
	event.family = 6;
	event.dst = (struct endpoint){.addr = {0xfe, 0x80, [15] = 1}, .scope_id = 3, .port = 80};
	add(metrics, event);
	assert_line(metrics, "tpconnect_connect_attempts_total{service=\"nginx.service\","
			     "destination=\"[fe80::1%3]:80\"} 1");
	metrics_free(metrics);
}

static void what_does_not_fit_is_told(void **state)
{
	const struct metrics_self self = {.version = "1"};
	struct metrics *metrics = new_metrics();
	char room[1000];
	struct buffer out = {.data = room, .cap = sizeof(room)};

	(void)state;
	metrics_put(&out, metrics, &self);
	assert_true(out.overflow);
	metrics_free(metrics);
}

static void books_and_store_are_told(void **state)
{
	const struct metrics_store store = {.bytes = 5, .segments = 2, .oldest_ns = 1500000000};
	const struct metrics_self self = {
		.version = "1",
		.books = {.sent = 10,
			  .written = 4,
			  .filtered = 1,
			  .lost = {.ring = 3, .output = 2, .store = 9}},
		.ring_used = 1,
		.ring_size = 3,
		.tracked = 6,
		.store = &store,
	};
	static const char *const lines[] = {
		"\ntpconnect_build_info{version=\"1\"} 1\n",
		"\ntpconnect_events_sent_total 10\n",
		"\ntpconnect_events_written_total 4\n",
		"\ntpconnect_events_filtered_total 1\n",
		"\ntpconnect_events_lost_total{reason=\"ring\"} 3\n",
		"\ntpconnect_events_lost_total{reason=\"missed\"} 0\n",
		"\ntpconnect_events_lost_total{reason=\"output\"} 2\n",
		"\ntpconnect_events_lost_total{reason=\"store\"} 9\n",
		"\ntpconnect_ring_fill_ratio 0.333333\n",
		"\ntpconnect_tracked 6\n",
		"\ntpconnect_store_bytes 5\n",
		"\ntpconnect_store_segments 2\n",
		"\ntpconnect_store_oldest_timestamp_seconds 1.500000000\n",
	};
	struct buffer out = {.data = text, .cap = sizeof(text) - 1};
	struct metrics *metrics = new_metrics();

	(void)state;
	metrics_put(&out, metrics, &self);
	text[out.len] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (!strstr(text, lines[i]))
			fail_msg("no line:%s", lines[i]);
	metrics_free(metrics);
}

/* Any events: no line twice, all of it UTF-8, no counter less than before. */

static uint64_t seed = 7;

static uint32_t random_below(uint64_t n)
{
	return (uint32_t)(next_random(&seed) % n);
}

static void randomize(struct event *event, struct cgroup *cgroup, char *name)
{
	event->kind = 1 + random_below(EVENT_KIND_END - 1);
	event->time_ns += random_below(NSEC_PER_SEC);
	event->error = random_below(40);
	event->ended = random_below(ENDED_END);
	event->has = random_below(2) ? EVENT_HAS_LATENCY : 0;
	event->latency_ns = 1ull << random_below(40);
	event->dst.port = (uint16_t)random_below(65536);
	event->dst.addr[15] = (uint8_t)random_below(256);
	event->cgroup = random_below(8) ? cgroup : NULL;
	for (int i = 0; i < 3; i++)
		name[i] = (char)(1 + random_below(255));
	cgroup->serial++;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines, each without its value. */
static void assert_lines_differ(char *all)
{
	static char *lines[200000];
	size_t n = 0;
	char *line;

	while ((line = strsep(&all, "\n"))) {
		if (!*line || *line == '#')
			continue;
		assert_true(n < ARRAY_SIZE(lines));
		*strrchr(line, ' ') = '\0';
		lines[n++] = line;
	}
	qsort(lines, n, sizeof(lines[0]), compare_lines);
	for (size_t i = 1; i < n; i++)
		assert_string_not_equal(lines[i - 1], lines[i]);
}

static void assert_utf8(const char *s)
{
	size_t n = strlen(s), step;
	uint32_t code_point;

	for (size_t i = 0; i < n; i += step) {
		step = utf8_step(s + i, n - i, &code_point);
		assert_true(step > 0);
		assert_true(code_point == '\n' || code_point >= ' ');
	}
}

static void any_events_make_a_file_that_can_be_read(void **state)
{
	char name[4] = "";
	struct cgroup cgroup = {.serial = 100, .container_name = name};
	struct metrics *metrics = new_metrics();
	struct event event = plain;
	uint64_t attempts = 0;

	(void)state;
	for (int round = 0; round < 20; round++) {
		uint64_t before = attempts;

		for (int i = 0; i < 2000; i++) {
			randomize(&event, &cgroup, name);
			metrics_add(metrics, &event, 0);
		}
		attempts = sum(metrics, "tpconnect_connect_attempts_total");
		assert_true(attempts >= before);
		assert_utf8(text);
		assert_lines_differ(text);
		if (round % 5 == 4) { /* some are dropped; those that stay still only grow */
			metrics_drop_idle(metrics,
					  event.time_ns + METRICS_IDLE_NS - 500 * NSEC_PER_SEC);
			attempts = sum(metrics, "tpconnect_connect_attempts_total");
		}
	}
	metrics_free(metrics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_is_container_or_unit),
		cmocka_unit_test(a_service_without_cgroup_is_unknown),
		cmocka_unit_test(a_long_name_is_cut_between_characters),
		cmocka_unit_test(each_kind_is_counted),
		cmocka_unit_test(what_an_event_stands_for_is_counted),
		cmocka_unit_test(durations_are_in_buckets),
		cmocka_unit_test(the_slowest_is_an_exemplar_for_a_minute),
		cmocka_unit_test(destinations_of_a_service_are_bounded),
		cmocka_unit_test(services_and_all_destinations_are_bounded),
		cmocka_unit_test(high_ports_are_put_together),
		cmocka_unit_test(a_name_cannot_pass_for_another_series),
		cmocka_unit_test(contents_without_serial_are_looked_at_anew),
		cmocka_unit_test(neither_cgroup_nor_destination_is_mistaken),
		cmocka_unit_test(what_is_idle_is_dropped),
		cmocka_unit_test(families_without_events_are_left_out),
		cmocka_unit_test(labels_are_escaped),
		cmocka_unit_test(addresses_are_as_elsewhere),
		cmocka_unit_test(what_does_not_fit_is_told),
		cmocka_unit_test(books_and_store_are_told),
		cmocka_unit_test(any_events_make_a_file_that_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
