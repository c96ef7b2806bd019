// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/options.h"
#include "format/fields.h"
#include "util/cleanup.h"
#include "util/host.h"
#include "util/parse.h"

#define EVENTS_ALL ((EVENT_BIT(EVENT_KIND_END) - 1) & ~1u)
#define EVENTS_FAILED                                                                              \
	(EVENT_BIT(EVENT_FAILED) | EVENT_BIT(EVENT_CANCELLED) | EVENT_BIT(EVENT_RETRY))
/* Those that have a latency, and what follows from them. */
#define EVENTS_TIMED                                                                               \
	(EVENT_BIT(EVENT_ESTABLISHED) | EVENT_BIT(EVENT_FAILED) | EVENT_BIT(EVENT_CANCELLED) |     \
	 EVENT_BIT(EVENT_CLOSE))
#define EVENTS_DEFAULT (EVENTS_FAILED | EVENT_BIT(EVENT_ESTABLISHED))
#define EVENTS_COUNT                                                                               \
	(EVENT_BIT(EVENT_CONNECT) | EVENT_BIT(EVENT_ESTABLISHED) | EVENT_BIT(EVENT_FAILED) |       \
	 EVENT_BIT(EVENT_CANCELLED))
#define RING_SIZE (4 * 1024 * 1024)

/*
 * A row of the table. `set` takes the value (NULL for an option without one) and returns 0, or
 * -errno with the reason in why (WHY_MAX bytes).
 */
struct option_row {
	char letter; /* 0: none */
	const char *name;
	const char *value; /* what the value is called in the help; NULL: it takes none */
	int (*set)(struct options *options, const char *value, char *why);
	const char *help;
};

#define WHY_MAX 384

/* How much of its own input a message shows: so that the way out always fits behind it. */
#define SHOWN "%.80s"

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
	struct config_cgroup cgroup = {0};
	int err;

	if (kernel->n_cgroups == CGROUPS_MAX)
		return because(why, "at most %d cgroups can be named", CGROUPS_MAX);
	err = cgroup_find(value, &cgroup.id, &cgroup.level);
	if (err)
		return because(why,
			       "cannot find the cgroup " SHOWN
			       ": %s; give a directory of cgroup v2, or "
			       "its path below where that is mounted, such as system.slice",
			       value, strerror(-err));
	kernel->cgroups[kernel->n_cgroups++] = cgroup;
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

