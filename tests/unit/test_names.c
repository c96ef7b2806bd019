// SPDX-License-Identifier: MIT
/* Files of names that anybody may have written. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/array.h"
#include "util/names.h"

/* Two files in a directory of their own, and what was read from them. */
struct fixture {
	char dir[32], services[64], passwd[64];
	struct names *names;
};

static int make_fixture(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->dir, "/tmp/names-XXXXXX");
	if (!mkdtemp(fixture->dir))
		return -1;
	snprintf(fixture->services, sizeof(fixture->services), "%s/services", fixture->dir);
	snprintf(fixture->passwd, sizeof(fixture->passwd), "%s/passwd", fixture->dir);
	*state = fixture;
	return 0;
}

static int remove_fixture(void **state)
{
	struct fixture *fixture = *state;

	names_free(fixture->names);
	unlink(fixture->services);
	unlink(fixture->passwd);
	rmdir(fixture->dir);
	free(fixture);
	return 0;
}

static void write_file(const char *path, const char *bytes, size_t size)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

/* Strings, which may have NULs within. */
#define load(state, services, passwd)                                                              \
	load_bytes(state, services, sizeof(services) - 1, passwd, sizeof(passwd) - 1)

static const struct names *load_bytes(void **state, const char *services, size_t n_services,
				      const char *passwd, size_t n_passwd)
{
	struct fixture *fixture = *state;

	write_file(fixture->services, services, n_services);
	write_file(fixture->passwd, passwd, n_passwd);
	assert_int_equal(names_load(fixture->services, fixture->passwd, &fixture->names), 0);
	return fixture->names;
}

static void names_are_read_whole_and_the_first_one_counts(void **state)
{
	const struct names *names = load(state,
					 "# comment\nhttp\t80/tcp www # web\nqux 80/tcp\n"
					 "dns 53/udp\ndns 53/tcp\nlast 65535/tcp",
					 "root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:\n"
					 "nobody:x:65534:65534::/:\nbig:x:4294967295:0::/:");

	assert_string_equal(names_service(names, 80), "http");
	assert_string_equal(names_service(names, 53), "dns");
	assert_string_equal(names_service(names, 65535), "last");
	assert_null(names_service(names, 81));
	assert_string_equal(names_user(names, 0), "root");
	assert_string_equal(names_user(names, 65534), "nobody");
	assert_string_equal(names_user(names, UINT32_MAX), "big");
	assert_null(names_user(names, 1));
}

static void names_come_from_their_files(void **state)
{
	struct fixture *fixture = *state;
	const struct names *names =
		load(state,
		     "# ssh 1/tcp\n\nhttps\t443/tcp alias\nhttps 443/udp\n"
		     "second 443/tcp\nquic 444/udp\nssh 22/tcp # x\nbad 99999/tcp\n",
		     "root:x:0:0:root:/:/bin/sh\ntoor:x:0:0::/:\nbroken\nweb:x:33:33::/:\n");

	assert_string_equal(names_service(names, 443), "https");
	assert_string_equal(names_service(names, 22), "ssh");
	assert_null(names_service(names, 444));
	assert_null(names_service(names, 1));
	assert_null(names_service(names, 99999 & 0xffff));
	assert_string_equal(names_user(names, 0), "root");
	assert_string_equal(names_user(names, 33), "web");
	assert_null(names_user(names, 1));
	names_free(fixture->names);
	unlink(fixture->services);
	unlink(fixture->passwd);
	assert_int_equal(names_load(fixture->services, fixture->passwd, &fixture->names), 0);
	assert_null(names_service(fixture->names, 443));
	assert_null(names_service(NULL, 443));
}

static void lines_that_are_none_are_passed_over(void **state)
{
	const struct names *names =
		load(state,
		     "\n \nhttp\nhttp 80\nhttp 80/\nhttp /tcp\nhttp 0/tcp\nhttp 65536/tcp\n"
		     "http 99999999999999999999/tcp\nhttp -80/tcp\nhttp 80x/tcp\n80/tcp\n"
		     "#http 80/tcp\nssh 22/tcp\n",
		     "\n:\n::\n:::\n::0:\nroot\nroot:\nroot:x\nroot:x:\nroot:x:-1:\nroot:x:0x0:\n"
		     "root:x:4294967296:\n+\n+::::::\nhalt:x:7:0::/:\n");

	for (unsigned int port = 0; port <= UINT16_MAX; port++)
		if (port != 22 && names_service(names, (uint16_t)port))
			fail_msg("%u: %s", port, names_service(names, (uint16_t)port));
	assert_string_equal(names_service(names, 22), "ssh");
	assert_null(names_user(names, 0));
	assert_null(names_user(names, UINT32_MAX));
	assert_string_equal(names_user(names, 7), "halt");
}

