// SPDX-License-Identifier: MIT
/* Options that say which attempts are wanted. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "cli/option_set.h"
#include "format/fields.h"
#include "util/cleanup.h"
#include "util/host.h"
#include "util/parse.h"

static int add_pid(const char *word, void *arg)
{
	struct options *options = arg;
	uint64_t value;
	int err = parse_u64(word, 1, INT_MAX, &value);
	uint32_t pid = value;

	return err ? err : vector_push(&options->pids, &pid, sizeof(pid));
}

int set_pid(struct options *options, const char *value, char *why)
{
	_cleanup_free_ char *word = NULL;

	if (parse_list(value, add_pid, options, &word))
		return because(why,
			       "\"" SHOWN "\" is not a process id; write them as 123,456, or names "
			       "with -C",
			       word);
	return 0;
}

static int add_port(const char *word, void *arg)
{
	struct options *options = arg;
	_cleanup_free_ char *first_word = strdup(word);
	uint64_t first, last;
	char *dash;
	int err;

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
		options->kernel.ports[port / 64] |= 1ull << (port % 64);
	return 0;
}

int set_port(struct options *options, const char *value, char *why)
{
	_cleanup_free_ char *word = NULL;
	int err = parse_list(value, add_port, options, &word);

	if (err == -ERANGE)
		return because(why, "port " SHOWN " is out of range: ports are 1 to 65535", word);
	if (err == -EDOM)
		return because(why, "the range " SHOWN " ends before it begins", word);
	if (err)
		return because(why, "\"" SHOWN "\" is not a port; write them as 443,8000-8999",
			       word);
	options->kernel.filter_port = true;
	return 0;
}

static int add_uid(const char *word, void *arg)
{
	struct options *options = arg;
	uint64_t value;
	uint32_t uid;

	if (!parse_u64(word, 0, UINT32_MAX, &value))
		uid = value;
	else if (user_find(word, &uid))
		return -ENOENT;
	return vector_push(&options->uids, &uid, sizeof(uid));
}

int set_uid(struct options *options, const char *value, char *why)
{
	_cleanup_free_ char *word = NULL;

	if (parse_list(value, add_uid, options, &word))
		return because(why,
			       "there is no user \"" SHOWN "\" in /etc/passwd; give a name that is "
			       "there, or a number",
			       word);
	return 0;
}

static int add_network(const char *word, void *arg)
{
	struct options *options = arg;
	struct config_network network;
	uint32_t bits;
	int err = parse_network(word, network.addr, &bits);

	if (err)
		return err;
	/* Shorter than what all IPv4 addresses begin with, it is an IPv6 network. */
	network.family = bits < 96 ? 6 : address_family(network.addr);
	network.prefix_len = NETWORK_BITS(bits);
	return vector_push(&options->networks, &network, sizeof(network));
}

int set_dst(struct options *options, const char *value, char *why)
{
	_cleanup_free_ char *word = NULL;
	int err = parse_list(value, add_network, options, &word);

	if (err == -ERANGE)
		return because(why,
			       "the prefix of " SHOWN
			       " is out of range: 0 to 32 for IPv4, 0 to 128 "
			       "for IPv6",
			       word);
	if (err)
		return because(why,
			       "\"" SHOWN "\" is not a network; write them as "
			       "10.0.0.0/8,2001:db8::/32; names are not looked up",
			       word);
	return 0;
}

static int add_comm(const char *word, void *arg)
{
	struct options *options = arg;
	char comm[COMM_LEN] = {0};

	if (strlen(word) >= sizeof(comm))
		return -ERANGE;
	memcpy(comm, word, strlen(word));
	return vector_push(&options->comms, comm, sizeof(comm));
}

int set_comm(struct options *options, const char *value, char *why)
{
	_cleanup_free_ char *word = NULL;
	int err = parse_list(value, add_comm, options, &word);

	if (err == -ERANGE)
		return because(why,
			       "\"" SHOWN
			       "\" is longer than the kernel keeps: write its first 15 bytes, "
			       "\"%.15s\"",
			       word, word);
	if (err)
		return because(why, "a name is missing; write them as curl,ssh");
	return 0;
}

int set_cgroup(struct options *options, const char *value, char *why)
{
	struct config *kernel = &options->kernel;
	uint64_t id;
	uint32_t level;
	int err;

	if (kernel->n_cgroups == CGROUPS_MAX)
		return because(why, "at most %d cgroups can be named", CGROUPS_MAX);
	err = cgroup_find(value, &id, &level);
	if (err == -ENODEV)
		return because(why, "cgroup v2 is not mounted; run: mount -t cgroup2 none /mnt");
	if (err)
		return because(why,
			       "cannot find the cgroup " SHOWN
			       ": %s; give a directory of cgroup v2, or "
			       "its path below where that is mounted, such as system.slice",
			       value, strerror(-err));
	kernel->cgroups[kernel->n_cgroups++] = (struct config_cgroup){.id = id, .level = level};
	return 0;
}

/* The inode number of a namespace file. */
static int netns_of_path(const char *path, uint32_t *ret)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	/* On what is no namespace at all, ENOTTY. */
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		return -EINVAL;
	*ret = st.st_ino;
	return 0;
}

int set_netns(struct options *options, const char *value, char *why)
{
	const char *format = strchr(value, '/') ? "%s" : "/run/netns/%s";
	char path[PATH_MAX];
	uint64_t inum;
	int err;

	if (options->kernel.netns)
		return because(why,
			       "only one network namespace can be named, and \"" SHOWN
			       "\" is another",
			       value);
	if (!parse_u64(value, 1, UINT32_MAX, &inum)) {
		options->kernel.netns = inum;
		return 0;
	}
	if ((size_t)snprintf(path, sizeof(path), format, value) >= sizeof(path))
		err = -ENAMETOOLONG;
	else
		err = netns_of_path(strcmp(value, "self") ? path : "/proc/self/ns/net",
				    &options->kernel.netns);
	if (err)
		return because(why,
			       "cannot find the network namespace " SHOWN
			       ": %s; give \"self\", a path such "
			       "as /proc/PID/ns/net, a name of \"ip netns\", or an inode number",
			       value, strerror(-err));
	return 0;
}
