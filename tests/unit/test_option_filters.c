// SPDX-License-Identifier: MIT
/* Command lines: which attempts. */
#include <sys/stat.h>

#include "unit/parsed.h"

static bool has_port(const struct options *options, unsigned int port)
{
	return options->kernel.ports[port / 64] >> (port % 64) & 1;
}

static unsigned int count_ports(const struct options *options)
{
	unsigned int n = 0;

	for (size_t i = 0; i < PORT_WORDS; i++)
		n += (unsigned int)__builtin_popcountll(options->kernel.ports[i]);
	return n;
}

/* Filters */

static void process_ids_are_listed(void **state)
{
	const struct options *options = good("-p", "1,2147483647", "--pid=42");

	(void)state;
	assert_int_equal(options->pids.n, 3);
	assert_int_equal(((uint32_t *)options->pids.items)[0], 1);
	assert_int_equal(((uint32_t *)options->pids.items)[1], 2147483647);
	assert_int_equal(((uint32_t *)options->pids.items)[2], 42);
}

static void what_is_no_process_id_is_refused(void **state)
{
	static const char *const junk[] = {"0", "-1", "2147483648", "curl", "1x", "", "1 "};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++) {
		const char *error = bad("-p", junk[i]);
		char quoted[32];

		snprintf(quoted, sizeof(quoted), "\"%s\" is not a process id", junk[i]);
		assert_says(error, "--pid: ");
		assert_says(error, quoted);
		assert_says(error, "write them as 123,456");
		assert_default_filters(&parsed.options);
	}
	assert_says(bad("-p", "1,2,x,3"), "\"x\" is not");
	assert_says(bad("-p", "1,,3"), "\"\" is not");
}

static void ports_and_their_ranges_are_bits(void **state)
{
	const struct options *options = good("-P", "443,8000-8002,65535", "--port", "1");

	(void)state;
	assert_true(options->kernel.filter_port);
	assert_int_equal(count_ports(options), 6);
	assert_true(has_port(options, 1));
	assert_true(has_port(options, 443));
	assert_true(has_port(options, 8000));
	assert_true(has_port(options, 8001));
	assert_true(has_port(options, 8002));
	assert_true(has_port(options, 65535));
}

static void ranges_of_ports_may_be_of_one_or_of_all_or_overlap(void **state)
{
	(void)state;
	assert_int_equal(count_ports(good("-P", "80-80")), 1);
	assert_int_equal(count_ports(good("-P", "1-65535")), 65535);
	assert_false(has_port(&parsed.options, 0));
	assert_int_equal(count_ports(good("-P", "63-65,64-66")), 4);
	/* Across the words of the bitmap. */
	assert_true(has_port(&parsed.options, 63));
	assert_true(has_port(&parsed.options, 64));
	assert_false(has_port(&parsed.options, 62));
	assert_false(has_port(&parsed.options, 67));
}

static void what_is_no_port_is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *value, *reason, *way_out;
	} cases[] = {
		{"0", "port 0 is out of range", "1 to 65535"},
		{"70000", "port 70000 is out of range", "1 to 65535"},
		{"65536", "port 65536 is out of range", "1 to 65535"},
		{"80-70000", "port 80-70000 is out of range", "1 to 65535"},
		{"0-80", "port 0-80 is out of range", "1 to 65535"},
		{"99999999999999999999", "out of range", "1 to 65535"},
		{"90-80", "the range 90-80 ends before it begins", ""},
		{"http", "\"http\" is not a port", "write them as 443,8000-8999"},
		{"80-", "\"80-\" is not a port", "write them as"},
		{"-80", "\"-80\" is not a port", "write them as"},
		{"-", "\"-\" is not a port", "write them as"},
		{"1-2-3", "\"1-2-3\" is not a port", "write them as"},
		{"", "\"\" is not a port", "write them as"},
		{"0x50", "\"0x50\" is not a port", "write them as"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *error = bad("-P", cases[i].value);

		assert_says(error, "--port: ");
		assert_says(error, cases[i].reason);
		assert_says(error, cases[i].way_out);
		assert_default_filters(&parsed.options);
	}
	assert_says(bad("-P", "80,81,x"), "\"x\" is not a port");
}