static void hostile_bytes_do_no_harm(void **state)
{
	const struct names *names = load(state,
					 "a\0b 80/tcp\n\033[2J 81/tcp\n\xff\xfe 82/tcp\r\n"
					 "\0\0\0\nssh 22/tcp\0junk\n",
					 "ro\0ot:x:0:0\n\033]0;x\007:x:1:0::/:\n\xff:x:2:0::/:\n");

	assert_null(names_service(names, 80)); /* its line ends at the NUL */
	assert_string_equal(names_service(names, 81), "\033[2J");
	assert_string_equal(names_service(names, 22), "ssh");
	assert_null(names_user(names, 0));
	assert_string_equal(names_user(names, 1), "\033]0;x\007");
	assert_string_equal(names_user(names, 2), "\xff");
}

static void a_name_of_a_megabyte_is_a_name(void **state)
{
	size_t length = 1 << 20, size = length + 64;
	char *text = malloc(size);
	const struct names *names;
	int n;

	memset(text, 'x', length);
	n = snprintf(text + length, size - length, ":x:5:5::/:\n");
	names = load_bytes(state, "", 0, text, length + (size_t)n);
	assert_int_equal(strlen(names_user(names, 5)), length);
	free(text);
}

static void what_cannot_be_read_is_an_error_and_what_is_not_there_has_no_names(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(names_load("/nonexistent", "/nonexistent", &fixture->names), 0);
	assert_null(names_user(fixture->names, 0));
	names_free(fixture->names);
	fixture->names = NULL;
	assert_true(names_load("/proc/self/mem/x", "/nonexistent", &fixture->names) < 0);
	assert_null(fixture->names);
}

static bool has_port(const unsigned long long *ports, unsigned int port)
{
	return ports[port / 64] >> (port % 64) & 1;
}

static unsigned int n_ports(const unsigned long long *ports)
{
	unsigned int n = 0;

	for (size_t i = 0; i < SERVICE_PORT_WORDS; i++)
		n += (unsigned int)__builtin_popcountll(ports[i]);
	return n;
}

/* What service_ports() finds of a name in `services`: how many ports, and whether `port` is one. */
static void check_service(void **state, const char *name, unsigned int n, unsigned int port)
{
	struct fixture *fixture = *state;
	unsigned long long ports[SERVICE_PORT_WORDS] = {0};
	int err = service_ports(fixture->services, name, ports);

	if (err != (n ? 0 : -ESRCH) || n_ports(ports) != n || (n && !has_port(ports, port)))
		fail_msg("%s: %d, %u ports, not %u with %u", name, err, n_ports(ports), n, port);
}

static void a_service_has_the_ports_that_its_name_is_shown_for(void **state)
{
	load(state,
	     "https 443/tcp alias # comment\nhttps 443/udp\nsecond 443/tcp\nquic 444/udp\n"
	     "dicom 104/tcp acr-nema\ndicom 11112/tcp\nhttp-alt 8080/tcp webcache\n"
	     "3com-x 106/tcp\nwebcache 9/tcp\nlast 65535/tcp\nbad 65536/tcp\n",
	     "");
	check_service(state, "https", 1, 443);
	check_service(state, "http-alt", 1, 8080);
	check_service(state, "3com-x", 1, 106);
	check_service(state, "last", 1, 65535);
	/* Two ports that -N shows by one name. */
	check_service(state, "dicom", 2, 104);
	check_service(state, "dicom", 2, 11112);
	/* Names that -N never shows: an alias, and a port's second. */
	check_service(state, "alias", 1, 443);
	check_service(state, "acr-nema", 1, 104);
	check_service(state, "second", 1, 443);
	/* What is a name of its own is that one, and not the alias of another. */
	check_service(state, "webcache", 1, 9);
}

static void what_is_no_tcp_service_has_no_ports(void **state)
{
	static const char *const junk[] = {"quic", "HTTPS", "http", "bad", "comment", "443/tcp",
					   "443",  "#",	    "",	    " ",   "tcp",     "https "};

	load(state,
	     "https 443/tcp # comment\nquic 444/udp\nbad 65536/tcp\nhttp\nhttp 80/\n"
	     "#http 80/tcp\n",
	     "");
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++)
		check_service(state, junk[i], 0, 0);
}

