// SPDX-License-Identifier: MIT
/* Whom it becomes once all is attached, and what it may still write. */
#include "unit/parsed.h"

#include "util/names.h"

static void lines_that_go_on_need_no_rights(void **state)
{
	const struct rights *rights = &good()->request.rights;
	uint32_t uid, gid;

	(void)state;
	assert_true(rights->drop);
	assert_false(rights->named);
	assert_null(rights->written[0]);
	/* Whichever of both users this host has: its number is what the file says. */
	if (!user_account(NAMES_PASSWD, rights->user, &uid, &gid)) {
		assert_int_equal(rights->uid, uid);
		assert_int_equal(rights->gid, gid);
	} else {
		assert_int_equal(rights->uid, 65534);
	}
	assert_int_not_equal(rights->uid, 0);
	rights = &good("record", "--store", "/x")->request.rights;
	assert_true(rights->drop);
	assert_string_equal(rights->written[0], "/x");
	assert_null(rights->written[1]);
	rights = &good("record", "--metrics-file", "/run/m/x.prom")->request.rights;
	assert_string_equal(rights->written[1], "/run/m/");
	assert_null(rights->written[2]);
	assert_string_equal(good("record", "--metrics-file", "x")->request.rights.written[1], ".");
	assert_string_equal(good("record", "--metrics-file", "/x")->request.rights.written[1], "/");
}

static void all_else_keeps_them(void **state)
{
	(void)state;
	assert_false(good("--", "true")->request.rights.drop);
	assert_false(good("count")->request.rights.drop);
	assert_false(good("list")->request.rights.drop);
	assert_false(good("top")->request.rights.drop);
	assert_false(good("doctor")->request.rights.drop);
}

static void a_user_is_a_name_or_a_number(void **state)
{
	const struct rights *rights = &good("--user", "root")->request.rights;

	(void)state;
	assert_true(rights->named);
	assert_int_equal(rights->uid, 0);
	assert_int_equal(rights->gid, 0);
	rights = &good("record", "--user", "3999999999")->request.rights;
	assert_int_equal(rights->uid, 3999999999u);
	assert_int_equal(rights->gid, 3999999999u);
	assert_string_equal(rights->user, "3999999999");
	assert_int_equal(good("--user", "0")->request.rights.gid, 0);
}

static void what_is_no_user_is_refused(void **state)
{
	(void)state;
	assert_says(bad("--user", "no-such-user"),
		    "--user: there is no user \"no-such-user\" in /etc/passwd");
	assert_says(bad("--user", ""), "there is no user \"\"");
	/* It would be "no change" to setresuid(2). */
	assert_says(bad("--user", "4294967295"), "there is no user");
	assert_says(bad("--user", "4294967295"), "or a number of 0 to 4294967294");
	assert_says(bad("--user", "root", "--", "true"), "with a COMMAND nothing is given up");
	assert_says(bad("count", "--user", "root"), "--user is for");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(lines_that_go_on_need_no_rights),
		row(all_else_keeps_them),
		row(a_user_is_a_name_or_a_number),
		row(what_is_no_user_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
