// SPDX-License-Identifier: MIT
/* Command lines: which attempts. */
#include <sys/stat.h>

#include "unit/parsed.h"
#include "util/array.h"
#include "util/names.h"

static bool has_port(const struct options *options, unsigned int port)
{
	return options->request.config.ports[port / 64] >> (port % 64) & 1;
}

static unsigned int count_ports(const struct options *options)
{
	unsigned int n = 0;

	for (size_t i = 0; i < PORT_WORDS; i++)
		n += (unsigned int)__builtin_popcountll(options->request.config.ports[i]);
	return n;
}

/* Filters */

static void process_ids_are_listed(void **state)
{
	const struct options *options = good("-p", "1,2147483647", "--pid=42");

	(void)state;
	assert_int_equal(options->request.pids.named.n, 3);
	assert_int_equal(((uint32_t *)options->request.pids.named.items)[0], 1);
	assert_int_equal(((uint32_t *)options->request.pids.named.items)[1], 2147483647);
	assert_int_equal(((uint32_t *)options->request.pids.named.items)[2], 42);
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
	assert_true(options->request.config.filter_port);
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
		{"no.such", "\"no.such\" is not a port, nor a TCP service in /etc/services",
		 "numbers always work: write them as 443,8000-8999"},
		{"80-http", "\"80-http\" is not a port, nor", "numbers always work"},
		{"80-", "\"80-\" is not a port", "write them as"},
		{"-80", "\"-80\" is not a port", "write them as"},
		{"-", "\"-\" is not a port", "write them as"},
		{"1-2-3", "\"1-2-3\" is not a port", "write them as"},
		{"", "\"\" is not a port", "write them as"},
		{"0x50", "\"0x50\" is not a port, nor", "numbers always work"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *error = bad("-P", cases[i].value);

		assert_says(error, "--port: ");
		assert_says(error, cases[i].reason);
		assert_says(error, cases[i].way_out);
		assert_default_filters(&parsed.options);
	}
	assert_says(bad("-P", "80,81,no.such"), "\"no.such\" is not a port");
}

static unsigned int n_bits(const unsigned long long *words)
{
	unsigned int n = 0;

	for (size_t i = 0; i < PORT_WORDS; i++)
		n += (unsigned int)__builtin_popcountll(words[i]);
	return n;
}

static void a_port_may_be_the_name_of_a_service(void **state)
{
	unsigned long long ports[SERVICE_PORT_WORDS] = {0};

	(void)state;
	if (service_ports(NAMES_SERVICES, "http-alt", ports)) {
		print_message("skipped: http-alt is not in " NAMES_SERVICES "\n");
		skip();
	}
	assert_memory_equal(good("-P", "http-alt")->request.config.ports, ports, sizeof(ports));
	assert_true(parsed.options.request.config.filter_port);
	ports[443 / 64] |= 1ull << (443 % 64);
	assert_memory_equal(good("-P", "443,http-alt")->request.config.ports, ports, sizeof(ports));
	ports[443 / 64] &= ~(1ull << (443 % 64));
	assert_memory_equal(good("-P", "!http-alt")->ports_left_out, ports, sizeof(ports));
	assert_int_equal(count_ports(&parsed.options) + n_bits(ports), 65536);
	assert_int_equal(count_ports(good("-P", "http-alt,443,!http-alt")), 1);
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
		const struct config_network *network = options->request.networks.named.items;

		assert_int_equal(options->request.networks.named.n, 1);
		if (network->family != cases[i].family ||
		    network->prefix_len != NETWORK_BITS(cases[i].bits))
			fail_msg("%s: IPv%u, %u bits", cases[i].network, network->family,
				 network->prefix_len);
	}
	assert_int_equal(good("-d", "10.0.0.0/8,::1", "-d", "::2", "-4")->request.networks.named.n,
			 3);
	assert_says(bad("-4", "-d", "::1"), "--ipv4 leaves none of the networks that --dst names");
	assert_says(bad("-6", "-d", "10.0.0.0/8"), "--ipv6 leaves none");
	assert_int_equal(good("-46", "-d", "::1")->request.networks.named.n, 1);
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
	assert_int_equal(good("--netns", "self")->request.config.netns, st.st_ino);
	assert_int_equal(good("--netns", "/proc/self/ns/net")->request.config.netns, st.st_ino);
	assert_int_equal(good("--netns=4026531840")->request.config.netns, 4026531840u);
	assert_int_equal(good("--netns", "4294967295")->request.config.netns, 4294967295u);
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

