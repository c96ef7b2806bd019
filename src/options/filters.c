// SPDX-License-Identifier: MIT
/* Options that say which attempts are wanted. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "options/set.h"
#include "util/address.h"
#include "util/cgroup.h"
#include "util/cleanup.h"
#include "util/names.h"
#include "util/netns.h"
#include "util/parse.h"

/*
 * What add_word() gets through parse_list(): the options, and the function that adds a word to
 * them.
 */
struct adding {
	struct options *options;
	filter_add *add;
};

static int add_word(const char *word, void *arg)
{
	const struct adding *adding = arg;
	bool left_out = *word == '!';

	return adding->add(adding->options, word + left_out, left_out);
}

int filter_list(struct options *options, const char *value, filter_add *add, char **ret_word)
{
	struct adding adding = {.options = options, .add = add};

	return parse_list(value, add_word, &adding, ret_word);
}

int check_signs(const char *value, struct error *reason)
{
	int len;

	for (;; value += len + 1) {
		len = (int)strcspn(value, ",");
		if (len > 1 && value[0] == '!' && value[1] == '!')
			return refuse_value(reason,
					    "\"%.*s\" has two !; one is enough, as in '!VALUE'",
					    len < 80 ? len : 80, value);
		if (len == 1 && value[0] == '!')
			return refuse_value(
				reason,
				"\"!\" has nothing behind it: what is to be left out follows it, "
				"as in '!VALUE'");
		if (!value[len])
			return 0;
	}
}

static int add_pid(struct options *options, const char *word, bool left_out)
{
	uint64_t value;
	int err = parse_u64(word, 1, INT_MAX, &value);
	uint32_t pid = value;

	return err ? err : choice_push(&options->request.pids, left_out, &pid, sizeof(pid));
}

int set_pid(struct options *options, const char *value, struct error *reason)
{
	_cleanup_free_ char *word = NULL;

	if (filter_list(options, value, add_pid, &word))
		return refuse_value(reason,
				    "\"" QUOTED
				    "\" is not a process id; write them as 123,456, or names "
				    "with -C",
				    word);
	return 0;
}

static int add_port(struct options *options, const char *word, bool left_out)
{
	__u64 *ports = left_out ? options->ports_left_out : options->request.config.ports;
	_cleanup_free_ char *first_word = strdup(word);
	uint64_t first, last;
	char *dash;
	int err;

	if (word[strspn(word, "0123456789-")])
		return service_ports(NAMES_SERVICES, word, ports) ? -ENOENT : 0;
	if (!first_word)
		return -ENOMEM;
	dash = strchr(first_word, '-');
	if (dash)
		*dash = 0;
	err = parse_u64(first_word, 1, 65535, &first);
	if (!err)
		err = parse_u64(dash ? dash + 1 : first_word, 1, 65535, &last);
	if (!err && last < first)
		err = -EDOM;
	if (err)
		return err;
	for (uint64_t port = first; port <= last; port++)
		ports[port / 64] |= 1ull << (port % 64);
	return 0;
}

int set_port(struct options *options, const char *value, struct error *reason)
{
	_cleanup_free_ char *word = NULL;
	int err = filter_list(options, value, add_port, &word);

	if (err == -ERANGE)
		return refuse_value(reason, "port " QUOTED " is out of range: ports are 1 to 65535",
				    word);
	if (err == -EDOM)
		return refuse_value(reason, "the range " QUOTED " ends before it begins", word);
	if (err == -ENOENT)
		return refuse_value(reason,
				    "\"" QUOTED
				    "\" is not a port, nor a TCP service in " NAMES_SERVICES
				    "; numbers always work: write them as 443,8000-8999",
				    word);
	if (err)
		return refuse_value(
			reason, "\"" QUOTED "\" is not a port; write them as 443,8000-8999", word);
	options->request.config.filter_port = true;
	return 0;
}

static int add_uid(struct options *options, const char *word, bool left_out)
{
	uint64_t value;
	uint32_t uid;

	if (!parse_u64(word, 0, UINT32_MAX, &value))
		uid = value;
	else if (user_find(NAMES_PASSWD, word, &uid))
		return -ENOENT;
	return choice_push(&options->request.uids, left_out, &uid, sizeof(uid));
}

int set_uid(struct options *options, const char *value, struct error *reason)
{
	_cleanup_free_ char *word = NULL;

	if (filter_list(options, value, add_uid, &word))
		return refuse_value(reason,
				    "there is no user \"" QUOTED
				    "\" in /etc/passwd; give a name that is "
				    "there, or a number",
				    word && *word == '!' ? word + 1 : word);
	return 0;
}

