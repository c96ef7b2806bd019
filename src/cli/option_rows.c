// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/option_rows.h"
#include "util/cleanup.h"
#include "util/host.h"
#include "util/parse.h"

static int because(char *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int because(char *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, WHY_MAX, format, args);
	va_end(args);
	return -EINVAL;
}

static int add_pid(const char *word, void *arg)
{
	struct options *options = arg;
	uint64_t value;
	int err = parse_u64(word, 1, INT_MAX, &value);
	uint32_t pid = value;

	return err ? err : vector_push(&options->pids, &pid, sizeof(pid));
}

static int set_pid(struct options *options, const char *value, char *why)
{
	_cleanup_free_ char *word = NULL;

	if (parse_list(value, add_pid, options, &word))
		return because(why, "\"" SHOWN "\" is not a process id; write them as 123,456",
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

static int set_port(struct options *options, const char *value, char *why)
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

static int set_uid(struct options *options, const char *value, char *why)
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
	int err = parse_network(word, network.addr, &network.prefix_len);

	return err ? err : vector_push(&options->networks, &network, sizeof(network));
}

static int set_dst(struct options *options, const char *value, char *why)
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
			       "\"" SHOWN
			       "\" is not a network; write them as 10.0.0.0/8,2001:db8::/32",
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

static int set_comm(struct options *options, const char *value, char *why)
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

static int set_ipv4(struct options *options, const char *value, char *why)
{
	(void)value, (void)why;
	options->ipv4 = true;
	return 0;
}

static int set_ipv6(struct options *options, const char *value, char *why)
{
	(void)value, (void)why;
	options->ipv6 = true;
	return 0;
}

static int set_cgroup(struct options *options, const char *value, char *why)
{
	struct config *kernel = &options->kernel;
	uint64_t id;
	uint32_t level;
	int err;

	if (kernel->n_cgroups == CGROUPS_MAX)
		return because(why, "at most %d cgroups can be named", CGROUPS_MAX);
	err = cgroup_find(value, &id, &level);
	if (err)
		return because(why,
			       "cannot find the cgroup " SHOWN
			       ": %s; give a directory of cgroup v2, or "
			       "its path below where that is mounted, such as system.slice",
			       value, strerror(-err));
	kernel->cgroups[kernel->n_cgroups++] = (struct config_cgroup){.id = id, .level = level};
	return 0;
}

static int set_min_latency(struct options *options, const char *value, char *why)
{
	uint64_t ns;

	if (parse_duration(value, &ns))
		return because(why, "\"" SHOWN "\" is not a time; write it as 500us, 10ms or 1s",
			       value);
	options->kernel.min_latency_ns = ns;
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

static int set_netns(struct options *options, const char *value, char *why)
{
	const char *format = strchr(value, '/') ? "%s" : "/run/netns/%s";
	char path[PATH_MAX];
	uint64_t inum;
	int err;

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

static int event_by_name(const char *name, uint32_t *ret_bits)
{
	if (!strcmp(name, "all")) {
		*ret_bits = EVENTS_ALL;
		return 0;
	}
	for (int kind = 1; kind < EVENT_KIND_END; kind++)
		if (!strcmp(name, event_kind_name(kind))) {
			*ret_bits = EVENT_BIT(kind);
			return 0;
		}
	return -EINVAL;
}

/* "name" and "+name" add, "-name" takes away. */
static int add_event(const char *word, void *arg)
{
	struct options *options = arg;
	char sign = *word == '+' || *word == '-' ? *word++ : 0;
	uint32_t bits;
	int err = event_by_name(word, &bits);

	if (err)
		return err;
	if (sign == '-')
		options->events &= ~bits;
	else
		options->events |= bits;
	return 0;
}

static int set_events(struct options *options, const char *value, char *why)
{
	_cleanup_free_ char *word = NULL;

	/* A list that begins with a sign changes the default; any other begins with nothing. */
	options->events = *value == '+' || *value == '-' ? EVENTS_DEFAULT : 0;
	if (parse_list(value, add_event, options, &word))
		return because(why,
			       "there is no event \"" SHOWN
			       "\"; there are connect, retry, established, "
			       "failed, cancelled, close, and all",
			       word);
	if (!options->events)
		return because(why, "\"" SHOWN "\" leaves no event to show", value);
	return 0;
}

static int set_failed(struct options *options, const char *value, char *why)
{
	(void)value, (void)why;
	options->failed_only = true;
	return 0;
}

static int set_output(struct options *options, const char *value, char *why)
{
	const struct format_ops *format = format_find(value);

	if (!format)
		return because(why,
			       "there is no format \"" SHOWN "\"; there are text, table and json",
			       value);
	options->format = format;
	return 0;
}

static int add_by(const char *word, void *arg)
{
	struct options *options = arg;
	unsigned int by = by_find(word);

	options->by |= by;
	return by ? 0 : -EINVAL;
}

static int set_by(struct options *options, const char *value, char *why)
{
	_cleanup_free_ char *word = NULL;

	options->by = 0;
	if (parse_list(value, add_by, options, &word))
		return because(why,
			       "\"" SHOWN "\" is nothing to group by; there are process, pid, dst, "
			       "port, user, cgroup, and several of them as process,port",
			       word);
	return 0;
}

static int set_names(struct options *options, const char *value, char *why)
{
	(void)value, (void)why;
	options->names = true;
	return 0;
}

static int set_write(struct options *options, const char *value, char *why)
{
	if (!*value)
		return because(why, "a file name is missing");
	options->write_path = value;
	return 0;
}

static int set_max_events(struct options *options, const char *value, char *why)
{
	if (parse_u64(value, 1, UINT64_MAX, &options->max_events))
		return because(why, "\"" SHOWN "\" is not a number of events, from 1", value);
	return 0;
}

static int set_time(struct options *options, const char *value, char *why)
{
	if (parse_duration(value, &options->duration_ns))
		return because(why, "\"" SHOWN "\" is not a time; write it as 500ms, 10s, 2m or 1h",
			       value);
	return 0;
}

static int set_no_syscalls(struct options *options, const char *value, char *why)
{
	(void)value, (void)why;
	options->no_syscalls = true;
	return 0;
}

static int set_object(struct options *options, const char *value, char *why)
{
	(void)why;
	options->object_path = value;
	return 0;
}

static int set_btf(struct options *options, const char *value, char *why)
{
	if (!*value)
		return because(why, "a file name is missing");
	options->btf_path = value;
	return 0;
}

static int set_ring_size(struct options *options, const char *value, char *why)
{
	uint64_t page = sysconf(_SC_PAGESIZE), max = 1ull << 30, size;

	if (parse_size(value, &size) || size & (size - 1) || size < page || size > max)
		return because(why,
			       "\"" SHOWN
			       "\" is not a power of two from %ju to %ju bytes; such as 8M",
			       value, page, max);
	options->ring_size = size;
	return 0;
}

static int set_quiet(struct options *options, const char *value, char *why)
{
	(void)value, (void)why;
	options->verbosity = -1;
	return 0;
}

static int set_verbose(struct options *options, const char *value, char *why)
{
	(void)value, (void)why;
	options->verbosity = 1;
	return 0;
}

static int set_color(struct options *options, const char *value, char *why)
{
	static const char *const names[] = {
		[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(value, names[i])) {
			options->color = i;
			return 0;
		}
	return because(why, "\"" SHOWN "\" is not one of auto, always, never", value);
}

static int set_help(struct options *options, const char *value, char *why)
{
	(void)value, (void)why;
	options->command = COMMAND_HELP;
	return 0;
}

static int set_version(struct options *options, const char *value, char *why)
{
	(void)value, (void)why;
	options->command = COMMAND_VERSION;
	return 0;
}

const struct option_row option_rows[] = {
	{'p', "pid", "PID,...", set_pid, "only these processes (thread group ids)"},
	{'u', "uid", "USER,...", set_uid, "only these effective users, names or numbers"},
	{'P', "port", "PORT,...", set_port,
	 "only these destination ports and ranges: 443,8000-8999"},
	{'d', "dst", "CIDR,...", set_dst, "only these destination networks, IPv4 and IPv6"},
	{'C', "comm", "NAME,...", set_comm, "only processes or threads of exactly that name"},
	{'4', "ipv4", NULL, set_ipv4, "only IPv4, which IPv4-mapped addresses are"},
	{'6', "ipv6", NULL, set_ipv6, "only IPv6"},
	{0, "cgroup", "PATH", set_cgroup, "only this cgroup v2 and all below it; may be repeated"},
	{0, "netns", "NETNS", set_netns,
	 "only this network namespace: self, a path, a name or an inode number"},
	{'e', "events", "LIST", set_events,
	 "connect, retry, established, failed, cancelled, close, or all;\n"
	 "+NAME and -NAME change the default: all but connect and close"},
	{'f', "failed", NULL, set_failed, "only what did not work: failed, cancelled, retry"},
	{'l', "min-latency", "DURATION", set_min_latency,
	 "only results that took at least so long: 10ms, 1s"},
	{'o', "output", "FORMAT", set_output, "text (default), table or json"},
	{'N', "names", NULL, set_names, "names of services and users, not numbers, in tables"},
	{0, "by", "LIST", set_by,
	 "of count (default process,dst) and latency (default all together):\n"
	 "process, pid, dst, port, user, cgroup, or several, with commas"},
	{'w', "write", "FILE", set_write, "append to FILE, not stdout; SIGHUP opens it anew"},
	{'n', "max-events", "N", set_max_events, "stop after N events"},
	{'t', "time", "DURATION", set_time, "stop after that long: 500ms, 10s, 2m, 1h"},
	{0, "no-syscalls", NULL, set_no_syscalls,
	 "leave the system call tracepoints out: costs other system calls nothing,\n"
	 "but attempts that fail before a SYN is due stay unseen"},
	{0, "object", "FILE", set_object, "load this BPF object, not the one built in"},
	{0, "btf", "FILE", set_btf,
	 "the kernel's type information, where it has none itself: see the manual"},
	{0, "ring-size", "BYTES", set_ring_size, "ring buffer, a power of two (default 4M)"},
	{'q', "quiet", NULL, set_quiet, "no start-up line and no warnings"},
	{'v', "verbose", NULL, set_verbose, "more, such as what libbpf says"},
	{0, "color", "WHEN", set_color, "auto (default), always or never; NO_COLOR is obeyed"},
	{'h', "help", NULL, set_help, "this text"},
	{'V', "version", NULL, set_version, "the version"},
};

const size_t n_option_rows = sizeof(option_rows) / sizeof(option_rows[0]);

_Static_assert(sizeof(option_rows) / sizeof(option_rows[0]) <= OPTION_ROWS_MAX, "too many rows");