static void networks_are_of_the_family_that_they_are_written_in(void **state)
{
	static const struct {
		const char *network;
		uint32_t family, bits;
	} cases[] = {
		{"10.0.0.0/8", 4, 104},
		{"0.0.0.0/0", 4, 96},
		{"192.0.2.1", 4, 128},
		{"2001:db8::/32", 6, 32},
		{"::1", 6, 128},
		{"::ffff:192.0.2.0/120", 4, 120},
		/* All IPv4 addresses lie in these, as they are kept: but nobody means them. */
		{"::/0", 6, 0},
		{"::/64", 6, 64},
		{"::ffff:0:0/80", 6, 80},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct options *options = good("-d", cases[i].network);
		const struct config_network *network = options->networks.items;

		assert_int_equal(options->networks.n, 1);
		if (network->family != cases[i].family ||
		    network->prefix_len != NETWORK_BITS(cases[i].bits))
			fail_msg("%s: IPv%u, %u bits", cases[i].network, network->family,
				 network->prefix_len);
	}
	assert_int_equal(good("-d", "10.0.0.0/8,::1", "-d", "::2", "-4")->networks.n, 3);
	assert_says(bad("-4", "-d", "::1"), "--ipv4 leaves none of the networks that --dst names");
	assert_says(bad("-6", "-d", "10.0.0.0/8"), "--ipv6 leaves none");
	assert_int_equal(good("-46", "-d", "::1")->networks.n, 1);
}

static void what_is_no_network_is_refused_with_the_reason(void **state)
{
	(void)state;
	assert_says(bad("-d", "10.0.0.0/33"), "the prefix of 10.0.0.0/33 is out of range");
	assert_says(bad("-d", "::/129"), "0 to 128 for IPv6");
	assert_says(bad("-d", "10.0.0.0/"), "\"10.0.0.0/\" is not a network");
	assert_says(bad("-d", "10.0.0"), "write them as 10.0.0.0/8");
	assert_says(bad("-d", "host.name"), "names are not looked up");
	assert_says(bad("-d", "10.0.0.1,"), "\"\" is not a network");
}

static void a_network_namespace_is_self_or_a_path_or_a_number(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	assert_int_equal(good("--netns", "self")->kernel.netns, st.st_ino);
	assert_int_equal(good("--netns", "/proc/self/ns/net")->kernel.netns, st.st_ino);
	assert_int_equal(good("--netns=4026531840")->kernel.netns, 4026531840u);
	assert_int_equal(good("--netns", "4294967295")->kernel.netns, 4294967295u);
}

static void a_network_namespace_that_is_not_there_is_refused(void **state)
{
	static const char *const junk[] = {"no-such-netns", "/no/such/file", "0", "4294967296"};

	(void)state;
	assert_says(bad("--netns", "1", "--netns", "2"), "only one network namespace");
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++) {
		const char *error = bad("--netns", junk[i]);

		assert_says(error, "--netns: ");
		assert_says(error, junk[i]);
		assert_says(error, strerror(ENOENT));
		assert_says(error, "give \"self\", a path");
		assert_default_filters(&parsed.options);
	}
}

/* Its inode number would be that of some namespace by chance only: a filter that lets nothing by.
 */
static void what_is_there_but_no_network_namespace_is_refused(void **state)
{
	(void)state;
	assert_says(bad("--netns", "/proc/self/ns/mnt"), "/proc/self/ns/mnt");
	assert_says(bad("--netns", "/dev/null"), "/dev/null");
	assert_says(bad("--netns", "/"), "--netns: ");
	assert_says(bad("--netns", ""), "--netns: ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(process_ids_are_listed),
		row(what_is_no_process_id_is_refused),
		row(ports_and_their_ranges_are_bits),
		row(ranges_of_ports_may_be_of_one_or_of_all_or_overlap),
		row(what_is_no_port_is_refused_with_the_reason),
		row(networks_are_of_the_family_that_they_are_written_in),
		row(what_is_no_network_is_refused_with_the_reason),
		row(a_network_namespace_is_self_or_a_path_or_a_number),
		row(a_network_namespace_that_is_not_there_is_refused),
		row(what_is_there_but_no_network_namespace_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
