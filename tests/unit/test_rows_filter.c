// SPDX-License-Identifier: MIT
/* The words of a filter. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "top/rows.h"
#include "unit/live_fixture.h"
#include "unit/random_event.h"
#include "util/array.h"

#define ID "3f9c2a17be010123456789abcdef0123456789abcdef0123456789abcdef0123"

static const struct cgroup container = {
	.path = "/docker/" ID,
	.container_id = ID,
	.container_name = "shop-web",
	.unit = "docker-" ID ".scope",
};

/* curl (pid 7, user 1000) has a connection to 192.0.2.1:443 in CLOSE_WAIT. */
static const struct live_pair *waiting(struct live *live)
{
	take(live, live_open(100, SECOND, TCP_CLOSE_WAIT));
	return the_pair(live);
}

static const struct live_pair *contained(struct live *live)
{
	struct event event = live_of(EVENT_CONNECT, 100, 100);

	event.cgroup = &container;
	take(live, event);
	return the_pair(live);
}

static const struct live_pair *named(struct live *live)
{
	static const struct dns_names names = {DNS_FROM_PROCESS, 2, {"www.example.org", "cdn.net"}};
	struct event event = live_of(EVENT_CONNECT, 100, 100);

	event.names = &names;
	take(live, event);
	return the_pair(live);
}

static const struct live_pair *of_ipv6(struct live *live)
{
	struct event event = live_of(EVENT_CONNECT, 100, 100);

	event.family = 6;
	event.dst = (struct endpoint){
		.addr = {0x20, 0x01, 0x0d, 0xb8, [15] = 7},
		.port = 443,
	};
	take(live, event);
	return the_pair(live);
}

static const struct live_pair *link_local(struct live *live)
{
	struct event event = live_of(EVENT_CONNECT, 100, 100);

	event.family = 6;
	event.dst = (struct endpoint){
		.addr = {0xfe, 0x80, [15] = 1},
		.scope_id = 3,
		.port = 80,
	};
	take(live, event);
	return the_pair(live);
}

static const struct live_pair *failed(struct live *live)
{
	struct event event = live_failed(100, 100, ECONNREFUSED);

	event.not_sent = true;
	take(live, event);
	return the_pair(live);
}

static const struct live_pair *of_nobody(struct live *live)
{
	struct event event = live_open(100, 100, TCP_FIN_WAIT1);

	event.has = 0;
	event.image = NULL;
	event.cgroup = NULL;
	take(live, event);
	return the_pair(live);
}

