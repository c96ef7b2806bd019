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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_makes_room_for_the_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