static int add_network(struct options *options, const char *word, bool left_out)
{
	struct config_network network;
	uint32_t bits;
	int err = parse_network(word, network.addr, &bits);

	if (err)
		return err;
	/*
	 * A prefix shorter than ::ffff:0:0/96, which all IPv4 addresses begin with, is an IPv6
	 * network.
	 */
	network.family = bits < ADDRESS_MAPPED_BITS ? 6 : address_family(network.addr);
	network.prefix_len = NETWORK_BITS(bits);
	return choice_push(&options->request.networks, left_out, &network, sizeof(network));
}

int set_dst(struct options *options, const char *value, struct error *reason)
{
	_cleanup_free_ char *word = NULL;
	int err = filter_list(options, value, add_network, &word);

	if (err == -ERANGE)
		return refuse_value(reason,
				    "the prefix of " QUOTED
				    " is out of range: 0 to 32 for IPv4, 0 to 128 "
				    "for IPv6",
				    word);
	if (err && strchr(word, '%'))
		return refuse_value(reason,
				    "\"" QUOTED "\" has a zone, which a network has not: write it "
				    "without what begins at the %%",
				    word);
	if (err)
		return refuse_value(reason,
				    "\"" QUOTED "\" is not a network; write them as "
				    "10.0.0.0/8,2001:db8::/32; names are not looked up",
				    word);
	return 0;
}

static int add_comm(struct options *options, const char *word, bool left_out)
{
	char comm[COMM_LEN] = {0};

	if (strlen(word) >= sizeof(comm))
		return -ERANGE;
	memcpy(comm, word, strlen(word));
	return choice_push(&options->request.comms, left_out, comm, sizeof(comm));
}

int set_comm(struct options *options, const char *value, struct error *reason)
{
	_cleanup_free_ char *word = NULL;
	int err = filter_list(options, value, add_comm, &word);

	if (err == -ERANGE)
		return refuse_value(reason,
				    "\"" QUOTED
				    "\" is longer than the kernel keeps: write its first 15 bytes, "
				    "\"%.*s\"",
				    word, *word == '!' ? 16 : 15, word);
	if (err)
		return refuse_value(reason, "a name is missing; write them as curl,ssh");
	return 0;
}

int set_cgroup(struct options *options, const char *value, struct error *reason)
{
	struct config *kernel = &options->request.config;
	bool left_out = *value == '!';
	uint64_t id;
	uint32_t level;
	int err;

	/* Whether there is such a one does not matter. */
	if (options->command == COMMAND_HISTORY)
		return refuse_value(reason, NO_CGROUP_OF_HISTORY);
	if (kernel->n_cgroups == CGROUPS_MAX)
		return refuse_value(reason, "at most %d cgroups can be named", CGROUPS_MAX);
	value += left_out;
	err = cgroup_find(value, &id, &level);
	if (err == -ENODEV)
		return refuse_value(reason,
				    "cgroup v2 is not mounted; run: mount -t cgroup2 none /mnt");
	if (err)
		return refuse_value(reason,
				    "cannot find the cgroup " QUOTED
				    ": %s; give a directory of cgroup v2, or "
				    "its path below where that is mounted, such as system.slice",
				    value, strerror(-err));
	kernel->cgroups[kernel->n_cgroups++] =
		(struct config_cgroup){.id = id, .level = level, .left_out = left_out};
	return 0;
}

/* The inode number of a namespace file. */
static int netns_of_path(const char *path, uint32_t *ret)
{
	_cleanup_close_ int fd = netns_open(path, ret);

	return fd < 0 ? fd : 0;
}

/* value: as --netns takes it. */
static int netns_find(const char *value, uint32_t *ret)
{
	const char *format = strchr(value, '/') ? "%s" : "/run/netns/%s";
	char path[PATH_MAX];
	uint64_t inum;

	if (!parse_u64(value, 1, UINT32_MAX, &inum)) {
		*ret = inum;
		return 0;
	}
	if (!strcmp(value, "self"))
		return netns_of_path("/proc/self/ns/net", ret);
	if ((size_t)snprintf(path, sizeof(path), format, value) >= sizeof(path))
		return -ENAMETOOLONG;
	return netns_of_path(path, ret);
}

int set_netns(struct options *options, const char *value, struct error *reason)
{
	struct config *kernel = &options->request.config;
	bool left_out = *value == '!';
	uint32_t inum = 0;
	int err;

	if (!left_out && kernel->netns)
		return refuse_value(reason,
				    "only one network namespace can be named, and \"" QUOTED
				    "\" is another",
				    value);
	if (left_out && kernel->n_netns_left_out == NETNS_MAX)
		return refuse_value(reason, "at most %d network namespaces can be left out",
				    NETNS_MAX);
	value += left_out;
	err = netns_find(value, &inum);
	if (err)
		return refuse_value(
			reason,
			"cannot find the network namespace " QUOTED
			": %s; give \"self\", a path such "
			"as /proc/PID/ns/net, a name of \"ip netns\", or an inode number",
			value, strerror(-err));
	if (left_out)
		kernel->netns_left_out[kernel->n_netns_left_out++] = inum;
	else
		kernel->netns = inum;
	return 0;
}