/* What is left out */

static void what_has_a_sign_before_it_is_left_out(void **state)
{
	const struct options *options = good("-p", "1,!2", "--pid=!3", "-u", "!0", "-C",
					     "!curl,ssh", "-d", "!127.0.0.0/8,!::1");

	(void)state;
	assert_int_equal(options->request.pids.named.n, 1);
	assert_int_equal(options->request.pids.left_out.n, 2);
	assert_int_equal(((uint32_t *)options->request.pids.left_out.items)[1], 3);
	assert_int_equal(options->request.uids.named.n, 0);
	assert_int_equal(options->request.uids.left_out.n, 1);
	assert_string_equal(options->request.comms.left_out.items, "curl");
	assert_string_equal(options->request.comms.named.items, "ssh");
	assert_int_equal(options->request.networks.named.n, 0);
	assert_int_equal(options->request.networks.left_out.n, 2);
	assert_int_equal(good("-u", "!root")->request.uids.left_out.n, 1);
}

/* Which ports the kernel is asked for: all but these, or of those that are named. */
static void ports_that_are_left_out_are_no_bits(void **state)
{
	(void)state;
	assert_int_equal(count_ports(good("-P", "!443,!8000-8999")), 65536 - 1001);
	assert_false(has_port(&parsed.options, 443));
	assert_false(has_port(&parsed.options, 8000));
	assert_false(has_port(&parsed.options, 8999));
	assert_true(has_port(&parsed.options, 9000));
	assert_int_equal(count_ports(good("-P", "!82,80-90", "-P", "!100")), 10);
	assert_false(has_port(&parsed.options, 82));
	assert_true(has_port(&parsed.options, 83));
}