static void services_that_cannot_be_read_are_an_error(void **state)
{
	unsigned long long ports[SERVICE_PORT_WORDS] = {0};

	(void)state;
	assert_int_equal(service_ports("/nonexistent", "http", ports), -ENOENT);
	assert_int_equal(service_ports("/proc/self/mem/x", "http", ports), -ENOTDIR);
	assert_int_equal(n_ports(ports), 0);
}

static void a_user_has_the_number_that_stands_by_the_name(void **state)
{
	const char *passwd = ((struct fixture *)*state)->passwd;
	uint32_t uid = 7;

	load(state, "",
	     "root:x:0:0:root:/root:/bin/sh\nbad:x:-1:\nbroken\nalice:x:1000:1000::/:\n"
	     "alice:x:2000:\nlast:x:4294967295:");
	assert_int_equal(user_find(passwd, "bad", &uid), -ENOENT);
	assert_int_equal(user_find(passwd, "broken", &uid), -ENOENT);
	assert_int_equal(user_find(passwd, "", &uid), -ENOENT);
	assert_int_equal(user_find(passwd, "ali", &uid), -ENOENT);
	assert_int_equal(user_find("/proc/self/mem/x", "root", &uid), -ENOTDIR);
	assert_int_equal(uid, 7);
	assert_int_equal(user_find(passwd, "root", &uid), 0);
	assert_int_equal(uid, 0);
	assert_int_equal(user_find(passwd, "alice", &uid), 0);
	assert_int_equal(uid, 1000);
	assert_int_equal(user_find(passwd, "last", &uid), 0);
	assert_int_equal(uid, UINT32_MAX);
}

static void an_account_has_the_group_that_stands_by_it(void **state)
{
	const char *passwd = ((struct fixture *)*state)->passwd;
	uint32_t uid = 7, gid = 8;

	load(state, "",
	     "root:x:0:0:root:/root:/bin/sh\nshort:x:5\nbad:x:6:x\nlast:x:4294967295:1:\n"
	     "all:x:1:4294967295:\nalice:x:1000:1001::/:\nagain:x:1000:2000::/:\n");
	assert_int_equal(user_account(passwd, "short", &uid, &gid), -ENOENT);
	assert_int_equal(user_account(passwd, "bad", &uid, &gid), -ENOENT);
	/* To the kernel, these numbers are no change. */
	assert_int_equal(user_account(passwd, "last", &uid, &gid), -ENOENT);
	assert_int_equal(user_account(passwd, "all", &uid, &gid), -ENOENT);
	assert_int_equal(user_account(passwd, "", &uid, &gid), -ENOENT);
	assert_int_equal(user_account("/nonexistent", "root", &uid, &gid), -ENOENT);
	assert_int_equal(user_account(passwd, "4294967295", &uid, &gid), -ENOENT);
	assert_int_equal(uid, 7);
	assert_int_equal(gid, 8);
	assert_int_equal(user_account(passwd, "alice", &uid, &gid), 0);
	assert_int_equal(uid, 1000);
	assert_int_equal(gid, 1001);
	assert_int_equal(user_account(passwd, "0", &uid, &gid), 0);
	assert_int_equal(uid, 0);
	assert_int_equal(gid, 0);
	assert_int_equal(user_account(passwd, "1000", &uid, &gid), 0);
	assert_int_equal(gid, 1001);
	/* Nobody's yet, and without the file. */
	assert_int_equal(user_account(passwd, "77", &uid, &gid), 0);
	assert_int_equal(uid, 77);
	assert_int_equal(gid, 77);
	assert_int_equal(user_account("/nonexistent", "78", &uid, &gid), 0);
	assert_int_equal(gid, 78);
}

#define row(test) cmocka_unit_test_setup_teardown(test, make_fixture, remove_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(names_are_read_whole_and_the_first_one_counts),
		row(names_come_from_their_files),
		row(lines_that_are_none_are_passed_over),
		row(hostile_bytes_do_no_harm),
		row(a_name_of_a_megabyte_is_a_name),
		row(a_service_has_the_ports_that_its_name_is_shown_for),
		row(what_is_no_tcp_service_has_no_ports),
		row(services_that_cannot_be_read_are_an_error),
		row(a_user_has_the_number_that_stands_by_the_name),
		row(an_account_has_the_group_that_stands_by_it),
		row(what_cannot_be_read_is_an_error_and_what_is_not_there_has_no_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
