// SPDX-License-Identifier: MIT
/* Cells of a table: what is cut off, and what is not, when the room is too small by one column. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/cell.h"
#include "util/utf8.h"

/* The endpoint of that address and port 8080 in a cell of at most max columns. */
static const char *endpoint_text(const char *addr, const char *service, unsigned int max)
{
	struct endpoint endpoint = {.addr = {[10] = 0xff, 0xff}, .port = 8080};
	uint8_t family = strchr(addr, ':') ? 6 : 4;
	static struct cell cell;

	inet_pton(family == 6 ? AF_INET6 : AF_INET, addr, endpoint.addr + (family == 6 ? 0 : 12));
	cell_endpoint(&cell, &endpoint, family, service, max);
	assert_int_equal(cell.width, cell.text.len);
	cell.text.data[cell.text.len] = '\0';
	return cell.text.data;
}

/* A service has its name only where the whole address has room beside it. */
static void a_name_makes_room_for_the_address(void **state)
{
	(void)state;
	assert_string_equal(endpoint_text("2001:db8::1", "http-alt", 22), "[2001:db8::1]:http-alt");
	assert_string_equal(endpoint_text("2001:db8::1", "http-alt", 21), "[2001:db8::1]:8080");
	assert_string_equal(endpoint_text("2001:db8::1", NULL, 40), "[2001:db8::1]:8080");
	assert_string_equal(endpoint_text("192.0.2.1", "http-alt", 18), "192.0.2.1:http-alt");
	assert_string_equal(endpoint_text("192.0.2.1", "http-alt", 17), "192.0.2.1:8080");
}

static void assert_path(const char *before, const char *path, unsigned int max,
			const char *expected, unsigned int width)
{
	static struct cell cell;

	cell_path(&cell, before, path, max);
	assert_false(cell.text.overflow);
	cell.text.data[cell.text.len] = '\0';
	assert_string_equal(cell.text.data, expected);
	assert_int_equal(cell.width, width);
}

static void a_path_that_is_too_long_keeps_its_end(void **state)
{
	static char longest[4096];
	static struct cell cell;

	(void)state;
	assert_path("", "/bin/curl", 9, "/bin/curl", 9);
	assert_path("", "/bin/curl", 8, ELLIPSIS "in/curl", 8);
	assert_path("", "/bin/curl", 1, ELLIPSIS, 1);
	assert_path("", "", 1, "", 0);
	assert_path("memfd:", "ab", 8, "memfd:ab", 8);
	assert_path("memfd:", "ab", 7, ELLIPSIS "ab", 3);
	assert_path("memfd:", "abcdef", 4, ELLIPSIS "def", 4);
	/* One column for each character, and for each byte that is none. */
	assert_path("", "/\xc3\xa4\xff\033z", 5, "/\xc3\xa4??z", 5);
	assert_path("", "/\xc3\xa4\xff\033z", 4, ELLIPSIS "??z", 4);
	for (size_t i = 0; i + 4 < sizeof(longest); i += 4)
		memcpy(longest + i, "\xf0\x90\x90\x80", 4);
	cell_path(&cell, "memfd:", longest, CELL_MAX);
	assert_false(cell.text.overflow);
	assert_int_equal(cell.width, CELL_PATH_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_makes_room_for_the_address),
		cmocka_unit_test(a_path_that_is_too_long_keeps_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