static void words_fit(void **state)
{
	static const struct {
		const struct live_pair *(*of)(struct live *live);
		const char *words;
		bool fits;
	} cases[] = {
		{waiting, "", true},
		{waiting, "  \t ", true},
		{named, "example", true},
		{named, "CDN.net", true},
		{named, "name cdn", true},
		{named, "name curl", false},
		{named, "comm cdn", false},
		{named, "!example", false},
		{named, "example !cdn", false},
		{waiting, "name example", false},
		{waiting, "name 443", false},
		/* names, by a part in any case */
		{waiting, "curl", true},
		{waiting, "UR", true},
		{waiting, "wget", false},
		{waiting, "bin/cu", true},
		{waiting, "curl.service", true},
		{waiting, "curl wget", false},
		{waiting, "curl  443 ", true},
		/* a path of a cgroup is no word that stands alone */
		{waiting, "system.slice", false},
		{waiting, "cgroup system.slice", true},
		/* either side of an `or` */
		{waiting, "wget or curl", true},
		{waiting, "curl or wget", true},
		{waiting, "wget OR nc", false},
		{waiting, "curl 80 or wget 443", false},
		{waiting, "curl 80 or curl 443", true},
		{waiting, "wget or port 443", true},
		{waiting, "!curl or 443", true},
		{waiting, "!curl or !443", false},
		{waiting, "wget or nc or 443", true},
		{waiting, "curl or", true},
		{waiting, "wget or", false},
		{waiting, "or curl", true},
		{waiting, "or wget", false},
		{waiting, " or\tor ", true},
		{waiting, "wget or ! or", false},
		{waiting, "order", false},
		{waiting, "comm or", false},
		{waiting, "!or", true},
		/* numbers, whole */
		{waiting, "7", true},
		{waiting, "443", true},
		{waiting, "1000", true},
		{waiting, "44", false},
		{waiting, "192", false},
		{waiting, "99999999999999999999", false},
		/* fields */
		{waiting, "pid 7", true},
		{waiting, "pid 443", false},
		{waiting, "port 443", true},
		{waiting, "PORT 443", true},
		{waiting, "port 7", false},
		{waiting, "port x", false},
		{waiting, "user 1000", true},
		{waiting, "user 7", false},
		{waiting, "comm ur", true},
		{waiting, "comm bin", false},
		{waiting, "exe bin", true},
		{waiting, "unit curl", true},
		{waiting, "container curl", false},
		{waiting, "state close", true},
		{waiting, "state established", false},
		{waiting, "error x", false},
		{waiting, "comm curl port 443", true},
		{waiting, "comm curl port 80", false},
		{waiting, "comm 192.0.2.1", false},
		{waiting, "pid curl", false},
		/* left out */
		{waiting, "!wget", true},
		{waiting, "!curl", false},
		{waiting, "!!curl", false},
		{waiting, "!port 443", false},
		{waiting, "port !443", false},
		{waiting, "!port 80", true},
		{waiting, "curl !443", false},
		{waiting, "!192.0.2.0/24", false},
		{waiting, "!close_wait", false},
		/* addresses */
		{waiting, "192.0.2.1", true},
		{waiting, "192.0.2.10", false},
		{waiting, "192.0.2.", true},
		{waiting, "192.0.3.", false},
		{waiting, "192.0.2.0/24", true},
		{waiting, "192.0.2.0/31", true},
		{waiting, "192.0.2.0/32", false},
		{waiting, "192.0.3.0/24", false},
		{waiting, "0.0.0.0/0", true},
		{waiting, "::/0", true},
		{waiting, "192.0.2.0/33", false},
		{waiting, "192.0.2.1:443", true},
		{waiting, "192.0.2.1:44", false},
		{waiting, "192.0.2.1:99999", false},
		{waiting, "address 192.0.2.1", true},
		{waiting, "address 19", true},
		{waiting, "address 92", false},
		{waiting, "address 192.0.2.0/24", true},
		{waiting, ":443", true},
		{waiting, ":80", false},
		{waiting, ":7", false},
		/* what is still being typed */
		{waiting, "!", true},
		{waiting, "! ", true},
		{waiting, "port ", true},
		{waiting, "port !", true},
		{waiting, "!port ", true},
		{waiting, "curl port ", true},
		{waiting, "192.0.2.1:", true},
		{waiting, "192.0.3.0/", true},
		{waiting, "!192.0.2.0/", true},
		{waiting, "port", false}, /* a part of a name, so far */
		/* states */
		{waiting, "close_wait", true},
		{waiting, "CLOSE-WAIT", true},
		{waiting, "closewait", true},
		{waiting, "established", false},
		{waiting, "_", false},
		{waiting, "-", false},
		/* containers */
		{contained, "shop", true},
		{contained, "3f9c2a17be01", true},
		{contained, "3F9", true},
		{contained, ID, true},
		{contained, "9c2a", false},
		{contained, "docker", false},
		{contained, "unit docker", true},
		{contained, "cgroup 9c2a", true},
		{contained, "container web", true},
		{contained, "container 3f9c", true},
		{contained, "syn_sent", true},
		/* IPv6 */
		{of_ipv6, "2001:db8::7", true},
		{of_ipv6, "2001:db8:0::7", true},
		{of_ipv6, "[2001:db8::7]:443", true},
		{of_ipv6, "[2001:db8::7]:80", false},
		{of_ipv6, "[2001:db8::7]:", true},
		{of_ipv6, "[2001:db8::7]", true},
		{of_ipv6, "[2001:db8::7]x", false},
		{of_ipv6, "[2001:d", true},
		{of_ipv6, "2001:d", true},
		{of_ipv6, "2001:e", false},
		{of_ipv6, "2001:db8::/32", true},
		{of_ipv6, "2001:db9::/32", false},
		{of_ipv6, "2001:db9::/", true},
		{of_ipv6, "::ffff:0.0.0.0/96", false},
		{link_local, "fe80::1", true},
		{link_local, "fe80::1%3", true},
		{link_local, "fe80::1%4", false},
		{link_local, "fe80::1%", true},
		{link_local, "[fe80::1%3]:80", true},
		{link_local, "[fe80::1%3]:8", false},
		{link_local, "[fe80::1%", true},
		{link_local, "[fe80::2%", false},
		{link_local, "fe80::1%eth0", false},
		/* failures */
		{failed, "ECONNREFUSED", true},
		{failed, "refused", true},
		{failed, "error refused", true},
		{failed, "state refused", false},
		{failed, "etimedout", false},
		{failed, "!refused", false},
		/* nobody */
		{of_nobody, "0", false},
		{of_nobody, "pid 0", false},
		{of_nobody, "user 0", false},
		{of_nobody, "fin_wait", true},
		{of_nobody, "FIN_WAIT1", true},
		{of_nobody, "exe x", false},
		{of_nobody, "!curl", true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct live *live;

		assert_int_equal(live_new(&live), 0);
		if (rows_fit(cases[i].of(live), cases[i].words, NULL) != cases[i].fits)
			fail_msg("'%s' must %sfit (case %zu)", cases[i].words,
				 cases[i].fits ? "" : "not ", i);
		live_free(live);
	}
	(void)state;
}

static void any_connection_of_a_pair_can_fit(void **state)
{
	struct live *live = *state;
	const struct live_pair *pair;

	take(live, live_open(100, SECOND, TCP_ESTABLISHED));
	take(live, live_open(101, SECOND, TCP_CLOSE_WAIT));
	take(live, live_failed(102, SECOND, ETIMEDOUT));
	take(live, live_failed(103, SECOND, EPERM));
	pair = the_pair(live);
	assert_true(rows_fit(pair, "established", NULL));
	assert_true(rows_fit(pair, "close_wait", NULL));
	assert_true(rows_fit(pair, "etimedout eperm", NULL));
	assert_false(rows_fit(pair, "!close_wait", NULL));
	assert_false(rows_fit(pair, "last_ack", NULL));
}

static int write_file(char path[static 32], const char *text)
{
	int fd;

	strcpy(path, "/tmp/test_rows.XXXXXX");
	fd = mkstemp(path);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return -1;
	return close(fd);
}

static void users_and_ports_fit_by_their_names(void **state)
{
	const struct live_pair *pair = waiting(*state);
	char services[32], passwd[32];
	struct names *names;

	assert_int_equal(write_file(services, "https 443/tcp\n"), 0);
	assert_int_equal(write_file(passwd, "www-data:x:1000:1000::/:\n"), 0);
	assert_int_equal(names_load(services, passwd, &names), 0);
	unlink(services);
	unlink(passwd);
	assert_true(rows_fit(pair, "user www", names));
	assert_true(rows_fit(pair, "WWW-data", names));
	assert_true(rows_fit(pair, "port https", names));
	assert_false(rows_fit(pair, "port ssh", names));
	assert_false(rows_fit(pair, "https", names)); /* which is a port's name alone */
	assert_false(rows_fit(pair, "user root", names));
	assert_false(rows_fit(pair, "user www", NULL));
	names_free(names);
}

static void any_bytes_are_words(void **state)
{
	static const char characters[] = "!! \t:./%[]0123456789abcdefport or  or _-\xff\x80\x1b\n";
	struct live *live = *state;
	uint64_t seed = 1;
	const struct live_pair *pair = waiting(live);

	for (int i = 0; i < 5000; i++) {
		char words[80];
		size_t n = next_random(&seed) % (sizeof(words) - 1);

		for (size_t j = 0; j < n; j++)
			words[j] = characters[next_random(&seed) % (sizeof(characters) - 1)];
		words[n] = 0;
		rows_fit(pair, words, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_fit),
		TEST(any_connection_of_a_pair_can_fit),
		TEST(users_and_ports_fit_by_their_names),
		TEST(any_bytes_are_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