static const struct option_row rows[] = {
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
	{0, "ring-size", "BYTES", set_ring_size, "ring buffer, a power of two (default 4M)"},
	{'q', "quiet", NULL, set_quiet, "no start-up line and no warnings"},
	{'v', "verbose", NULL, set_verbose, "more, such as what libbpf says"},
	{0, "color", "WHEN", set_color, "auto (default), always or never; NO_COLOR is obeyed"},
	{'h', "help", NULL, set_help, "this text"},
	{'V', "version", NULL, set_version, "the version"},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

/* getopt's own tables, from ours. A row is known by its index + LONG_BASE, or its letter. */
#define LONG_BASE 256

struct getopt_tables {
	char letters[2 + 2 * N_ROWS + 1];
	struct option longs[N_ROWS + 1];
};

static void make_tables(struct getopt_tables *tables)
{
	char *at = tables->letters;

	memset(tables, 0, sizeof(*tables));
	*at++ = '+'; /* stop at the first word that is no option: it may begin a command */
	*at++ = ':'; /* tell a missing value apart */
	for (size_t i = 0; i < N_ROWS; i++) {
		int arg = rows[i].value ? required_argument : no_argument;

		tables->longs[i] = (struct option){rows[i].name, arg, NULL, LONG_BASE + i};
		if (!rows[i].letter)
			continue;
		*at++ = rows[i].letter;
		if (rows[i].value)
			*at++ = ':';
	}
}

static const struct option_row *row_of(int opt)
{
	if (opt >= LONG_BASE)
		return &rows[opt - LONG_BASE];
	for (size_t i = 0; i < N_ROWS; i++)
		if (rows[i].letter && rows[i].letter == opt)
			return &rows[i];
	return NULL;
}

/* What was typed can break neither the line of the message nor the terminal. */
static void make_harmless(char *text)
{
	size_t len = strlen(text), step;
	uint32_t code_point;

	for (; len; text += step, len -= step) {
		step = utf8_step(text, len, &code_point);
		if (!step)
			step = 1;
		else if (!is_control(code_point))
			continue;
		memset(text, '?', step);
	}
}

static int wrong(char *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int wrong(char *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, OPTIONS_ERROR_MAX, format, args);
	va_end(args);
	make_harmless(error);
	return -EINVAL;
}

/* What getopt could not take: ':' a missing value, '?' everything else. */
static int getopt_error(int opt, char **argv, int at, char *error)
{
	const struct option_row *row = optopt ? row_of(optopt) : NULL;
	const char *word = argv[at];

	if (opt == ':')
		return wrong(error, "option " SHOWN " needs a value: %s; see tpconnect --help",
			     word, row ? row->value : "VALUE");
	if (row && optopt >= LONG_BASE)
		return wrong(error, "option --%s takes no value; see tpconnect --help", row->name);
	if (optopt)
		return wrong(error, "unknown option '-%c'; see tpconnect --help", optopt);
	return wrong(error, "unknown option '" SHOWN "'; see tpconnect --help", word);
}

static bool makes_reports(const struct options *options)
{
	return options->command == COMMAND_COUNT || options->command == COMMAND_LATENCY;
}

/* The shortest that is not shorter than the promise of section 3 of the specification. */
#define INTERVAL_MIN_NS 100000000

static int set_interval(struct options *options, const char *word, char *error)
{
	uint64_t interval;

	if (options->interval_ns)
		return wrong(error,
			     "there is an INTERVAL already, and '" SHOWN
			     "' is too much; -t ends it after a time",
			     word);
	if (parse_duration(word, &interval))
		return wrong(error,
			     "'" SHOWN "' is no INTERVAL such as 1, 5s or 500ms; to trace a "
			     "command, put -- before it",
			     word);
	if (interval < INTERVAL_MIN_NS)
		return wrong(error, "the INTERVAL " SHOWN " is too short: the least is 100ms",
			     word);
	options->interval_ns = interval;
	return 0;
}

/* Ends behind the options; *ret_dashes: and behind a `--` that ended them. */
static int parse_rows(int argc, char **argv, struct options *options, bool *ret_dashes, char *error)
{
	struct getopt_tables tables;
	char why[WHY_MAX];
	int opt, at = 1;

	make_tables(&tables);
	opterr = 0;
	optind = 0; /* glibc: start anew */
	for (;;) {
		const struct option_row *row;

		opt = getopt_long(argc, argv, tables.letters, tables.longs, NULL);
		if (opt == -1) {
			/* The INTERVAL, and options may follow. */
			if (!makes_reports(options) || optind > at || optind == argc)
				break;
			if (set_interval(options, argv[optind], error))
				return -EINVAL;
			at = ++optind;
			continue;
		}
		row = row_of(opt);
		if (opt == '?' || opt == ':' || !row)
			return getopt_error(opt, argv, at, error);
		if (row->set(options, optarg, why))
			return wrong(error, "--%s: %s", row->name, why);
		at = optind;
	}
	/* Only a `--` moves getopt on without an option. One that is a value does not count. */
	*ret_dashes = optind > at;
	return 0;
}

/* The first word may name a command; it is taken out of argv. */
static int parse_command(int *argc, char **argv, struct options *options)
{
	static const struct {
		const char *name;
		enum command command;
	} commands[] = {{"trace", COMMAND_TRACE},
			{"count", COMMAND_COUNT},
			{"latency", COMMAND_LATENCY},
			{"doctor", COMMAND_DOCTOR}};

	for (size_t i = 0; *argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name)) {
			options->command = commands[i].command;
			/* argv[0] moves up one; getopt does not look at it. */
			*argc -= 1;
			return 1;
		}
	return 0;
}