/* What is both named and left out is left out, whichever is said first. */
static void what_is_left_out_is_not_named(void **state)
{
	static const struct {
		const char *networks;
		size_t named;
	} cases[] = {
		{"10.0.0.0/8,!10.1.0.0/16", 1},
		{"10.1.0.0/16,10.0.0.0/8,!10.1.0.0/16", 1},
		{"10.1.2.3,!10.1.0.0/16,10.0.0.0/8", 1},
		{"!10.128.0.0/9,10.129.0.0/16,10.127.0.0/16", 1},
		{"10.1.2.3,::1,!0.0.0.0/0", 1},
		{"10.1.2.3,::1,!::/0", 1},
		{"10.1.2.3,10.1.2.4,!10.1.2.5", 2},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (good("-d", cases[i].networks)->request.networks.named.n != cases[i].named)
			fail_msg("%s: %zu", cases[i].networks,
				 parsed.options.request.networks.named.n);
	assert_int_equal(good("-p", "!2,1,2,3")->request.pids.named.n, 2);
	assert_int_equal(((uint32_t *)parsed.options.request.pids.named.items)[0], 1);
	assert_int_equal(((uint32_t *)parsed.options.request.pids.named.items)[1], 3);
	assert_int_equal(good("-C", "curl,ssh", "-C", "!curl")->request.comms.named.n, 1);
	assert_string_equal(parsed.options.request.comms.named.items, "ssh");
	assert_int_equal(good("-4", "-d", "!::1")->request.networks.named.n, 0);
}

static void filters_that_leave_nothing_are_refused(void **state)
{
	(void)state;
	assert_says(bad("-p", "1,!1"), "--pid leaves out all that it names");
	assert_says(bad("-u", "0,!root"), "--uid leaves out all");
	assert_says(bad("-C", "curl,!curl"), "--comm leaves out all");
	assert_says(bad("-d", "10.1.0.0/16,!10.0.0.0/8"), "--dst leaves out all");
	assert_says(bad("-P", "443,!400-500"), "--port leaves out all");
	assert_says(bad("--netns", "self", "--netns", "!self"), "--netns leaves out all");
}

static void namespaces_can_be_left_out(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	assert_int_equal(good("--netns", "!self", "--netns", "!5")->request.config.n_netns_left_out,
			 2);
	assert_int_equal(parsed.options.request.config.netns, 0);
	assert_int_equal(parsed.options.request.config.netns_left_out[0], st.st_ino);
	assert_int_equal(parsed.options.request.config.netns_left_out[1], 5);
	assert_int_equal(good("--netns", "!5", "--netns", "6")->request.config.netns, 6);
	assert_says(bad("--netns", "!no-such-netns"), "the network namespace no-such-netns: ");
}

static void a_sign_without_a_value_is_refused(void **state)
{
	static const char *const options[] = {"-p", "-u", "-P", "-d", "-C", "--cgroup", "--netns"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		assert_says(bad(options[i], "!"), "\"!\" has nothing behind it");
		assert_says(bad(options[i], "!!1"), "\"!!1\" has two !");
		assert_default_filters(&parsed.options);
	}
	/* A ! further back is part of a name. */
	assert_int_equal(good("-C", "a!b,c!!d")->request.comms.named.n, 2);
	assert_says(bad("-P", "80,!"), "\"!\" has nothing behind it");
	assert_says(bad("-C", "curl,!!ssh,x"), "\"!!ssh\" has two !");
	assert_says(bad("-P", "!no.such"), "\"!no.such\" is not a port, nor a TCP");
	assert_says(bad("-P", "!70000"), "port !70000 is out of range");
	assert_says(bad("-p", "!x"), "\"!x\" is not a process id");
	assert_says(bad("-d", "!x"), "\"!x\" is not a network");
	assert_says(bad("-u", "!nobodyhere"), "there is no user \"nobodyhere\"");
	assert_says(bad("-C", "!sixteen-bytes-16"),
		    "write its first 15 bytes, \"!sixteen-bytes-1\"");
	assert_says(bad("-d", "fe80::1%2"), "has a zone");
	assert_says(bad("--cgroup", "!nosuch"), "cannot find the cgroup nosuch: ");
}

static void only_processes_of_ours_are_followed(void **state)
{
	(void)state;
	assert_true(good("-p", "1", "--follow")->request.follow_pids);
	assert_true(good("--follow", "-p", "!1", "count")->request.follow_pids);
	assert_false(good("-p", "1")->request.follow_pids);
	assert_says(bad("--follow"), "--follow needs --pid");
	assert_says(bad("--follow", "--", "curl"), "--follow is for the processes of --pid");
	assert_says(bad("--follow", "-p", "1", "--", "curl"), "is followed as it is");
}

/* The one struct that the kernel side gets has what all of the options make of it. */
static void the_kernel_side_is_told_which_filters_there_are(void **state)
{
	const struct config *config = &parsed.options.request.config;

	(void)state;
	good("-p", "1", "-u", "!0", "-C", "curl", "-4");
	assert_int_equal(config->filter_pid, FILTER_NAMED);
	assert_int_equal(config->filter_uid, FILTER_OTHERS);
	assert_int_equal(config->filter_comm, FILTER_NAMED);
	assert_int_equal(config->filter_dst, FILTER_UNUSED);
	assert_int_equal(config->family, 4);
	assert_int_equal(config->follow, FILTER_UNUSED);
	assert_true(config->syscalls);
	good("count", "-d", "10.0.0.0/8,!10.1.0.0/16", "-6", "-4", "--no-syscalls", "--", "curl");
	assert_int_equal(config->filter_dst, FILTER_NAMED);
	assert_int_equal(config->filter_pid, FILTER_UNUSED);
	assert_int_equal(config->family, 0);
	assert_int_equal(config->follow, FILTER_NAMED);
	assert_false(config->syscalls);
	assert_int_equal(parsed.options.request.verbosity, 0);
	/* Followed, they are in the map of the followed and in no other. */
	good("-v", "-6", "-p", "!1", "--follow");
	assert_int_equal(config->follow, FILTER_OTHERS);
	assert_int_equal(config->filter_pid, FILTER_UNUSED);
	assert_int_equal(config->family, 6);
	assert_int_equal(parsed.options.request.verbosity, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(process_ids_are_listed),
		row(what_is_no_process_id_is_refused),
		row(ports_and_their_ranges_are_bits),
		row(ranges_of_ports_may_be_of_one_or_of_all_or_overlap),
		row(what_is_no_port_is_refused_with_the_reason),
		row(a_port_may_be_the_name_of_a_service),
		row(networks_are_of_the_family_that_they_are_written_in),
		row(what_is_no_network_is_refused_with_the_reason),
		row(a_network_namespace_is_self_or_a_path_or_a_number),
		row(a_network_namespace_that_is_not_there_is_refused),
		row(what_is_there_but_no_network_namespace_is_refused),
		row(what_has_a_sign_before_it_is_left_out),
		row(ports_that_are_left_out_are_no_bits),
		row(what_is_left_out_is_not_named),
		row(filters_that_leave_nothing_are_refused),
		row(namespaces_can_be_left_out),
		row(a_sign_without_a_value_is_refused),
		row(only_processes_of_ours_are_followed),
		row(the_kernel_side_is_told_which_filters_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