static int finish_reports(struct options *options, char *error)
{
	bool count = options->command == COMMAND_COUNT;

	if (options->events)
		return wrong(error, "--events is for trace: %s needs its own",
			     count ? "count" : "latency");
	if (options->max_events)
		return wrong(error, "--max-events is for trace: -t ends %s after a time",
			     count ? "count" : "latency");
	if (options->failed_only && !count)
		return wrong(error, "--failed leaves latency nothing: it measures handshakes that "
				    "were completed");
	if (!options->by && count)
		options->by = BY_PROCESS | BY_DST;
	/* With --failed, count still needs them all: it leaves out groups without a failure. */
	options->events = count ? EVENTS_COUNT : EVENT_BIT(EVENT_ESTABLISHED);
	return 0;
}

static int finish(struct options *options, int argc, char **argv, bool dashes, char *error)
{
	if (options->command == COMMAND_HELP || options->command == COMMAND_VERSION)
		return 0;
	if (optind < argc && !dashes)
		return wrong(error,
			     "unknown command '" SHOWN "'; to trace a command, put -- before it: "
			     "tpconnect -- " SHOWN,
			     argv[optind], argv[optind]);
	if (dashes && optind == argc)
		return wrong(error, "a command is missing after --");
	if (options->command == COMMAND_DOCTOR && argc > optind)
		return wrong(error, "doctor takes no command");
	if (dashes)
		options->argv = argv + optind;
	if (makes_reports(options))
		return finish_reports(options, error);
	if (options->by)
		return wrong(error, "--by is for tpconnect count and tpconnect latency");
	if (!options->events)
		options->events = EVENTS_DEFAULT;
	if (options->failed_only && !(options->events &= EVENTS_FAILED))
		return wrong(error, "--failed leaves none of the events that --events names");
	if (options->kernel.min_latency_ns && !(options->events &= EVENTS_TIMED))
		return wrong(error,
			     "--min-latency leaves no event to show: only established, failed "
			     "and cancelled have a latency");
	return 0;
}

int options_parse(int argc, char **argv, struct options *ret, char *error)
{
	bool dashes;
	int err;

	memset(ret, 0, sizeof(*ret));
	ret->format = &format_text;
	ret->ring_size = RING_SIZE;
	argv += parse_command(&argc, argv, ret);
	err = parse_rows(argc, argv, ret, &dashes, error);
	return err ? err : finish(ret, argc, argv, dashes, error);
}

void options_free(struct options *options)
{
	vector_free(&options->pids);
	vector_free(&options->uids);
	vector_free(&options->comms);
	vector_free(&options->networks);
}

static void help_row(FILE *to, const struct option_row *row)
{
	char left[64];
	const char *line = row->help;

	snprintf(left, sizeof(left), "  %c%c%c --%s%s%s", row->letter ? '-' : ' ',
		 row->letter ? row->letter : ' ', row->letter ? ',' : ' ', row->name,
		 row->value ? " " : "", row->value ? row->value : "");
	for (;;) {
		int len = strcspn(line, "\n");

		fprintf(to, "%-27s %.*s\n", left, len, line);
		if (!line[len])
			return;
		line += len + 1;
		left[0] = 0;
	}
}

void options_help(FILE *to)
{
	fputs("Usage: tpconnect [trace] [OPTION...] [-- COMMAND [ARG...]]\n"
	      "       tpconnect count [OPTION...] [INTERVAL] [-- COMMAND [ARG...]]\n"
	      "       tpconnect latency [OPTION...] [INTERVAL] [-- COMMAND [ARG...]]\n"
	      "       tpconnect doctor\n"
	      "\n"
	      "Shows every outbound TCP connection that this host attempts: who, where to, whether "
	      "it\n"
	      "worked, why not, and how long the handshake took. With a COMMAND, only what it and "
	      "its\n"
	      "descendants open; the exit status is then the command's own.\n"
	      "\n",
	      to);
	for (size_t i = 0; i < N_ROWS; i++)
		help_row(to, &rows[i]);
	fputs("\n"
	      "tpconnect count shows attempts, and what became of them, by process and "
	      "destination;\n"
	      "tpconnect latency a histogram of how long handshakes took. Each INTERVAL (1, 5s, "
	      "500ms)\n"
	      "they show what came in it; without one, everything at the end.\n"
	      "tpconnect doctor checks whether this host can build and run it.\n"
	      "\n"
	      "Exit status: 0 done; 1 failed at run time; 2 wrong usage; 3 this host cannot run "
	      "it.\n",
	      to);
}
